"""What crosses a service border: generated stubs, event models, a thin client."""
