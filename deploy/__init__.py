"""Manifests for clusters, and the one-machine stack."""
