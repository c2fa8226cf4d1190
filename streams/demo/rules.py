"""The demo's rules: the product's own, with short looking windows, so that a verdict takes seconds and not minutes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

from streams.config.files import load_rules
from streams.domain.normal.measure import EDGES, Measure
from streams.domain.rules.rules import Rules

BEFORE_S: Final = 10.0
AFTER_S: Final = 12.0
SETTLE_S: Final = 2.0
DWELL_S: Final = 4.0
"""No signal asks for a longer stay than this: people in the demo's video walk through."""
STAY_S: Final = EDGES[Measure.STAY][1]
"""Of a stay in the whole view: the least that can be asked for."""
FALL_AFTER_S: Final = 3.0
"""A priority that falls is held for seconds, so that the demo shows the fall too."""
CROWD_PERSONS: Final = 5
CROWD_PER_M2: Final = 0.3
CROWD_PERSISTENCE_S: Final = 3.0
"""A crowd that a handful of researchers can make, or three on 3 x 3 m where the ground is known: the demo shows an alert that
cameras begin."""

ATTENTION: Final = {"fps": 4.0, "at_once_at_most": 2}
"""Twice the demo's usual rate, of two cameras: two cores also run the broker and everything else."""


def write_rules(path: Path) -> Rules:
    """Write the demo's rules beside the product's and return them."""
    content: dict[str, Any] = load_rules().model_dump(mode="json")
    content["version"] = f"{content['version']}-demo"
    content["looking"]["settle_s"] = SETTLE_S
    for category in content["categories"].values():
        cameras = category.get("cameras")
        if cameras:
            cameras["before_s"], cameras["after_s"] = BEFORE_S, AFTER_S
            for signal in cameras["signals"]:
                if signal.get("dwell_s"):
                    signal["dwell_s"] = min(DWELL_S, signal["dwell_s"])
                if signal.get("measure") == Measure.STAY:
                    signal["least"] = STAY_S
    content["attention"] |= ATTENTION
    content["damping"]["fall_after_s"] = FALL_AFTER_S
    crowd = content["episodes"]["crowd"]
    crowd["levels"] = [{**crowd["levels"][0], "persons": CROWD_PERSONS, "density_per_m2": CROWD_PER_M2}]
    crowd["persistence_s"] = CROWD_PERSISTENCE_S
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True))
    return load_rules(path)
