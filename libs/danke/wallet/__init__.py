"""danke.wallet: generated from proto/, never edited."""
