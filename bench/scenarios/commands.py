"""`toezicht eval alerts`: how good the operator's list is, against scenarios of which it is known what is true."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from bench.scenarios.evaluating import Ablation, evaluate, worst
from bench.scenarios.evaluating import ablations as ablate
from bench.scenarios.generating import HELD_OUT_SEEDS, write_set
from bench.scenarios.judging import COULD_NOT_SEE, GROUPS, SYMPTOM_ROWS, VERDICTS
from bench.scenarios.loading import scenario_folders
from streams.config.files import load_rules
from streams.presentation.numbers import rounded

_COLUMNS: Final = (
    "situations",
    "alerts",
    "precision",
    "recall",
    "alerts_per_situation",
    "reduction",
    "critical_missed",
)


def register(group: typer.Typer) -> None:
    """Add the command to the group `eval`."""

    @group.command()
    def alerts(
        scenarios: Annotated[
            Path | None, typer.Option(help="A set of scenarios, or one; made anew from the seeds if left out")
        ] = None,
        seed: Annotated[
            list[int] | None, typer.Option(min=0, help="Seed to make scenarios from; may be given several times")
        ] = None,
        hours: Annotated[
            float | None, typer.Option(min=0.05, help="How long each scenario that is made lasts at most")
        ] = None,
        rules: Annotated[Path | None, typer.Option(help="Rules file; the product's own if left out")] = None,
        without: Annotated[
            list[Ablation] | None, typer.Option(help="Switch a part off; may be given several times")
        ] = None,
        ablations: Annotated[
            bool, typer.Option("--ablations", help="Tell all figures again with each part switched off alone")
        ] = False,
        faults: Annotated[
            bool, typer.Option("--faults", help="List what was missed, false or doubled, and why")
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Measure precision, recall, doubles, reduction and time to alert of the operator's list.

        Plays scenarios through intake, locate, corroborate and decide in memory, and compares the alerts with what is true. The
        definitions stand in docs/alert-quality.md, the format of scenarios in bench/scenarios/FORMAT.md.

        Example: toezicht eval alerts --seed 1 --hours 0.5
        """
        read = load_rules(rules)
        with tempfile.TemporaryDirectory(prefix="toezicht-scenarios-") as scratch:
            if scenarios is None:
                folders = write_set(Path(scratch), seed or HELD_OUT_SEEDS, hours)
            else:
                folders = scenario_folders(scenarios)
            off = tuple(dict.fromkeys(without or ()))
            result = evaluate(folders, read, off, _progress)
            if ablations:
                result["without"] = ablate(folders, read, off, _progress)
        sys.stderr.write("\n")
        _tell(rounded(result), faults, as_json)


def _progress(line: str) -> None:
    sys.stderr.write(f"\r\x1b[K{line}")
    sys.stderr.flush()


def _tell(result: dict[str, Any], with_faults: bool, as_json: bool) -> None:
    for each in (result, *result.get("without", {}).values()):
        if not with_faults:
            each.pop("faults", None)
    if as_json:
        print(json.dumps(result))
        return
    _table("", result)
    for part, found in result.get("without", {}).items():
        _table(f"without {part}", found)
    for fault in result.get("faults", ()):
        shown = (
            fault["scenario"],
            fault["what"],
            fault["situation"],
            fault["category"],
            fault["priority"],
            fault["why"],
        )
        print("  ".join(str(each) for each in shown))


def _verdicts(found: dict[str, Any]) -> None:
    """Print what cameras said about what was reported in their view, of nothing and of what was real."""
    names = (*VERDICTS.values(), COULD_NOT_SEE)
    print("  ".join((f"{'reported in view':16}", f"{'reports':>8}", *(f"{name:>14}" for name in names))))
    for row in ("real", "nothing"):
        cells = (f"{found[row]['reports']:>8}", *(f"{_cell(found[row][name]):>14}" for name in names))
        print("  ".join((f"{row:16}", *cells)))
    print(f"corroborated of real / of nothing: {_cell(found['ratio'])}")


def _symptoms(found: dict[str, Any]) -> None:
    """Print how many alerts stood under a cause, and the list's figures where those are no entries of their own."""
    print(
        f"under a cause: {found['under']} alerts, {found['only_under']} never by themselves, {found['hidden']} hidden"
    )
    if found["under"]:
        names = ("precision", "recall", "alerts_per_situation")
        rows = (f"{row} " + ", ".join(f"{name} {_cell(found[row][name])}" for name in names) for row in SYMPTOM_ROWS)
        print("  no entries of their own: " + "; ".join(rows))
        print("  " + "; ".join(f"{name} {json.dumps(found[name])}" for name in ("quiet", "flood")))


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"


def _table(title: str, found: dict[str, Any]) -> None:
    """Print the rows, then goals beside what was reached; of a part that could not be switched off, why."""
    if "goals" not in found:
        print(f"{title}: {'; '.join(found['notes'])}")
        return
    print("  ".join((f"{title:16}", *(f"{name:>20}" for name in (*_COLUMNS, "time_to_alert_s p95")))))
    for name in GROUPS:
        row = found[name]
        cells = [row[column] for column in _COLUMNS] + [row["time_to_alert_s"]["p95"]]
        print("  ".join((f"{name:16}", *(f"{'-' if cell is None else cell:>20}" for cell in cells))))
    for name in ("quiet", "flood"):
        print(f"{name:16}  {json.dumps(found[name])}")
    shares = found["shares"]
    print(
        "share on the list / of what is true: "
        + ", ".join(f"{name} {_cell(each['list'])} / {_cell(each['truth'])}" for name, each in shares.items())
    )
    _verdicts(found["verdicts"])
    _symptoms(found["symptoms"])
    for goal in found["goals"]:
        said = {True: "reached", False: "MISSED", None: "nothing to count"}[goal["met"]]
        least = worst(found.get("sets", ()), goal["figure"], " ".join(goal["goal"].split()[:2]))
        words = "" if least is None else f"; worst set {_cell(least[0])} (seeds {', '.join(map(str, least[1]))})"
        print(f"{goal['figure']:46} {goal['goal']:14} {_cell(goal['reached']):8} {said}{words}")
    for note in found["notes"]:
        print(note)
    print()
