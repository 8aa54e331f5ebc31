"""All services as processes on one machine, seen from outside."""
