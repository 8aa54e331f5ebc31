"""danke.trade: generated from proto/, never edited."""
