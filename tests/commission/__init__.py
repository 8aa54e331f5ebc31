"""Tests of commission."""
