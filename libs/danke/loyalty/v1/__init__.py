"""danke.loyalty.v1: generated from proto/, never edited."""
