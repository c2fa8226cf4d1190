"""Situations that a camera recognises by itself: one file per kind, each a pure function of what a zone showed.

To add one: its kind in `schemas/observations.py`, its switch in `registry.Situations`, a file here, a line in `finding.py`, and a
row in its table test. A situation tells what is seen, never what somebody means by it.
"""
