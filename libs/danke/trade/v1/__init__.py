"""danke.trade.v1: generated from proto/, never edited."""
