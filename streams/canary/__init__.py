"""Canary: a made-up report through every partition each minute, never shown to operators, and its time."""
