"""danke.audience: generated from proto/, never edited."""
