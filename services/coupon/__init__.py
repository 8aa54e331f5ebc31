"""Coupons: templates, claims, grants, locks, codes, transfers, mass grants."""
