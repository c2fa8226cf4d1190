"""CAP 1.2 in: a hardened XML reader, what a message says, and where it says it is."""
