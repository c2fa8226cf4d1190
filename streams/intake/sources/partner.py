"""Partner reports: what sources of one JSON document per report have in common: options, tables, and readers of a place.

Such a source is handed one document, by whatever brought it (a line of standard input or of a connection, a page that was
polled, a request that was received), and returns what it says: `read(content, now)`. It keeps nothing from one to the next.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

from pydantic import Field, TypeAdapter, ValidationError

from schemas.base import Identifier
from schemas.dead_letters import DeadLetterReason
from schemas.geo import Position
from schemas.incidents import Incident, ReportNote, ordered_notes
from schemas.phrases.codes import faults as says
from schemas.phrases.phrase import Phrase
from streams.config.yaml import read_yaml
from streams.domain import canary
from streams.domain.incidents.raw_report import NotForUs, Reading, Unreadable
from streams.errors import ConfigurationError
from streams.intake.sources import fields
from streams.intake.sources.areas import ReportAreas, load_areas
from streams.intake.sources.base import SourceOptions
from streams.intake.sources.categories import Categories, load_categories
from streams.intake.sources.gazetteer import NO_GAZETTEER, Gazetteer, clean_name, join_place
from streams.settings import read_time_zone

_IDENTIFIER: Final = TypeAdapter(Identifier)
_WORDS: Final = re.compile(r"[,;:@?!\n]|\d{5}")
"""What stands in sentences, addresses of mail and telephone numbers, and in no street's name."""
_POSTCODE: Final = re.compile(r"([1-9]\d{3})\s?(?:[A-Za-z]{2})?")


class PartnerOptions(SourceOptions):
    """Options that all sources of one document per report have."""

    partner: str = Field(
        "",
        description="Whose reports they are, as messages name it: politie-gms, signalen-west; the command's name else",
    )
    categories: Path | None = Field(
        None, description="YAML file of partners' codes and our categories; the built-in one else"
    )
    gazetteer: Path | None = Field(
        None, description="YAML file of places with positions, for reports that name a place and give no position"
    )
    areas: Path | None = Field(
        None,
        description="YAML file of CBS's districts and neighbourhoods by year; Amstelveen's, which are built in, else",
    )


class PartnerReports:
    """Partner reports: what such a source knows: its partner's name, the tables, and the zone of times that name none."""

    name: str
    Options: type[Any]

    def __init__(
        self,
        categories: Categories,
        gazetteer: Gazetteer = NO_GAZETTEER,
        *,
        areas: ReportAreas | None = None,
        partner: str = "",
        run: str = "",
        time_zone: str = "Europe/Amsterdam",
    ) -> None:
        """Prepare.

        Args:
            categories: The mapping of partners' codes.
            gazetteer: Where places are.
            areas: The districts and neighbourhoods by CBS's codes; the built-in ones else.
            partner: Whose reports they are; the source's own name where empty.
            run: Is put before each id, so that a scenario can be played again.
            time_zone: The zone of times that name none.

        Raises:
            ConfigurationError: The partner is no identifier, or the canary's.
            ZoneInfoNotFoundError: There is no such zone.
        """
        self._partner = partner or self.name
        try:
            _IDENTIFIER.validate_python(self._partner)
        except ValidationError:
            raise ConfigurationError(
                f"intake {self.name}", "--partner", partner, "letters, digits, points, dashes and underscores"
            ) from None
        if self._partner == canary.SOURCE:
            raise ConfigurationError(f"intake {self.name}", "--partner", partner, "a name that is not the canary's")
        self._categories = categories
        self._gazetteer = gazetteer
        self._areas = areas or load_areas()
        self._prefix = f"{run}/" if run else ""
        self._zone: tzinfo = ZoneInfo(time_zone)

    @classmethod
    def from_options(cls, options: PartnerOptions, time_zone: str) -> Self:
        """Return the source. Raises ConfigurationError and FileError."""
        gazetteer = NO_GAZETTEER if options.gazetteer is None else read_yaml(options.gazetteer, Gazetteer)
        return cls(
            load_categories(options.categories),
            gazetteer,
            areas=load_areas(options.areas),
            partner=options.partner,
            run=options.run,
            time_zone=read_time_zone(time_zone).key,
        )

    def overdue(self, now: Any, *, ending: bool = False) -> Iterable[Reading]:
        """Return nothing: each document is a report of its own."""
        return ()

    def recall(self, incident: Incident) -> None:
        """Nothing to learn: every document carries its report's id."""

    def _located(
        self, position: fields.Field[Position | None], street: str, town: str, postcode: str
    ) -> fields.Field[Position | None]:
        """Return a position; where none was given, the gazetteer's of the place, with its accuracy."""
        if position.value is not None:
            return position
        return fields.Field(self._gazetteer.position(street, town, postcode), position.notes)


