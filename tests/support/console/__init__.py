"""A console without Kafka: its real parts fed with records of the real `decide` in memory, for tests and for developers."""
