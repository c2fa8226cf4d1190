"""`bench pressure`: ten times what can be handled, and what becomes of it."""
