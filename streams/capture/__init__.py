"""Capture process: cameras read by `detectors.capture`, and what they give sent to Kafka; snapshots and attention on request."""
