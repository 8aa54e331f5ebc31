"""Audience: who the members are, what they did, and where each stands in their own rhythm."""
