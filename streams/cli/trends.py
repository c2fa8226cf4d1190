"""`toezicht trends`: the safety team's report of a week, from the topic `trends`."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel

from schemas.base import Message
from schemas.phrases.language import Language
from streams import topics
from streams.cli.options import reachable, say_undecodable, started
from streams.clock import utc_now
from streams.domain.trends.counts import local_day
from streams.domain.trends.summary import RoomSummary, summaries
from streams.errors import ConfigurationError
from streams.kafka.decoding import Decoder
from streams.kafka.reader import read_messages
from streams.presentation.trends.html import report_html
from streams.settings import KafkaSettings, read_time_zone


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def trends(
        week: Annotated[
            str | None, typer.Option(help="ISO week, such as 2026-W47; the newest that is over where not given")
        ] = None,
        room: Annotated[str | None, typer.Option(help="Only this control room")] = None,
        out: Annotated[Path | None, typer.Option(help="Write the report to this file; else to standard output")] = None,
        language: Annotated[Language, typer.Option(help="nl or en")] = Language.NL,
        as_json: Annotated[bool, typer.Option("--json", help="The figures as one JSON object, for programs")] = False,
    ) -> None:
        """Write the safety team's report of a week: one HTML file without scripts, or its figures as JSON.

        Counts per category and neighbourhood against what is usual and against the plan's targets, surges, near-repeats,
        and what is not known. Reads the cluster of KAFKA_BOOTSTRAP_SERVERS, else the one that `toezicht demo` or
        `toezicht up` started on this machine. Exit code 1: nothing was counted yet.

        Example: toezicht trends --out report.html
        """
        settings, kafka = started(quiet=True)
        zone, now, decoder = read_time_zone(settings.time_zone), utc_now(), Decoder()
        try:
            rooms = summaries(read_trends(reachable(settings, kafka), decoder), week, now, zone)
        except ValueError:
            expected = "an ISO week that has begun, such as 2026-W47"
            raise ConfigurationError("trends", "--week", week or "", expected) from None
        rooms = [each for each in rooms if room in (None, each.room)]
        say_undecodable(decoder.undecodable)
        _write(
            figures(rooms, decoder.undecodable) if as_json else report_html(rooms, language, local_day(now, zone)), out
        )
        if not rooms:
            raise typer.Exit(1)


def read_trends(kafka: KafkaSettings, decoder: Decoder) -> Iterator[Message]:
    """Yield what the topic `trends` holds now, in the order of each control room; see `streams.kafka.reader.read_messages`."""
    return read_messages(kafka, topics.TRENDS, Message, decoder=decoder)


def figures(rooms: list[RoomSummary], undecodable: Mapping[str, int]) -> str:
    """Return the report's figures as one JSON object, with how many records of the topic could not be decoded."""
    return json.dumps({"rooms": rooms, "undecodable": undecodable}, default=_plain) + "\n"


def _plain(value: Any) -> Any:
    """Return what JSON has for a value that it does not know; of figures what they lead to as well, such as `small`."""
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value)]
        names += [name for name, member in vars(type(value)).items() if isinstance(member, property)]
        return {name: getattr(value, name) for name in names}
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"no JSON for a {type(value).__name__}")


def _write(text: str, out: Path | None) -> None:
    if out is None:
        sys.stdout.write(text)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            "trends", "--out", str(out), f"a file that can be written ({error.strerror})"
        ) from None
