"""danke.dev.v1: generated from proto/, never edited."""
