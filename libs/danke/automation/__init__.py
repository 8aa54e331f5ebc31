"""danke.automation: generated from proto/, never edited."""
