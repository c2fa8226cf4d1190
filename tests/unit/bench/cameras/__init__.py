"""`bench cameras`."""
