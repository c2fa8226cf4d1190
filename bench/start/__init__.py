"""`bench start`: how soon a worker with an empty disk is ready."""
