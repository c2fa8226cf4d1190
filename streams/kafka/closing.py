"""Closing a kafka-python producer that has something left to send."""

from __future__ import annotations

import contextlib
from typing import Any

from kafka.errors import KafkaError


def close_producer(producer: Any, within_s: float) -> bool:
    """Close a producer, and return whether all was confirmed within `within_s` (s); what was not is given up without a word.

    kafka-python's `close` raises where something is left, and stays open: its thread goes on sending, and its destructor
    closes it once more and raises again, which Python prints as a traceback when the process ends. Nothing public ends it then.
    """
    try:
        producer.close(timeout=within_s)
    except (KafkaError, OSError, ValueError):
        with contextlib.suppress(AttributeError):
            producer._sender.force_close()
        producer._closed = True
        return False
    return True
