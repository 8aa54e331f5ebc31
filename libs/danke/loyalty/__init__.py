"""danke.loyalty: generated from proto/, never edited."""
