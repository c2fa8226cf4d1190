"""`toezicht budget`: how the control rooms keep to their alert budget."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Final

import typer

from schemas.alerts import Alert
from streams import topics
from streams.cli.options import moment, reachable, say_undecodable, started
from streams.clock import utc_now
from streams.config.files import load_rules
from streams.domain.budget.report import AnnunciationSpan, RoomReport, ask_of, room_reports
from streams.domain.rules.budget import BudgetRule
from streams.errors import ConfigurationError
from streams.kafka.decoding import Decoder
from streams.kafka.reader import read_messages
from streams.settings import KafkaSettings

LINES: Final = 10
"""Of each list; programs get all."""


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def budget(
        room: Annotated[str | None, typer.Option(help="Only this control room")] = None,
        since: Annotated[
            str, typer.Option(help="Where to begin: a time with a zone, or how long ago, such as 90m or 7d")
        ] = "24h",
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array, for programs")] = False,
    ) -> None:
        """Tell for each control room what asked for attention, what was grouped, and what chatters or is stale.

        From the topics `alerts` and `alert-state`, with the numbers of the rules' section `budget`. What is counted are the
        times that an alert opened, came back or rose; a flood that began before `--since` is not known.

        Example: toezicht budget --since 7d --room amstelveen
        """
        settings, kafka = started(quiet=True)
        logging.getLogger("kafka").setLevel(logging.CRITICAL)  # what goes wrong is told in one line, not in twenty
        rule = load_rules(settings.rules).budget
        if rule is None:
            raise ConfigurationError("rules", "budget", "none", "a budget to compare with")
        now, decoder = utc_now(), Decoder()
        found = read_reports(reachable(settings, kafka), moment("budget", "--since", since, now), now, rule, decoder)
        say_undecodable(decoder.undecodable)
        found = [each for each in found if room in (None, each.control_room_id)]
        if as_json:
            typer.echo(json.dumps([as_document(each) for each in found], ensure_ascii=False))
        elif found:
            typer.echo("\n\n".join("\n".join(lines(each)) for each in found))
        else:
            typer.echo("no alerts in this time")


def read_reports(
    kafka: KafkaSettings, since: datetime, now: datetime, rule: BudgetRule, decoder: Decoder
) -> list[RoomReport]:
    """Return the reports of all control rooms, from the topics; the decoder counts what cannot be decoded.

    Raises:
        ClusterError: The cluster cannot be reached; one line.
    """
    asks = [
        ask
        for message in read_messages(kafka, topics.ALERTS, Alert, since, decoder)
        if (ask := ask_of(message)) is not None
    ]
    newest = {message.alert_id: message for message in read_messages(kafka, topics.ALERT_STATE, Alert, decoder=decoder)}
    return room_reports(asks, newest.values(), since, now, rule)


def as_document(report: RoomReport) -> dict[str, Any]:
    """Return a report for a program: named values, also within lists."""
    named = {
        "last_10_min": report.last_10_min._asdict(),
        "last_hour": report.last_hour._asdict(),
        "whole": report.whole._asdict(),
        "top_sources": [each._asdict() for each in report.top_sources],
        "chattering": [each._asdict() for each in report.chattering],
        "stale": [each._asdict() for each in report.stale],
    }
    return {**asdict(report), **named}


def lines(report: RoomReport) -> list[str]:
    """Return a report for a person."""
    mix = ", ".join(f"{name} {share:.0%}" for name, share in report.mix.items())
    told = [
        f"{report.control_room_id} (operators: {report.operators})",
        f"  last 10 min   {_span(report.last_10_min)}",
        f"  last hour     {_span(report.last_hour)}",
        f"  since {report.since[:16]}Z   {_span(report.whole)}",
        f"  mix           {mix}  (to aim at: 5/15/80 % high/medium/low)",
        f"  floods        {report.floods}, {report.flood_share:.1%} of the time  (to aim at: below 1 %)",
    ]
    loudest = [f"{each.asked:5d}  {each.share:4.0%}  {each.category} from {each.source}" for each in report.top_sources]
    told += _listed("loudest sources", loudest)
    told += _listed(
        "chattering",
        [
            f"{each.most:5d} at once  {each.category} from {each.source}{f', alert {each.alert_id}' if each.alert_id else ''}"
            for each in report.chattering
        ],
    )
    stale = [
        f"{each.hours:6.1f} h  {each.priority} {each.category} {each.state}, alert {each.alert_id}"
        for each in report.stale
    ]
    return told + _listed("stale", stale)


def _span(span: AnnunciationSpan) -> str:
    return f"{span.shown} shown, {span.grouped} grouped, {span.summaries} times a summary"


def _listed(title: str, found: Sequence[str]) -> list[str]:
    more = [f"    and {len(found) - LINES} more (--json has all)"] if len(found) > LINES else []
    return [f"  {title}: none"] if not found else [f"  {title}:", *(f"    {each}" for each in found[:LINES]), *more]
