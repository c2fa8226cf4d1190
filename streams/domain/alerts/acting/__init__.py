"""Acting: what a person does to an alert, with which reasons and notes, and what the lifecycle answers."""
