"""Evaluation against ground truth: crowd numbers and levels, and what the commands of `toezicht eval` share."""
