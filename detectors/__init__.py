"""Pixels: sources, masks, detectors, tracking."""
