"""Causes: labelled floods in which some things are symptoms of others, and how well the product tells which."""
