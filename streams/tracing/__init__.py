"""Tracing: which trace a message belongs to, in a header of its record, and spans told to a collector; off unless configured.

`context.py` is the header (W3C Trace Context), `spans.py` what parts of the flow call, `export.py` the only module that imports
OpenTelemetry, and only where `TOEZICHT_TRACES_TO` is set. May import settings and errors. ADR 33.
"""
