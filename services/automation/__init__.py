"""Automation: journeys that members go through, the messages to them, and what it all brought."""
