"""Two small drawings of the report: counts per week, and how far a target is. Each says in words what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

INK: Final = "#1b1f24"
BLUE: Final = "#1f5fa8"
PALE: Final = "#9fb4cc"
RED: Final = "#b3261e"
GROUND: Final = "#e3e8ee"
_BAR: Final = 4
_HIGH: Final = 32
_WIDE: Final = 640


def sparkline(counts: Sequence[int | None], usual: float | None, label: str) -> str:
    """Return bars for counts per week, oldest first, the last one dark, with a line at what is usual.

    Args:
        counts: None where a week was not counted: it has no bar and no ground.
        usual: Mean per week, or None.
        label: What it shows, already escaped.
    """
    top = max([1.0, usual or 0.0, *(float(count) for count in counts if count is not None)])
    parts = []
    for number, count in enumerate(counts):
        if count is None:
            continue
        height = round(_HIGH * count / top, 1)
        colour = BLUE if number == len(counts) - 1 else PALE
        x = number * _BAR
        parts.append(f'<rect x="{x}" y="{_HIGH}" width="{_BAR - 1}" height="1" fill="{GROUND}"/>')
        if count:
            bar = f'y="{round(_HIGH - height, 1)}" width="{_BAR - 1}" height="{height}" fill="{colour}"'
            parts.append(f'<rect x="{x}" {bar}/>')
    width = len(counts) * _BAR
    if usual is not None:
        y = round(_HIGH - _HIGH * usual / top, 1)
        parts.append(f'<line x1="0" x2="{width}" y1="{y}" y2="{y}" stroke="{INK}" stroke-dasharray="3 3"/>')
    return _svg(width, _HIGH + 1, label, parts)


def target_bar(count: int, expected: float, limit: int, label: str) -> str:
    """Return a bar that is full at the target's limit, with a mark at the share that fits so far.

    Args:
        count: Counted; red beyond what fits so far.
        expected: The share that fits so far.
        limit: The target.
        label: What it shows, already escaped.
    """
    full = max(limit, count, 1)
    filled, mark = round(_WIDE * count / full, 1), round(_WIDE * expected / full, 1)
    parts = [
        f'<rect x="0" y="4" width="{_WIDE}" height="20" fill="{GROUND}"/>',
        f'<rect x="0" y="4" width="{filled}" height="20" fill="{BLUE if count <= expected else RED}"/>',
        f'<rect x="{max(0.0, mark - 1.5)}" y="0" width="3" height="28" fill="{INK}"/>',
    ]
    return _svg(_WIDE, 28, label, parts, ' style="max-width:100%;height:auto"')


def _svg(width: int, height: int, label: str, parts: Sequence[str], style: str = "") -> str:
    box = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return f'<svg role="img" aria-label="{label}" {box}{style}>{"".join(parts)}</svg>'
