"""Reading topics for benchmarks."""
