"""Incidents: a partner's raw report normalised, and which revision of it is new."""
