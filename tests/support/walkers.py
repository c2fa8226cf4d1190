"""People who walk before a camera whose place is known: as boxes, and as the table that `--from-walkers` reads."""

from __future__ import annotations

from math import radians
from typing import Final

import numpy as np

from streams.cameras.walkers import COLUMNS, WalkerBox, Walkers
from streams.domain.geometry.pinhole import Pinhole

MAST: Final = Pinhole(7.0, radians(20), 0.0, 1000.0, 1280, 720)


def walkers(camera: Pinhole = MAST, number: int = 25, wrong: float = 0.0, seed: int = 1) -> Walkers:
    """Return the boxes of people who cross the ground before a camera in all directions, four times a second.

    Args:
        camera: The camera.
        number: How many people.
        wrong: One standard deviation of their heights, paces and boxes, as a share; none at 0.
        seed: Of the draws.
    """
    chance = np.random.default_rng(seed)
    found: dict[str, list[WalkerBox]] = {}
    for track in range(number):
        middle = camera.on_level(chance.uniform((200, 250), (1080, 680), (1, 2)))[0]
        turn, pace = chance.uniform(0, 2 * np.pi), 1.34 * np.exp(wrong * chance.normal())
        at_s = np.arange(-4, 4, 0.25)
        places = middle + pace * at_s[:, None] * (np.cos(turn), np.sin(turn))
        boxes = camera.boxes_around(places)
        tall = np.exp(wrong * (0.5 * chance.normal() + 0.3 * chance.normal(size=len(boxes))))
        found[str(track)] = [
            WalkerBox(
                float(seconds + 4 + 10 * track),
                float((left + right) / 2),
                float(lower - high * (lower - upper) / 2),
                float(right - left),
                float(high * (lower - upper)),
            )
            for seconds, high, (left, upper, right, lower) in zip(at_s, tall, boxes, strict=True)
            if np.isfinite((left, upper, right, lower)).all()
        ]
    return found


def table(of: Walkers) -> str:
    """Return the table of boxes."""
    rows = [
        f"{box.at_s:.2f},{track},{box.x_px:.1f},{box.y_px:.1f},{box.width_px:.1f},{box.height_px:.1f}"
        for track, boxes in of.items()
        for box in boxes
    ]
    return "\n".join([",".join(COLUMNS), *rows]) + "\n"
