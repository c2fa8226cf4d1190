"""`toezicht eval causes`: how well symptoms are told from what happens anyway, in labelled floods."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Final

import typer

from bench.causes.figures import CauseFigures, evaluate, goals
from bench.causes.flood import KINDS
from streams.config.files import load_rules
from streams.presentation.numbers import rounded

HELD_OUT_SEEDS: Final = (901, 902, 903, 904, 905)
"""Report on these; look at 1 to 10 while rules are changed."""


def register(group: typer.Typer) -> None:
    """Add the command to the group `eval`."""

    @group.command()
    def causes(
        seed: Annotated[
            list[int] | None, typer.Option(min=0, help="Seed to make a flood from; may be given several times")
        ] = None,
        rules: Annotated[Path | None, typer.Option(help="Rules file; the product's own if left out")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Measure how symptoms are put under their causes: entries saved, links right, nothing critical hidden.

        Each seed makes a labelled flood of 45 minutes of each kind, played with the rules' table of causes and without it. The
        definitions stand in bench/causes/figures.py and docs/alert-quality.md.

        Example: toezicht eval causes --seed 1
        """
        read = load_rules(rules)
        found = {kind: evaluate(kind, seed or HELD_OUT_SEEDS, read) for kind in KINDS}
        totals = {kind: sum(of_seeds.values(), CauseFigures()).told() for kind, of_seeds in found.items()}
        if as_json:
            seeds = {
                kind: {str(name): each.told() for name, each in of_seeds.items()} for kind, of_seeds in found.items()
            }
            print(json.dumps(rounded({"totals": totals, "seeds": seeds})))
            return
        for name in next(iter(totals.values())):
            cells = [rounded(total[name]) for total in totals.values()]
            print(f"{name:16} " + "  ".join(f"{'-' if cell is None else cell:>8}" for cell in cells))
        for kind, total in totals.items():
            for what, goal, reached, met in goals(total):
                shown = f"{reached:.3f}" if isinstance(reached, float) else str(reached)
                print(f"{kind:8} {what:24} {goal:10} {shown:8} {'reached' if met else 'MISSED'}")
