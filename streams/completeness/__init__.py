"""Completeness (reconciliation): what was accepted against what was decided; what is missing is sent again."""
