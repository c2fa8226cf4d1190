"""`toezicht eval hits`: how well partners find each other, against reports of which it is known what they are about."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from bench.pairs.generating import HELD_OUT_SEEDS, MIDDLE, SIDE_M
from bench.pairs.judging import evaluate
from streams.config.partners import load_partners
from streams.domain.cameras.registry import ControlRoom, MapPoint, Registry
from streams.domain.geometry.ground import GroundPoint, to_lat_lon
from streams.presentation.numbers import rounded

_COLUMNS: Final = ("matters", "found", "false", "repeats", "precision", "recall")


def register(group: typer.Typer) -> None:
    """Add the command to the group `eval`."""

    @group.command()
    def hits(
        seed: Annotated[
            list[int] | None, typer.Option(min=0, help="Seed to make reports from; may be given several times")
        ] = None,
        partners: Annotated[Path | None, typer.Option(help="File of partners; the product's own if left out")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Measure precision and recall of what partners are told of each other, in parts.

        Plays two weeks of reports per seed through the stage `hits` in memory. A matter of two partners is found if both were
        told of it; a hit between reports of two matters is false, however near they are. Coarse places (over 120 m, or none) and
        each pair of partners and categories are told apart; so are sound matters, in which each partner has a report with the
        right place and category, and why others are missed. The definitions stand in docs/hits.md.

        Example: toezicht eval hits --seed 101 --json
        """
        result = rounded(evaluate(seed or HELD_OUT_SEEDS, load_partners(partners), town()))
        if as_json:
            print(json.dumps(result))
            return
        _table(result)


def town() -> Registry:
    """Return a registry with one control room for the whole town, and no camera."""
    corners = [(-1, -1), (-1, 1), (1, 1), (1, -1)]
    ground = [GroundPoint(MIDDLE.x_m + x * SIDE_M, MIDDLE.y_m + y * SIDE_M) for x, y in corners]
    area = tuple(MapPoint(lat=lat, lon=lon) for lat, lon in map(to_lat_lon, ground))
    return Registry(version="made", control_rooms=(ControlRoom(id="town", name="town", area=area),), cameras=())


def _table(result: dict[str, Any]) -> None:
    rows = {name: result[name] for name in ("all", "exact", "coarse", "sound")} | result["pairs"]
    width = max(map(len, rows))
    print("  ".join((" " * width, *(f"{name:>9}" for name in _COLUMNS))))
    for name, row in rows.items():
        cells = ("-" if row[column] is None else f"{row[column]:g}" for column in _COLUMNS)
        print("  ".join((name.ljust(width), *(f"{cell:>9}" for cell in cells))))
    print(f"missed for a fault of all reports of one of the two: {result['missed']}")
    print(
        f"{result['reports']} reports, {result['hits']} hits, told {result['told_after_s']['max']} s after the second report"
    )
