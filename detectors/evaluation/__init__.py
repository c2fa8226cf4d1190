"""Evaluation of detectors and trackers against annotated boxes."""
