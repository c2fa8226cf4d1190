"""`bench detect`: pictures per second of the worker beside its model alone."""
