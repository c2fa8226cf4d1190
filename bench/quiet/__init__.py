"""`bench quiet`: what a quiet camera costs, and how soon it wakes."""
