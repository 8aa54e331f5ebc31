"""Tests of the group-buy service."""
