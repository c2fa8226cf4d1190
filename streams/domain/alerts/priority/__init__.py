"""The priority of an alert: its points, what its cameras said, and how long a lower one is held back."""
