"""`toezicht dossier`: what each camera brought in a period."""

from __future__ import annotations

import json
import logging
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from schemas.base import iso_utc
from schemas.phrases.language import Language
from streams import topics
from streams.cli.options import moment, reachable, registry_path, say, started
from streams.clients.audit import chain_values
from streams.clock import utc_now
from streams.compliance.audit import camera_times
from streams.compliance.dossier import dossier, facts_of, tallies_of, views_of
from streams.config.files import load_rules
from streams.config.registry import load_registry
from streams.domain.compliance.camera_time import LookingTime, looking_times
from streams.domain.compliance.necessity import Necessity, necessity_of, tally_dict
from streams.errors import ConfigurationError, ToezichtError
from streams.kafka.reader import Reader
from streams.presentation.dossier import dossier_text
from streams.replay.recording import Recording, recording_of
from streams.settings import KafkaSettings

MARGIN = timedelta(days=1)
"""Facts are read from so much earlier: an alert may have begun with a report that waited."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("dossier")(_dossier)


def _dossier(
    since: Annotated[str, typer.Option("--from", help="2026-11-01T00:00:00Z, or how long ago: 27d")] = "27d",
    until: Annotated[str, typer.Option("--to", help="As --from; now if left out")] = "",
    registry: Annotated[Path | None, typer.Option(help="Camera registry (YAML); TOEZICHT_REGISTRY if left out")] = None,
    rules: Annotated[Path | None, typer.Option(help="Rules (YAML); TOEZICHT_RULES if left out")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs")] = False,
    lang: Annotated[Language, typer.Option(help="Language: nl or en")] = Language.NL,
) -> None:
    """Tell for each camera what it brought in a period, as Markdown, for the mayor's decision whether it is still necessary.

    Each alert of the period is decided again, by the stage itself, without what each of its cameras saw: would it be there, as
    pressing, as certain? Beside it: the hours that the camera looked, was refused, was away and could not see, whether persons
    called those alerts true, whether a partner was asked to come, and how often persons saw a picture of it.

    A camera for which nothing speaks is named; one that looked for less than a day is not, and what is not known is told as that.
    Looking live at a screen is not known here. Whether a camera is necessary is for a person to decide.

    Example: toezicht dossier --from 27d > noodzaak.md
    """
    settings, kafka = started(quiet=True)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # what goes wrong is told in one line, not in twenty
    now = utc_now()
    begin = moment("dossier", "--from", since, now)
    end = moment("dossier", "--to", until, now) if until else now
    if begin >= end:
        raise ConfigurationError("dossier", "--from", since, "a time before --to")
    cameras = [camera.id for camera in load_registry(registry_path(registry, settings)).cameras]
    wanted = load_rules(rules or settings.rules)
    cluster = reachable(settings, kafka, "review")
    facts = facts_of(_recorded(cluster, begin), begin, end)
    found = dossier(tallies_of(facts, wanted, cameras), _times(cluster, begin, end), _views(cluster, begin, end))
    named = [each.camera_id for each in found if necessity_of(each) is Necessity.BROUGHT_NOTHING]
    if as_json:
        told = {
            "from": iso_utc(begin),
            "to": iso_utc(end),
            "rules": wanted.version,
            "alerts": len(facts.alerts),
            "brought_nothing": named,
            "cameras": [tally_dict(each) for each in found],
        }
        typer.echo(json.dumps(told))
    else:
        typer.echo(dossier_text(found, begin, end, len(facts.alerts), wanted.version, lang))


def _recorded(kafka: KafkaSettings, begin: datetime) -> Recording:
    with Reader(kafka, "dossier") as reader:
        spans = reader.spans((topics.EVIDENCE, topics.EVIDENCE_URGENT, topics.ALERTS), begin - MARGIN)
        return recording_of(record for record in reader.read_spans(spans))


def _times(kafka: KafkaSettings, begin: datetime, end: datetime) -> dict[str, LookingTime] | None:
    try:
        return looking_times(camera_times(kafka, begin, end).spells())
    except ToezichtError as error:
        say(f"how long cameras looked is not known: {error}")
        return None


def _views(kafka: KafkaSettings, begin: datetime, end: datetime) -> dict[str, int] | None:
    """Return how often persons saw each camera's pictures; None where the audit is empty: then nobody told it anything."""
    try:
        values = [value for _, value in chain_values(kafka)]
    except ToezichtError as error:
        say(f"whether persons saw pictures is not known: {error}")
        return None
    return dict(views_of(values, begin, end)) if values else None
