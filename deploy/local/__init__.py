"""The one-machine stack: Postgres, a Kafka broker and the services as child processes."""
