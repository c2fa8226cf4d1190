"""`toezicht drill`: an exercise from a report to a partner's answer, with the time of each leg."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from schemas.categories import Category
from streams.cli.options import RegistryOption, reachable, registry_path, started
from streams.clock import utc_now
from streams.config.files import load_rules
from streams.config.partners import load_partners
from streams.config.registry import load_registry
from streams.domain.drill import NotAnExerciseError
from streams.drill.lines import DrillKafka
from streams.drill.plan import DrillPlan, drill_plan
from streams.drill.run import LEGS, OPERATOR, Drill, DrillError, DrillLines, DrillResult
from streams.drill.times import TimeSpread, times_of
from streams.settings import Settings

_Partner = Annotated[
    str,
    typer.Option(
        help="Ask this partner, and wait for its own program to answer; the first of the category if left out"
    ),
]
_StandIn = Annotated[
    bool, typer.Option("--stand-in", help="Answer in the place of --partner; so it is where none is named")
]
_OperatorS = Annotated[
    float, typer.Option("--operator", min=0, max=600, help="Seconds that the scripted operator takes to confirm")
]
_WithinS = Annotated[float, typer.Option("--within", min=1, max=600, help="Seconds to wait for each leg")]


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def drill(
        partner: _Partner = "",
        stand_in: _StandIn = False,
        room: Annotated[str, typer.Option(help="The control room; the registry's first if left out")] = "",
        category: Annotated[Category, typer.Option(help="What the report is said to be about")] = Category.BRAND,
        operator_s: _OperatorS = 0.0,
        within_s: _WithinS = 60.0,
        times: Annotated[int, typer.Option(min=1, max=1_000, help="How many, one after the other")] = 1,
        registry: RegistryOption = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object with legs_ms")] = False,
    ) -> None:
        """Send an exercise through the whole pipeline, from a report to a partner's answer, and time each leg.

        A report marked as an exercise becomes an alert; the drill confirms it in place of a person, the partner is asked and
        answers, and the alert shows it; then it is closed as a test. Operators see it on their list, with EXERCISE in front,
        and so does the partner in every format. No person confirms it since nothing of it is real: what is not marked as an
        exercise ends the drill, and `decide` refuses to ask anybody else for its user.

        Needs `worker locate decide share`, and the same TOEZICHT_REGISTRY, TOEZICHT_RULES and TOEZICHT_PARTNERS as they have.
        Without --partner a stand-in answers. With it the partner's own program has to, within --within. With --times the median,
        the 95th percentile and the longest of each leg are told, and of the time from the report until the partner was told.

        Exit code 0: every leg came. 1: one did not, or was not marked; a line says which and what to look at. 2: it cannot begin.

        Example: toezicht drill --partner brandweer --json
        """
        settings, kafka = started(quiet=True)
        plan = _plan(settings, registry, room, category, partner, stand_in or not partner)
        cluster = reachable(settings, kafka, "drill")
        lines = DrillKafka(cluster, (plan.topic,), utc_now)

        def told(leg: str, took_ms: float) -> None:
            if not as_json:
                typer.echo(f"{took_ms:>9.0f} ms  {LEGS[leg]}")

        if not as_json:
            answering = "a stand-in answers" if plan.stand_in else "its own program is to answer"
            typer.echo(f"EXERCISE in {plan.room.id}: {plan.category} for {plan.partner}, {answering}")
        try:
            results, missing = run_drills(
                lines, plan, times, within_s, operator_s, told if times == 1 else lambda *_: None
            )
        finally:
            lines.close()
        if times == 1:
            told_all = json.dumps(as_dict(results[0], missing)) if as_json else _summary(results[0])
        else:
            told_all = json.dumps(times_as_dict(results, times, missing)) if as_json else _spread(results, times)
        typer.echo(told_all)
        if missing:
            typer.echo(f"toezicht: {missing}", err=True)
            raise typer.Exit(1)


def run_drills(
    lines: DrillLines,
    plan: DrillPlan,
    times: int,
    within_s: float,
    operator_s: float,
    told: Callable[[str, float], None],
) -> tuple[list[DrillResult], str]:
    """Return what came of so many drills, until one is missing a leg, and what it was missing."""
    results = []
    for _ in range(times):
        run = Drill(lines, plan, f"drill-{uuid.uuid4()}", utc_now, within_s, operator_s, told)
        results.append(run.result)
        try:
            run.run()
        except (DrillError, NotAnExerciseError) as error:
            return results, str(error)
    return results, ""


def times_as_dict(results: Sequence[DrillResult], times: int, missing: str = "") -> dict[str, Any]:
    """Return several drills as one JSON object: what was asked for, and how the times are spread."""
    found, plan = times_of(results), results[0].plan
    return {
        "exercise": True,
        "control_room_id": plan.room.id,
        "category": plan.category.value,
        "partner": plan.partner,
        "stand_in": plan.stand_in,
        "times": times,
        "told": found.told,
        "informed_ms": found.informed.as_dict() if found.informed else None,
        "without_operator_ms": found.without_operator.as_dict() if found.without_operator else None,
        "legs_ms": {leg: spread.as_dict() for leg, spread in found.legs.items()},
        "missing": missing or None,
    }


def _spread(results: Sequence[DrillResult], times: int) -> str:
    found = times_of(results)
    lines = [f"{'median':>9} {'p95':>8} {'longest':>8}  ms"]
    lines += [_row(spread, LEGS[leg]) for leg, spread in found.legs.items()]
    if found.informed is not None and found.without_operator is not None:
        lines.append(_row(found.informed, "from the report until the partner was told"))
        lines.append(_row(found.without_operator, "the same without the operator's time"))
    return "\n".join([*lines, f"{results[0].plan.partner} was told in {found.told} of {times} drills"])


def _row(spread: TimeSpread, what: str) -> str:
    return f"{spread.median_ms:>9.0f} {spread.p95_ms:>8.0f} {spread.max_ms:>8.0f}  {what}"


def as_dict(result: DrillResult, missing: str = "") -> dict[str, Any]:
    """Return a drill as one JSON object: what was asked for, the time of each leg, and what did not come."""
    return {
        "exercise": True,
        "drill": result.name,
        "control_room_id": result.plan.room.id,
        "category": result.plan.category.value,
        "partner": result.plan.partner,
        "stand_in": result.plan.stand_in,
        "alert_id": result.alert_id or None,
        "priority": result.priority,
        "dispatch_id": result.dispatch_id or None,
        "outcome": result.outcome,
        "legs_ms": result.legs_ms,
        "informed_ms": result.informed_ms,
        "operator_ms": result.legs_ms.get(OPERATOR),
        "missing": missing or None,
    }


def _summary(result: DrillResult) -> str:
    informed = result.informed_ms
    if informed is None:
        return f"{result.plan.partner} was not told"
    operator = result.legs_ms[OPERATOR]
    answered = f"; its answer: {result.outcome}" if result.outcome else ""
    return (
        f"{result.plan.partner} was told {informed / 1_000:.1f} s after the report of a {result.priority}, of which the "
        f"operator took {operator / 1_000:.1f} s{answered}"
    )


def _plan(
    settings: Settings, file: RegistryOption, room: str, category: Category, partner: str, stand_in: bool
) -> DrillPlan:
    path = registry_path(file, settings)
    rules = load_rules(settings.rules)
    return drill_plan(
        load_registry(path), rules, load_partners(settings.partners, rules), room, category, partner, stand_in
    )
