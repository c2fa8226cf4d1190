"""Observations: what a zone shows in a second, from the detections of its frames.

`open_second` gathers frames, `closed_second` tells; tracks, motion, crowd numbers and zone events are made in between.
"""
