"""Benchmarks, each beside its own limit."""
