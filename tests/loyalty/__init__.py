"""Tests of the kit, libs/common."""
