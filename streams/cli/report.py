"""`toezicht report`: a report that an operator enters by hand: somebody called, or stood at the desk."""

from __future__ import annotations

import json
import threading
import time
import uuid
from typing import Annotated, Any, Final

import typer
from pydantic import TypeAdapter, ValidationError

from schemas.base import Identifier
from schemas.categories import Category
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes.commands import (
    expected_both,
    expected_id_beside,
    expected_identifier,
    expected_name_of_place,
    expected_printed_id,
    expected_priority,
    option_given,
    report_entered,
    report_not_confirmed,
    report_result,
)
from schemas.phrases.codes.operator_list import report_note
from schemas.phrases.language import Language
from streams.cli.intake.commands import FLUSH_S
from streams.cli.options import moment, reachable, started, telling
from streams.clients.reports import SOURCE
from streams.clock import utc_now
from streams.domain.incidents.urgency import known_urgency
from streams.errors import ConfigurationError
from streams.intake.connected import connected_intake
from streams.intake.intake import Summary
from streams.intake.lines import Line
from streams.intake.sources.categories import load_categories
from streams.intake.sources.gazetteer import clean_name
from streams.intake.sources.recorded import RecordedReports

_USER: Final = TypeAdapter(Identifier)


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def report(
        category: Annotated[Category, typer.Argument(help="What it is about")],
        user: Annotated[str, typer.Option(help="Who enters it; stands in the report's id")],
        priority: Annotated[
            str, typer.Option(help="As a partner would say it: A1, P 1, P 2, hoog; unsaid if left out")
        ] = "",
        street: Annotated[str, typer.Option(help="Street or square, without a house number")] = "",
        town: Annotated[str, typer.Option(help="Town")] = "",
        lat: Annotated[float | None, typer.Option(help="Latitude (WGS 84)", show_default=False)] = None,
        lon: Annotated[float | None, typer.Option(help="Longitude (WGS 84)", show_default=False)] = None,
        accuracy: Annotated[
            float, typer.Option(min=1, max=100_000, help="How well the place is known, in metres")
        ] = 50.0,
        occurred: Annotated[
            str, typer.Option(help="When it happened: a time with a zone, or how long ago, such as 10m")
        ] = "",
        again: Annotated[str, typer.Option("--id", help="The id of a report that was entered before: changes it")] = "",
        cancel: Annotated[bool, typer.Option("--cancel", help="With --id: withdraws it")] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
        lang: Annotated[Language, typer.Option(help="What it says, errors too: nl or en")] = Language.EN,
    ) -> None:
        """Enter a report by hand. It goes through intake like any partner's, from the source `operator`.

        There is no field for words: what is said about persons stays with whoever heard it. The report's id has the user and
        stands on the topic `incidents` and in the alert; with it the report is changed or withdrawn later.

        Exit code 1: it is not on the topic.

        Example: toezicht report geweld_vechtpartij --user operator-3 --priority "P 1" --street Stadsplein --town Amstelveen
        """
        with telling(lang):
            settings, kafka = started(quiet=True)
            line = report_line(category, user, priority, street, town, lat, lon, accuracy, again, cancel)
            if occurred:
                line["occurred_at"] = moment("report", "--occurred", occurred, utc_now()).isoformat()
            source = RecordedReports(load_categories(), time_zone=settings.time_zone)
            intake = connected_intake(source, reachable(settings, kafka, "report"), threading.Event())
            content = json.dumps(line).encode()
            intake.take(Line(1, content, len(content)))
            intake.flush(FLUSH_S, time.monotonic)
            left = intake.close()
        told = {"source": SOURCE, "source_id": line["source_id"], **intake.summary.as_dict()}
        typer.echo(json.dumps(told) if as_json else describe(line["source_id"], intake.summary, lang))
        if left or not intake.summary.results:
            raise typer.Exit(1)


def describe(source_id: str, summary: Summary, language: Language) -> str:
    """Return what became of a report in one line for a person."""
    results = [report_result(name) for name in sorted(summary.results) or ["nothing"]]
    notes = [report_note(name) for name in sorted(summary.notes)]
    lost = [report_not_confirmed()] if summary.unconfirmed else []
    return sentence(report_entered(source_id, (*results, *notes, *lost)), language)


def report_line(
    category: Category,
    user: str,
    priority: str,
    street: str,
    town: str,
    lat: float | None,
    lon: float | None,
    accuracy_m: float,
    again: str,
    cancel: bool,
) -> dict[str, Any]:
    """Return the line that intake reads; what intake would leave out with a note is refused here, while somebody sits there.

    Raises:
        ConfigurationError: A value cannot be one; names it.
    """
    try:
        _USER.validate_python(user)
    except ValidationError:
        raise ConfigurationError("report", "--user", user, expected_identifier(80)) from None
    if priority and known_urgency(priority) is None:
        raise ConfigurationError("report", "--priority", priority, expected_priority())
    if (lat is None) is not (lon is None):
        raise ConfigurationError("report", "--lat" if lat is None else "--lon", "", expected_both())
    if cancel and not again:
        raise ConfigurationError("report", "--cancel", option_given(), expected_id_beside())
    if again and "/" not in again:
        raise ConfigurationError("report", "--id", again, expected_printed_id())
    for option, name in (("--street", street), ("--town", town)):
        if name and not clean_name(name):
            raise ConfigurationError("report", option, name, expected_name_of_place())
    line: dict[str, Any] = {
        "source": SOURCE,
        "source_id": again or f"{user}/{uuid.uuid4()}",
        "operation": "cancel" if cancel else "report",
        "category": category.value,
    }
    if priority:
        line["priority"] = priority
    if street or town:
        line["place"] = {"street": street, "town": town}
    if lat is not None:
        line["position"] = {"lat": lat, "lon": lon, "accuracy_m": accuracy_m}
    return line
