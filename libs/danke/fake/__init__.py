"""danke.fake: generated from proto/, never edited."""
