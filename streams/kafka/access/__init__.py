"""Access: whether a cluster lets a client in, and what it may do there. Who needs what is said in `streams/rights`."""
