"""Dead-letter queue: what was set aside and why, and sending it again."""