class JsonReports(PartnerReports, ABC):
    """JSON reports: a source whose documents are JSON objects."""

    def read(self, content: bytes, now: datetime) -> Reading:
        """Return what one document says; see the module of the source for its fields."""
        if not content.strip():
            return NotForUs("blank")
        read = read_object(content)
        return read if isinstance(read, Unreadable) else self._read(read.value, list(read.notes), now)

    @abstractmethod
    def _read(self, document: dict[str, Any], notes: list[ReportNote], now: datetime) -> Reading:
        """Return what an object says; `notes` are those on its text, and may be added to."""


def read_object(content: bytes) -> fields.Field[dict[str, Any]] | Unreadable:
    """Return a JSON document that is an object, or why it is none."""
    try:
        read = fields.document(content)
    except ValueError as error:
        return Unreadable(DeadLetterReason.NOT_JSON, says.json_expected(str(error)[:180]))
    if not isinstance(read.value, dict):
        return missing("(whole document)", says.expected_json_object())
    return fields.Field(read.value, read.notes)


def missing(field: str, expected: Phrase) -> Unreadable:
    """Return that a report cannot be without a field; nothing of its value is told."""
    return Unreadable(DeadLetterReason.INVALID, says.report_field(field, expected))


def part(document: Mapping[str, Any], *names: str, notes: list[ReportNote] | None = None) -> dict[str, Any]:
    """Return the first object of these names, with its fields' names in lower case; what is none is left out with a note."""
    value = first(document, *names)
    if isinstance(value, dict):
        return lowered(value)
    if notes is not None and not fields.is_unsaid(value):
        notes.append(ReportNote.FIELD_LEFT_OUT)
    return {}


def lowered(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object with its own fields' names in lower case: one system writes IncidentId, its successor incidentId."""
    return {str(name).lower(): value for name, value in document.items()}


def first(document: Mapping[str, Any], *names: str) -> Any:
    """Return the first of these fields that says something, or None."""
    return next((document[name] for name in names if not fields.is_unsaid(document.get(name))), None)


def place_of(street: Any, town: Any) -> fields.Field[tuple[str, str]]:
    """Return street and town without house number; what is no such name is left out, since it may be somebody's words."""
    notes: list[ReportNote] = []
    names = []
    for value in (street, town):
        said = fields.text(value, ReportNote.PLACE_LEFT_OUT)
        name = "" if _WORDS.search(said.value) else clean_name(said.value)
        notes += said.notes if name or not said.value else (ReportNote.PLACE_LEFT_OUT,)
        names.append(name)
    return fields.Field((names[0], names[1]), ordered_notes(notes))


def postcode_of(value: Any) -> str:
    """Return the four digits of a postcode, or nothing: the letters behind them name some ten homes."""
    found = _POSTCODE.fullmatch(fields.text(value).value)
    return found[1] if found else ""


def place_told(street: str, town: str, postcode: str) -> str:
    """Return a message's `place`; where no street is known, the four digits of the postcode stand for it."""
    return join_place(street or postcode, town)
