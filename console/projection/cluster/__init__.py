"""Cluster: what the projection reads from Kafka, and sends to it, in threads of its own."""
