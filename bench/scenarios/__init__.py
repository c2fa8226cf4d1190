"""Labelled scenarios: what partners report and cameras show, and apart from it what is true."""
