"""Credentials never reach a log, whichever library wrote the line."""

from __future__ import annotations

import logging

import pytest

from streams.process import RedactingFormatter


@pytest.mark.parametrize(
    "address",
    ["rtsp://user:secret@camera/1", "rtsp://user:se@secret@camera/1", "rtsp://u:a/secret@camera", "HTTP://secret@host"],
)
def test_a_log_line_hides_what_stands_before_the_last_at(address: str) -> None:
    """Also where the password holds an @ or a slash that nobody escaped, and in a traceback."""
    try:
        raise OSError(f"cannot open {address}")
    except OSError:
        import sys

        record = logging.LogRecord("x", logging.ERROR, "f", 1, "lost %s", (address,), sys.exc_info())
    line = RedactingFormatter("%(message)s").format(record)
    assert "secret" not in line
    assert "://***@" in line
