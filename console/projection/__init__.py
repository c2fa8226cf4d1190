"""Projection: what a control room is now, kept from the topics: its list, cameras, zones and the pipeline's state."""
