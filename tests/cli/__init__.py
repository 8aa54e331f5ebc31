"""Tests of the danke command."""
