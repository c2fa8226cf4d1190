"""`toezicht eval normal`: how often reports about nothing would be corroborated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from schemas.categories import Category
from streams.errors import ConfigurationError
from streams.settings import read_settings

if TYPE_CHECKING:
    from streams.domain.normal.measure import Sizes

LOOPED_S = 4 * 3_600
"""A scene of minutes is repeated for so long, so that enough blocks are learnt from it, and every window is filled."""


def register(group: typer.Typer) -> None:
    """Add the command to the group `eval`."""

    @group.command()
    def normal(
        counts: Annotated[
            Path | None,
            typer.Option(exists=True, dir_okay=False, help="A day of counts per second; its first half is learnt"),
        ] = None,
        learn: Annotated[
            Path | None, typer.Option(exists=True, dir_okay=False, help="Tracks on the ground that are learnt")
        ] = None,
        judge: Annotated[
            Path | None, typer.Option(exists=True, dir_okay=False, help="Tracks on the ground that are judged")
        ] = None,
        category: Annotated[
            list[Category] | None, typer.Option(help="What is reported; robbery and violence if left out")
        ] = None,
        seed: Annotated[int, typer.Option(help="Which blocks are drawn for the learning curve")] = 1,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Tell how many windows about nothing would be corroborated, after so much was learnt, by the rules in use.

        Either --counts, a table t_s,persons,longest_stay_s,fastest_m_per_s,standing_together; or --learn and --judge, tables
        t_s,track,x_m,y_m, which are watched by `observe`. A scene of minutes fills no window, so the one that is judged is
        repeated, and all of it lies in each window: shares are nearly 0 or 1. What is learnt is told as it is, which is too
        little to know anything, and repeated as if it had been hours.

        Example: toezicht eval normal --counts forum-a.csv.gz
        """
        from streams.config.files import load_rules
        from streams.evaluation.events import first_half, read_counts
        from streams.evaluation.normal import about_nothing, blocks, learning_curve, looped

        settings, _ = read_settings()
        rules = load_rules(settings.rules)
        if counts is not None and learn is None and judge is None:
            learnt, judged = first_half(read_counts(counts))
            taught = {f"{counts.name}, first half": blocks(learnt)}
            name = f"{counts.name}, second half"
        elif learn is not None and judge is not None and counts is None:
            learnt, judged = seen(learn), looped(seen(judge), LOOPED_S)
            taught = {learn.name: blocks(learnt), f"{learn.name}, repeated": blocks(looped(learnt, LOOPED_S))}
            name = judge.name
        else:
            raise ConfigurationError("eval normal", "options", "", "either --counts, or both --learn and --judge")
        rows: list[dict[str, Any]] = []
        for learnt_of, known in taught.items():
            for each in category or [Category.STRAATROOF, Category.GEWELD_VECHTPARTIJ]:
                row = {"learnt": learnt_of, "blocks": len(known), "category": each.value}
                row |= about_nothing(rules, each, known, judged).as_dict()
                if counts is not None:
                    row["learning"] = learning_curve(rules, each, known, judged, seed)
                rows.append(row)
        document = {"judged": name, "rules": rules.version, "figures": rows}
        print(json.dumps(document) if as_json else "\n".join(_lines(document)))


def seen(path: Path) -> list[Sizes]:
    """Return the measures of each second of a scene, as `observe` tells them of its true tracks."""
    from streams.evaluation.scenes import read_scene
    from streams.evaluation.watching import sizes_in, true_frames, watched

    scene = read_scene(path)
    return sizes_in(watched(*true_frames(scene, 0, scene.lasts_s)).shown, scene.lasts_s)


def _lines(document: dict[str, Any]) -> list[str]:
    found = [f"windows about nothing of {document['judged']}, rules {document['rules']}"]
    for row in document["figures"]:
        found.append(
            f"{row['category']:20} corroborated {row['corroborated']:.3f}, consistent {row['consistent']:.3f} "
            f"of {row['windows']}; learnt from {row['learnt']}, {row['blocks']} blocks"
        )
        found += [
            f"  after {each['hours']} h: {each['mean']:.3f} on average, {each['worst']:.3f} at worst "
            f"of {each['draws']} draws"
            for each in row.get("learning", [])
        ]
    return found
