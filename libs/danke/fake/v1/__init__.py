"""danke.fake.v1: generated from proto/, never edited."""
