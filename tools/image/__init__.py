"""Builds the image where there is no Docker engine, and no registry to pull its base from."""
