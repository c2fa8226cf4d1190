"""Figures: a goal's number by itself and beside its limit, as `bench console` tells them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from bench.detect.measure import percentile


def spread(name: str, times_ms: Sequence[float]) -> dict[str, Any]:
    """Return p50, p95 and the number of some times (ms)."""
    shares = {f"{name}_p{share}_ms": round(percentile(times_ms, share / 100), 1) for share in (50, 95)}
    return {**shares, f"{name}_n": len(times_ms)}


def beside(name: str, times_ms: Sequence[float], limit_ms: Sequence[float]) -> dict[str, Any]:
    """Return some times (ms), those of the limit, and how many times its p95 they take."""
    found = spread(name, times_ms) | spread(f"{name}_limit", limit_ms)
    return found | {f"{name}_ratio": ratio(found[f"{name}_p95_ms"], found[f"{name}_limit_p95_ms"])}


def ratio(value: float, limit: float) -> float | None:
    """Return a value as a multiple of its limit; None where that is zero."""
    return round(value / limit, 2) if limit else None


def load() -> float:
    """Return how many processes wait for a core or have one, over the last minute."""
    return round(os.getloadavg()[0], 1)
