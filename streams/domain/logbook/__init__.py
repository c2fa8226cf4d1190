"""Logbook: which messages tell of a processing of personal data, and the line of the Logboek that each is. May import `schemas`.

`lines.py` has all of it.
"""
