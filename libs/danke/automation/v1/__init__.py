"""danke.automation.v1: generated from proto/, never edited."""
