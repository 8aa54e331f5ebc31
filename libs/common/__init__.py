"""The kit every service stands on: engine, outbox, doors and tools. No business noun."""
