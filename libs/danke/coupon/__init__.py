"""danke.coupon: generated from proto/, never edited."""
