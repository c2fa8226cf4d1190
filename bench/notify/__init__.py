"""`bench notify`: from a partner's message until its webhook is received, beside a process that only reads and posts."""
