"""danke.options: generated from proto/, never edited."""
