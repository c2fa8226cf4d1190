"""Incident sources: one partner's format each, from a line to a raw report. `registry` makes one by its name."""
