"""Trade: the gateway's adaptor, from gRPC to the topics that the other services read."""
