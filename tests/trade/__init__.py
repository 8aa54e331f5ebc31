"""Tests of the trade service."""
