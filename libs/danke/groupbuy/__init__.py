"""danke.groupbuy: generated from proto/, never edited."""
