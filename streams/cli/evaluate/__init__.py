"""`toezicht eval`: commands that hold the product against what is true, one file for each of its groups."""
