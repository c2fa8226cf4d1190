"""Result: what a soak came to, as one document and as lines for a person."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bench.soak.figures import MEMORY, Curves, Growth, Point, grown, judged, share_of_a_core, untold
from bench.soak.samples import BROKER, MACHINE, SampleLog

NOT_JUDGED: Final = frozenset({BROKER, MACHINE})
"""Java fills its heap before it collects, Kafka opens a file per segment: told and drawn, and bounded by their own settings."""


def result_of(
    log: SampleLog, warm_up_s: float, **about: Any
) -> tuple[dict[str, Any], Mapping[str, Mapping[str, Growth]]]:
    """Return the document of a soak and the growth that it tells of.

    Args:
        log: What was sampled.
        warm_up_s: What comes before counts for nothing (s).
        about: What else to tell.
    """
    found = judged(log.curves, warm_up_s, NOT_JUDGED)
    document = {
        **about,
        "minutes": round(length_s(log) / 60, 2),
        "warm_up_min": round(warm_up_s / 60, 2),
        "samples": max((len(points) for things in log.curves.values() for points in things.values()), default=0),
        "growth": {
            process: {what: each.document() for what, each in things.items()}
            for process, things in found.items()
            if things
        },
        "share_of_a_core": {
            process: round(share_of_a_core(things["cpu_s"], warm_up_s), 4)
            for process, things in log.curves.items()
            if "cpu_s" in things
        },
        "not_judged": _ends(log.curves),
        "rows": {
            process: [round(point.value) for point in _quarters(things["rows"])]
            for process, things in log.curves.items()
            if "rows" in things
        },
        "restarted": log.restarted(),
        "untold": untold(log.curves, warm_up_s, NOT_JUDGED),
        "grown": grown(found),
    }
    return document, found


def _quarters(points: Sequence[Point]) -> list[Point]:
    """Return the points at the begin, at each quarter and at the end."""
    return [points[round(quarter * (len(points) - 1) / 4)] for quarter in range(5)]


def length_s(log: SampleLog) -> float:
    """Return when the last sample was taken (s since the begin)."""
    return max((points[-1].at_s for things in log.curves.values() for points in things.values()), default=0.0)


def _ends(curves: Curves) -> dict[str, dict[str, list[float]]]:
    """Return first, median and last of what is told alone: the broker, and how busy the machine was."""
    return {
        process: {
            what: [round(value, 2) for value in (points[0].value, statistics.median(p.value for p in points), points[-1].value)]
            for what, points in curves[process].items()
        }
        for process in sorted(NOT_JUDGED & curves.keys())
    }  # fmt: skip


def lines_of(document: Mapping[str, Any]) -> list[str]:
    """Return the document as a table."""
    head = f"{'':24}{'level':>12}{'by slope':>12}{'by ends':>12}{'allowed':>12}"
    lines = [head]
    for process, things in document["growth"].items():
        for what, each in things.items():
            figures = "".join(f"{each[name]:>12.2f}" for name in ("level", "by_slope", "by_ends", "allowed"))
            percent = f"  {each['percent']:+.1f} %" if what == MEMORY and each["percent"] is not None else ""
            lines.append(f"{process + ' ' + what:24}{figures}{percent}{'  GROWS' if each['grows'] else ''}")
    for name in ("share_of_a_core", "rows", "not_judged", "restarted", "untold", "grown"):
        lines.append(f"{name:24}{document[name]}")
    return lines
