"""Collector's address: where spans go by OTLP over HTTP, as somebody wrote it down."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

PATH: Final = "/v1/traces"
"""What OTLP/HTTP appends where an address has no path (OTLP 1.x, "OTLP/HTTP Request")."""
_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def checked_collector(given: object) -> str:
    """Return the address of a collector with its path; empty where none is given.

    Raises:
        ValueError: It is none, or holds a password: that would stand in what is told of settings.
    """
    text = given.strip() if isinstance(given, str) else ""
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError(_expected()) from None
    if parts.scheme not in {"http", "https"} or not host or parts.query or parts.fragment or " " in text:
        raise ValueError(_expected())
    if "@" in parts.netloc:
        raise ValueError(f"{_expected()}, without a user: what proves who sends goes into OTEL_EXPORTER_OTLP_HEADERS")
    return text if parts.path.strip("/") else f"{parts.scheme}://{parts.netloc}{PATH}"


def checked_logbook(given: object) -> str:
    """Return the address of a Logboek, which is reached by TLS or is on this machine; empty where none is given.

    Raises:
        ValueError: It is none, or its lines would travel in the clear (Logboek Dataverwerkingen, § "Gedrag").
    """
    text = checked_collector(given)
    if text.startswith("http://") and urlsplit(text).hostname not in _HERE:
        raise ValueError("an address with https: only a receiver on this machine may go without")
    return text


def _expected() -> str:
    return f"an address of OTLP over HTTP, such as https://collector.example:4318{PATH}"
