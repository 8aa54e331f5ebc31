"""Programs to start from: how other systems read Danke's events, and write for it."""
