"""Tests of the replay of real shopping data."""
