"""danke.commission: generated from proto/, never edited."""
