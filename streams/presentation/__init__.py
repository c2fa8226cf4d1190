"""Presentation: alerts, rules and trends as words and tables for people. Dutch first."""
