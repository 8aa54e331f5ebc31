"""danke.commission.v1: generated from proto/, never edited."""
