"""Loyalty (会员): members, points, tiers and paid membership."""
