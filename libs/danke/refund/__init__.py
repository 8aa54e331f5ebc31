"""danke.refund: generated from proto/, never edited."""
