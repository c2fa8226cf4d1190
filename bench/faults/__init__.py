"""`bench faults`: kills, pauses and poisons the pipeline under load, and counts what is lost or told twice."""
