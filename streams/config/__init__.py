"""Configuration files as models: YAML with the line of a fault, rules, plans, areas, calibrations.

May import `domain`; whoever reads a file of the user reads it here.
"""
