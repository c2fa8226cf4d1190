"""A street in which people walk to and fro, for tests of what is told of events."""

from __future__ import annotations

from typing import Final

import numpy as np

from streams.evaluation.scenes import TrackScene, View, parse_scene

VIEW: Final = View(0, 0, 20, 20)


def street(lasts_s: int = 120, number: int = 6) -> TrackScene:
    """Return people who walk to and fro at 1.3 m/s, each in a lane of their own."""
    rows = []
    for track in range(number):
        for turn, at_s in enumerate(np.arange(0, lasts_s + 10, 10.0)):
            rows.append(f"{at_s},{track},{3 + 13 * ((turn + track) % 2)},{2 + 3 * track}")
    return parse_scene("t_s,track,x_m,y_m\n" + "\n".join(rows), "street", VIEW)
