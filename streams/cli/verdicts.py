"""`toezicht verdicts`: how often alerts were right, and which changed rule would have spared false ones."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from schemas.base import iso_utc
from streams.cli.options import moment, reachable, started
from streams.cli.replay import RETAINED
from streams.clock import utc_now
from streams.config.files import ConfigFiles
from streams.domain.review.differences import cases, compare
from streams.domain.review.hit_rates import hit_rates
from streams.domain.review.precision import Closed, closed_alerts, precisions
from streams.domain.review.proposals import Proposal, proposals
from streams.kafka.decoding import undecodable_line
from streams.kafka.reader import Reader
from streams.replay.cluster import decision_records, records_of
from streams.replay.file import read_head, read_recording
from streams.replay.play import play
from streams.replay.recording import Recording, recording_of
from streams.replay.runs import registry_version
from streams.stages.decide.stage import Decide

WARM_UP = timedelta(hours=4)
"""What was open when the span began counts as it does live: alerts last four hours by the product's rules."""


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def verdicts(
        since: Annotated[
            str, typer.Option("--from", help="2026-11-24T12:00:00Z, or how long ago: 2h, 3d; all if left out")
        ] = "",
        until: Annotated[str, typer.Option("--to", help="As --from; now if left out")] = "",
        file: Annotated[
            Path | None, typer.Option("--input", exists=True, dir_okay=False, help="Read an exported file, no cluster")
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Tell how often alerts were right, by what operators closed them as, and propose changes of the rules.

        Precision is true / (true + false), with Wilson's interval of 95 %, per category, priority, rule and camera; closed
        as test or duplicate does not count. A proposal is one number of the rules that would have lowered false alerts and
        no true P1 or P2, with its effect on all that was recorded, by replay; or a hit rate, as true reports move what the rules
        assume: play it with `toezicht replay --rules`. Nothing is applied: the fragment is for a person to weigh and to copy.

        Example: toezicht verdicts --from 14d
        """
        settings, kafka = started(quiet=True)
        now = utc_now()
        begin = moment("verdicts", "--from", since, now) if since else now - RETAINED
        end = moment("verdicts", "--to", until, now) if until else now
        if file is not None:
            head = read_head(file, now)
            begin, end = (begin if since else head.since), (end if until else head.until)
            recording = recording_of(read_recording(file))
        else:
            with Reader(reachable(settings, kafka)) as reader:
                earlier = begin - WARM_UP
                log = decision_records(reader, earlier, end)
                recording = recording_of(records_of(reader, log, earlier, end, ticks=False, sights=False))
        document = report(recording, ConfigFiles(settings), begin, end)
        print(json.dumps(document) if as_json else "\n".join(lines(document)))


def report(recording: Recording, parts: ConfigFiles, since: datetime, until: datetime) -> dict[str, Any]:
    """Return precision by everything, and proposals with their effects, for JSON."""
    rules = parts.rules
    alerts = [alert for alert in recording.alerts.values() if since <= alert.opened_at < until]
    closed = closed_alerts(alerts)
    found = precisions(closed)
    proposed = proposals(closed, rules)
    return {
        "from": iso_utc(since),
        "to": iso_utc(until),
        "alerts": len({alert.alert_id for alert in alerts}),
        "closed": len(closed),
        "rules": rules.version,
        "undecodable": dict(sorted(recording.undecodable.items())),
        "precision": {kind: {name: each.as_dict() for name, each in named.items()} for kind, named in found.items()},
        "hit_rates": [each.as_dict() for each in hit_rates(closed, rules)],
        "proposals": _with_replay(recording, parts, proposed, closed, since, until),
    }


def _with_replay(
    recording: Recording,
    parts: ConfigFiles,
    proposed: Sequence[Proposal],
    closed: Sequence[Closed],
    since: datetime,
    until: datetime,
) -> list[dict[str, Any]]:
    """Return each proposal with what differs when everything is played with it, beside the same with today's rules."""
    if not proposed:
        return []
    version = registry_version(recording)
    today = cases(play(recording, [Decide(parts.rules, version, parts.plan)], until).alerts, since, until)
    verdict_of = {each.last.alert_id: each.verdict for each in closed}
    found = []
    for each in proposed:
        changed = cases(play(recording, [Decide(each.rules, version, parts.plan)], until).alerts, since, until)
        differences = compare(today, changed).differences
        effect: dict[str, int] = {}
        for difference in differences:
            verdict = verdict_of.get(difference.case.alert_id, "no verdict")
            name = f"{verdict}: {difference.before or '--'} -> {difference.after or '--'}"
            effect[name] = effect.get(name, 0) + 1
        found.append(
            {
                "change": each.change.fragment,
                "before": each.change.before,
                "after": each.change.after,
                "false_fall": dict(each.effect.false),
                "true_fall": dict(each.effect.true),
                "verdicts": each.effect.verdicts,
                "small": each.effect.small,
                "by_replay": dict(sorted(effect.items())),
            }
        )
    return found


def lines(document: dict[str, Any]) -> list[str]:
    """Return the report for a person."""
    found = [
        f"{document['alerts']} alerts opened, {document['closed']} closed with a verdict, rules {document['rules']}"
    ]
    if document["undecodable"]:
        found.append(f"NOT COMPLETE: {undecodable_line(document['undecodable'])}")
    for kind, named in document["precision"].items():
        found += [f"{kind:9} {name:32} {_share(told)}" for name, told in named.items()]
    if not document["proposals"]:
        found.append("no proposal: no single change lowers a false alert without a true P1 or P2")
    for each in document["proposals"]:
        found += [
            f"# proposed, never applied by itself: {each['before']:g} becomes {each['after']:g}"
            + (f"; only {each['verdicts']} verdicts, too few to go by" if each["small"] else ""),
            yaml.safe_dump(each["change"], sort_keys=False).rstrip(),
            f"#   false alerts that fall: {_counts(each['false_fall'])}; true ones: {_counts(each['true_fall'])}",
            f"#   by replay of everything recorded: {_counts(each['by_replay'])}",
        ]
    for each in document["hit_rates"]:
        found += [
            f"# proposed hit rate, never applied by itself: {each['before']:g} becomes {each['after']:g}; it showed in "
            f"{each['met']} of {each['looked']} cameras that had a true report in view"
            + ("; too few to go by" if each["small"] else ""),
            yaml.safe_dump(each["change"], sort_keys=False).rstrip(),
        ]
    return found


def _share(told: dict[str, Any]) -> str:
    counts = f"{told['true']} true, {told['false']} false, {told['test']} test, {told['duplicate']} duplicate"
    if told["precision"] is None:
        return f"no share  {counts}"
    low, high = told["interval"]
    return f"{told['precision']:.2f} ({low:.2f}-{high:.2f})  {counts}" + ("  (small)" if told["small"] else "")


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} x {step}" for step, count in counts.items()) or "none"
