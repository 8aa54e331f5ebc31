"""Tests of the fake that gateways test against."""
