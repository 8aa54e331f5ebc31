"""Tests of the coupon service."""
