"""danke.coupon.v1: generated from proto/, never edited."""
