"""Tests of the audience service."""
