"""Decisions: pure functions of state, input and now."""
