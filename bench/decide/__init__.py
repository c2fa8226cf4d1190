"""`bench decide`: events per second and latency of the stage `decide`."""
