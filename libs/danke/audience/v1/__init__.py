"""danke.audience.v1: generated from proto/, never edited."""
