"""Rates: how fast each sender may send: a bucket of tokens per sender, filled steadily."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at_s: float


class SenderRates:
    """Sender rates: the buckets of all senders. Only proven senders are counted, so nobody can use up another one's share."""

    def __init__(self) -> None:
        self._buckets: dict[str, _Bucket] = {}

    def wait_s(self, sender: str, per_minute: int, burst: int, now_s: float) -> int:
        """Take a token, and return 0; or, where there is none, after how many whole seconds (s) there will be one.

        Args:
            sender: A sender of the file.
            per_minute: How many tokens come each minute.
            burst: How many are kept at most.
            now_s: A monotonic clock (s).
        """
        per_s = per_minute / 60.0
        bucket = self._buckets.setdefault(sender, _Bucket(float(burst), now_s))
        bucket.tokens = min(float(burst), bucket.tokens + (now_s - bucket.at_s) * per_s)
        bucket.at_s = now_s
        if bucket.tokens >= 1.0:
            bucket.tokens -= 1.0
            return 0
        return max(1, math.ceil((1.0 - bucket.tokens) / per_s))

    def keep(self, senders: list[str]) -> None:
        """Forget those who are no senders any more."""
        self._buckets = {sender: bucket for sender, bucket in self._buckets.items() if sender in senders}
