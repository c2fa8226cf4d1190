"""`bench cluster`: what is lost, told twice or ended otherwise when brokers of a cluster die and return under load."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.cluster.world import CLUSTER_FAULTS, ClusterWorld
from bench.faults.measure import FaultScene, Rates, scene, table
from bench.faults.world import FaultWorld


def span(made: FaultScene, name: str, seed: int) -> dict[str, Any]:
    """Inject a fault of the cluster and return its row, with how long copies were out of step after the flow was back."""
    world = made.world
    assert isinstance(world, ClusterWorld)

    def inject(_: FaultWorld, chance: random.Random) -> float:
        return CLUSTER_FAULTS[name](world, chance)

    return made.injected(name, inject, seed) | {"whole_after_s": world.whole_after_s}


def measure(
    names: Sequence[str], seed: int, rates: Rates, folder: Path, progress: Callable[[str], None]
) -> dict[str, Any]:
    """Return the table: one row per fault, after one without."""
    with scene(folder, rates, progress, world=ClusterWorld(folder, progress)) as made:
        rows = [made.undisturbed()]
        for number, name in enumerate(names, 1):
            progress(f"fault {number} of {len(names)}: {name}")
            rows.append(span(made, name, seed + number))
    return table(rows, seed)
