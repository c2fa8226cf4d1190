"""Audit: the chain of entries, and what shows that somebody changed it."""
