"""`toezicht eval density`: how right the density of crowds is, held against PedPy's."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from streams.domain.rules.cameras import CrowdRule
from streams.presentation.numbers import rounded


def register(group: typer.Typer) -> None:
    """Add the command to the group."""

    @group.command()
    def density(
        data: Annotated[Path, typer.Option(help="The folder of the scenes' files of tracks (t_s,track,x_m,y_m; gzip)")],
        scenes: Annotated[
            Path | None, typer.Option(help="Scenes to measure (YAML); Jülich's and Lyon's if left out")
        ] = None,
        seed: Annotated[int, typer.Option(min=0, help="Seed of the draws")] = 1,
        rules: Annotated[Path | None, typer.Option(help="Rules file whose levels are told")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Measure densities and levels of crowds that were tracked, from masts of 4, 6 and 10 m, on two sides.

        Persons are drawn to be missed as eval crowd draws them; what is found goes through `observe`. The truth of a frame is its
        Voronoi density by PedPy. `boxes` is what was told before there were curves, `corrected` allows for missed persons by
        occlusion, `estimate` is told now, and `left_out` tells each place by what was fitted on the others: the figure to trust.

        Example: toezicht eval density --data trajectories/density --json
        """
        from streams.config.files import load_rules

        shown = rounded(_measured(data, scenes, seed, load_rules(rules).episodes.crowd))
        if as_json:
            print(json.dumps(shown))
            return
        for name, value in shown.items():
            if name != "ways":
                print(f"{name:28} {value}")
        for way in shown["ways"]:
            print("\n".join(f"  {name:26} {value}" for name, value in way.items()))


def _measured(data: Path, scenes: Path | None, seed: int, rule: CrowdRule) -> dict[str, Any]:
    """Return how right each way of telling a density is, over all scenes and masts."""
    from streams.domain.observations.crowd_estimate import FITTED
    from streams.evaluation import density as quality
    from streams.evaluation.density_scenes import read_crowd, read_scenes

    seconds: list[quality.ToldSecond] = []
    kept: dict[str, float | None] = {}
    for scene in read_scenes(scenes):
        crowd = read_crowd(scene, data)
        away = [abs(crowd.true_per_m2[n] - value) for n, value in crowd.kept_per_m2.items() if n in crowd.true_per_m2]
        kept[scene.name] = max(away) if away else None
        for height_m, distance_m in quality.MASTS_M:
            for along in quality.SIDES:
                mast = quality.Mast(height_m, distance_m, along)
                seconds += quality.told_seconds(crowd, mast, seed, rule)
        sys.stderr.write(f"{scene.name} seen from {len(quality.MASTS_M) * len(quality.SIDES)} places\n")
    fits = quality.left_out_fits(seconds)
    told = {
        "boxes": [quality.told_by_boxes(each, rule) for each in seconds],
        "corrected": [quality.told_by_corrected(each, rule) for each in seconds],
        "estimate": [quality.told_by_estimate(each, rule, FITTED) for each in seconds],
        "left_out": [quality.told_by_estimate(each, rule, fits[each.place]) for each in seconds],
    }
    return {
        "seconds": len(seconds),
        "seed": seed,
        "away_from_reference_per_m2": kept,
        "fitted_on_all": quality.best_fit(seconds)._asdict(),
        "fits": {place: fit._asdict() for place, fit in fits.items()},
        "ways": [
            asdict(quality.figures(way, list(zip(seconds, said, strict=True)), rule)) for way, said in told.items()
        ],
    }
