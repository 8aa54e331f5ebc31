"""danke.wallet.v1: generated from proto/, never edited."""
