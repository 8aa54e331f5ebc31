"""Tests mirror the sources they prove."""
