"""danke.refund.v1: generated from proto/, never edited."""
