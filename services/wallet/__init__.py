"""Wallet: stored value (储值) and punch cards (次卡)."""
