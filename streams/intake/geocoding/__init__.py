"""Geocoding: where a street and town are that a report names without a position; off unless a server is configured.

`locatieserver.py` speaks with PDOK's Locatieserver, `answers.py` reads what it answers, `located.py` puts it around any source.
No report waits for it for longer than a moment.
"""
