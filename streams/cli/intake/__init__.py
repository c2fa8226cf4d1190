"""`toezicht intake`: reports in: a command for each source of lines, and for HTTP, polling and cameras' events."""
