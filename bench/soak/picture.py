"""Picture: the curves of a soak, drawn: a row for each thing, a line for each process, what grew too much in red."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from bench.soak.figures import Curves, Growth, Point

ROWS: Final[Mapping[str, str]] = {
    "uss_mb": "memory of its own, % of its level",
    "threads": "threads",
    "files": "open files",
    "lag": "records that wait",
    "rows": "rows of state",
    "disk_mb": "disk of the broker, MiB",
    "cpu_s": "share of a core",
    "load": "load of the machine",
}
"""What is drawn, in this order, and what it is called."""
LOGARITHMIC: Final = frozenset({"threads", "files"})
"""What differs tenfold from process to process."""
RELATIVE: Final = "uss_mb"
"""Drawn as a share of its level (%), where a twentieth can be seen; the level is told (MiB)."""
POINTS: Final = 240
"""Points of a line: more cannot be seen."""
RED: Final = "#b3261e"
WIDE_IN: Final = 11.0
ROW_IN: Final = 2.3


def draw(
    file: Path, title: str, curves: Curves, warm_up_s: float, found: Mapping[str, Mapping[str, Growth]], unit_s: float
) -> None:
    """Write the picture; its form is that of the file's ending (svg, png).

    Args:
        file: Where to.
        title: What it shows.
        curves: What was sampled.
        warm_up_s: How long it warmed up (s): shaded.
        found: The growth of what is judged.
        unit_s: Seconds in one of the axis: 60 for minutes, 3600 for hours.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    rows = [what for what in ROWS if any(what in things for things in curves.values())]
    with mpl.rc_context({"svg.hashsalt": "soak", "svg.fonttype": "none", "font.size": 8}):
        figure, axes = plt.subplots(
            len(rows), 1, sharex=True, squeeze=False, figsize=(WIDE_IN, ROW_IN * len(rows)), layout="constrained"
        )
        for axis, what in zip(axes[:, 0], rows, strict=True):
            _row(axis, what, curves, warm_up_s, found, unit_s)
        axes[-1, 0].set_xlabel("hours" if unit_s == 3600 else "minutes")
        figure.suptitle(title)
        file.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None)
        plt.close(figure)


def _row(
    axis: Any, what: str, curves: Curves, warm_up_s: float, found: Mapping[str, Mapping[str, Growth]], unit_s: float
) -> None:
    axis.set_ylabel(ROWS[what])
    axis.axvspan(0, warm_up_s / unit_s, color="#e3e8ee", linewidth=0)
    for process, things in curves.items():
        grew = found.get(process, {}).get(what)
        points = thinned(_drawn(what, things.get(what, ()), grew))
        if not points:
            continue
        told = "" if grew is None else f"  {grew.level:.4g} {grew.amount:+.2g}"
        style = {"color": RED, "linewidth": 2.0} if grew is not None and grew.too_much else {"linewidth": 1.0}
        axis.plot(
            [point.at_s / unit_s for point in points], [point.value for point in points], label=process + told, **style
        )
    if what in LOGARITHMIC:
        axis.set_yscale("log")
    elif what != RELATIVE:
        axis.set_ylim(bottom=0)
    axis.grid(alpha=0.3)
    axis.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=7, frameon=False)


def thinned(points: Sequence[Point]) -> list[Point]:
    """Return at most so many points as can be seen: of each stretch the highest, so that no peak is left out."""
    step = max(1, -(-len(points) // POINTS))
    return [max(points[at : at + step], key=lambda point: point.value) for at in range(0, len(points), step)]


def _drawn(what: str, points: Sequence[Point], grew: Growth | None) -> Sequence[Point]:
    if what == "cpu_s":
        return _rates(points)
    if what != RELATIVE:
        return points
    level = 0.0 if grew is None else grew.level
    return [Point(point.at_s, 100 * point.value / level) for point in points] if level else ()


def _rates(points: Sequence[Point]) -> list[Point]:
    """Return the rise by second of a curve that only rises; a new beginning has none."""
    return [
        Point(after.at_s, max(0.0, after.value - before.value) / (after.at_s - before.at_s))
        for before, after in pairwise(points)
        if after.at_s > before.at_s
    ]
