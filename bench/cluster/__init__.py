"""`bench cluster`: three brokers with copies, TLS, passwords and rights, and what is lost when brokers die and return."""
