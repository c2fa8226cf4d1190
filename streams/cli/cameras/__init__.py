"""`toezicht cameras`: what is done about cameras from the command line: one file per noun."""
