"""The one-machine stack, proved with real processes."""
