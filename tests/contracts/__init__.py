"""What other teams build on: event schemas, records, documents, examples, and every RPC."""
