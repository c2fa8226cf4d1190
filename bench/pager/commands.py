"""`toezicht eval p2000`: how well a national day of pager messages is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def register(group: typer.Typer) -> None:
    """Add the command to the group `eval`."""

    @group.command()
    def p2000(
        seed: Annotated[int, typer.Option(min=0, help="Which day; the same seed gives the same day")] = 1,
        days: Annotated[int, typer.Option(min=1, max=1000, help="How many days, from this seed on")] = 5,
        calls: Annotated[int, typer.Option(min=10, help="How many calls a day has, in the whole country")] = 5_000,
        ours: Annotated[int, typer.Option(min=1, help="How many of them are the room's")] = 40,
        gazetteer: Annotated[Path | None, typer.Option(help="YAML file of places; none if left out")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Measure how pager messages are read: made national days whose truth is known, for the built-in room of Amstelveen.

        The days have words of their own, of which the parser's lists know a part. Told for each day: calls of elsewhere that came
        on the list, calls of ours that are missing, how often category and street are right (all, plain ones, hard ones), and
        how many calls showed a person's name. Exit code 1 where all days together are beyond the limits.

        Example: toezicht eval p2000 --days 20 --json
        """
        from bench.pager.measure import LIMITS, failed, measure, pooled
        from streams.config.yaml import read_yaml
        from streams.intake.sources.gazetteer import NO_GAZETTEER, Gazetteer
        from streams.intake.sources.p2000.classifications import load_classifications
        from streams.intake.sources.p2000.reports import P2000Reports

        places = NO_GAZETTEER if gazetteer is None else read_yaml(gazetteer, Gazetteer)
        words = load_classifications()
        if ours > calls:
            raise typer.BadParameter(f"{ours} of {calls} calls", param_hint="--ours")
        found = [measure(lambda: P2000Reports(words, places), each, calls, ours) for each in range(seed, seed + days)]
        whole = pooled(found)
        beyond = failed(whole)
        if as_json:
            typer.echo(json.dumps({"limits": LIMITS, "beyond": beyond, "all": whole, "days": found}))
        else:
            for title, day in [*((f"day {day['seed']}", day) for day in found), ("all", whole)]:
                typer.echo(f"{title}: " + "  ".join(f"{name} {day[name]}" for name in (*LIMITS, "plain", "hard")))
            typer.echo(f"beyond the limits: {', '.join(beyond) or 'nothing'}")
        if beyond:
            raise typer.Exit(1)
