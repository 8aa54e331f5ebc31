"""danke.options.v1: generated from proto/, never edited."""
