"""What docs/events is made from: the event models, read as schemas, examples and pages."""
