"""danke.groupbuy.v1: generated from proto/, never edited."""
