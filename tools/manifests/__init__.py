"""What Kubernetes is told about each service, made from the code's own registries."""
