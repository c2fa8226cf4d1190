"""Serving: an ASGI application behind a socket, alike for every process of ours that answers requests.

TLS and an end within seconds (`server.py`), clients that dawdle cut off (`patience.py`), errors as problem+json (`problems.py`).
It knows no route, and imports settings, errors and the process alone.
"""
