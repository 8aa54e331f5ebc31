"""Throughput, latency and scaling against limits measured in the same run."""
