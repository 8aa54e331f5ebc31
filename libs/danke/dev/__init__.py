"""danke.dev: generated from proto/, never edited."""
