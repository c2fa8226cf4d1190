"""Metrics page: each metric, its unit and labels, and who asks: `python -m streams.presentation.metrics_page [--check]`."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from prometheus_client import Counter, Gauge, Histogram, Info

from streams import metrics
from streams.presentation.generated import write_or_check

ROOT: Final = Path(__file__).parents[2]
FILE: Final = ROOT / "docs" / "metrics.md"
LABELS: Final[Mapping[str, str]] = {
    "action": "what an operator can do to an alert (`schemas/actions.py`)",
    "attribute": "attributes of persons and vehicles that cameras tell and that are dropped",
    "camera": "ids of the camera registry, and of the canaries' own cameras",
    "canary": "partitions of `incidents`, from 0",
    "category": "categories of alerts (`schemas/categories.py`)",
    "change": "why an alert was told anew (`schemas/alerts.py`)",
    "channel": "ids of a partner's channels in the partners file",
    "control_room": "control rooms of the registry",
    "detector": "names of detectors",
    "event": "events of the console's stream (`console/wire/events.py`)",
    "intake": "routes of reports over the network, `poll-…` and `onvif`",
    "kind": "what a partner is told: `alert`, `withdrawn`, `dispatch`, `hit`, `hit_withdrawn`, `case`, `case_withdrawn`",
    "note": "what could not be read of a report (`schemas/incidents.py`)",
    "outcome": "bounded codes: of attention, and of partners' answers",
    "partition": "partitions of the topic",
    "partner": "partners of the partners file; of reports' notes, the first 50 sources and `other`",
    "priority": "`P1` to `P4`; of what channels deliver, `P1` and `other`",
    "reason": "bounded codes of the metric's own kind: faults, visibilities, groupings, outcomes of a delivery",
    "result": "bounded codes of the metric's own kind",
    "room": "control rooms that a console serves",
    "route": "routes of reports over the network, and `poll-…`",
    "sender": "senders of the file of credentials, `api` of what is asked, and cameras of `onvif`",
    "source": "feeds of reports, by the name that they were started with",
    "stage": "stages, and the processes that count as one",
    "state": "states of a camera (`schemas/cameras.py`); what partitions are: `offline`, `refusing`, `under_replicated`",
    "status": "`2xx` to `5xx`",
    "step": "legs of a canary: `report`, `camera`, `action`, `state`; what happened to a case (`streams/domain/cases/case.py`)",
    "topic": "topics of `streams/topics.py`",
    "verdict": "`true`, `false`, `test`, `duplicate`",
    "way": "`local`, `openid`",
    "worker": "processes of the pipeline file, and `broker`",
}
"""The values that a label can have: each set is closed by the code, or by a file of whoever runs the pipeline."""
_UNITS: Final = (("_seconds", "s"), ("_s", "s"), ("_at", "Unix s"), ("_ratio", "share"))
_HEAD: Final = """# Metrics

Made of the code by `python -m streams.presentation.metrics_page`; `make check` holds it to it. What the rules do is in
[operations.md](operations.md#metrics-and-alert-rules). A counter with labels begins at 0 where their values are known when the
process starts, so that `increase()` sees the first; no label holds an address, a place or anything of a person. Times of birth
(`…_created`) are not exposed.
"""


def declared() -> Iterator[tuple[str, Any]]:
    """Yield each metric in the order of its declaration: its name as it is exposed, and the metric."""
    for each in vars(metrics).values():
        if isinstance(each, Counter | Gauge | Histogram | Info):
            yield each._name + {"counter": "_total", "info": "_info"}.get(each._type, ""), each


def unit_of(name: str, kind: str) -> str:
    """Return the unit that a name tells; a counter counts, and other gauges hold a number or 1 and 0."""
    if kind == "counter":
        return "count"
    return next((unit for ending, unit in _UNITS if name.endswith(ending)), "number")


def used_in() -> Mapping[str, set[str]]:
    """Return by metric the alert rules, recording rules and dashboards that ask for it."""
    found: dict[str, set[str]] = {}
    recorded: dict[str, str] = {}
    folder = ROOT / "deploy" / "prometheus"
    rules = [
        rule
        for path in sorted(folder.glob("*.yml"))
        for group in yaml.safe_load(path.read_text(encoding="utf-8")).get("groups", ())
        for rule in group["rules"]
    ]
    for rule in rules:
        if "record" in rule:
            recorded[rule["record"]] = rule["expr"]
    for rule in rules:
        if "alert" in rule:
            _note(found, _spelt_out(rule["expr"], recorded), rule["alert"])
    for path in sorted((ROOT / "deploy" / "grafana" / "dashboards").glob("*.json")):
        for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]:
            for target in panel.get("targets", ()):
                _note(found, _spelt_out(target["expr"], recorded), f"*{path.stem}*")
    return found


def _spelt_out(expression: str, recorded: Mapping[str, str]) -> str:
    """Return an expression with what the recording rules in it are made of."""
    told = expression
    for _ in recorded:
        names = [name for name in re.findall(r"[a-z_]+:[\w:]+", told) if name in recorded]
        if not names:
            break
        for name in names:
            told = told.replace(name, recorded[name])
    return told


def _note(found: dict[str, set[str]], expression: str, user: str) -> None:
    for name in re.findall(r"toezicht_\w+", expression):
        found.setdefault(re.sub(r"_(bucket|sum|count)$", "", name), set()).add(user)


def text() -> str:
    """Return the page."""
    used = used_in()
    lines = [
        _HEAD,
        "| metric | kind | unit | labels | what it tells | rules and dashboards |",
        "|---|---|---|---|---|---|",
    ]
    for name, metric in declared():
        labels = ", ".join(f"`{label}`" for label in metric._labelnames)
        users = ", ".join(sorted(used.get(name, ()), key=lambda user: (user.startswith("*"), user)))
        kind = metric._type
        lines.append(f"| `{name}` | {kind} | {unit_of(name, kind)} | {labels} | {metric._documentation} | {users} |")
    lines += ["", "## Labels", "", "| label | values |", "|---|---|"]
    known = {label for _, metric in declared() for label in metric._labelnames}
    lines += [f"| `{label}` | {LABELS[label]} |" for label in sorted(known)]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Write the page, or check that the written one is of this code."""
    return write_or_check(FILE, text(), "streams.presentation.metrics_page", arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
