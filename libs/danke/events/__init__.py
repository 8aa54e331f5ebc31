"""Event models, one module per publishing service, and the envelope they travel in."""
