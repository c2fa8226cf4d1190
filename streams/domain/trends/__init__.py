"""Trends: counts by category, area and week against what is usual and against the safety plan, surges, near-repeats."""
