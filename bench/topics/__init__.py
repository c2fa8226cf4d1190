"""Reading topics for benchmarks: what was written, and following what comes."""
