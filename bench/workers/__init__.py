"""`bench workers`: what a second worker of `decide` brings, how long a partition's state moves, and who waits for a busy room."""
