"""Sources by name: `intake` has a command for each, and a replay of dead letters reads their lines again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, ValidationError, create_model
from pydantic.fields import FieldInfo

from streams.errors import ConfigurationError
from streams.intake.lines import AlertSplitter, LineSplitter, Splitter
from streams.intake.sources.base import ConfiguredSource, Cut, IncidentSource
from streams.intake.sources.cap.reports import CapReports
from streams.intake.sources.gms import GmsReports
from streams.intake.sources.meldingen import MeldingenReports
from streams.intake.sources.p2000.reports import P2000Reports
from streams.intake.sources.recorded import RecordedReports
from streams.intake.sources.signalen import SignalenReports

SOURCES: Final[dict[str, type[ConfiguredSource[Any]]]] = {
    source.name: source
    for source in (
        P2000Reports,
        RecordedReports,
        GmsReports,
        CapReports,
        SignalenReports,
        MeldingenReports,
    )
}
"""A new source is one line here."""


def make_source(name: str, options: Mapping[str, object], time_zone: str) -> IncidentSource | None:
    """Return the source of this name, or None where there is none.

    Args:
        name: The source.
        options: Values by the fields of its options; those of other sources are left out.
        time_zone: The zone of times that name none.

    Raises:
        ConfigurationError: An option is wrong.
        FileError: A file that one names is wrong.
    """
    source = SOURCES.get(name)
    if source is None:
        return None
    own = {field: value for field, value in options.items() if field in source.Options.model_fields}
    try:
        checked = source.Options.model_validate(own)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        option = f"--{str(first['loc'][0]).replace('_', '-')}"
        expected = first["msg"].removeprefix("Input should be ")
        raise ConfigurationError(f"intake {name}", option, first["input"], expected) from None
    return source.from_options(checked, time_zone)


def splitter_of(name: str) -> Splitter:
    """Return what cuts the feed of this source."""
    return AlertSplitter() if SOURCES[name].Options.cut is Cut.ALERTS else LineSplitter()


def options_of_all() -> type[BaseModel]:
    """Return a model with the options of every source: lines of several are read again in one go."""
    takers: dict[str, list[str]] = {}
    fields: dict[str, FieldInfo] = {}
    for source in SOURCES.values():
        for name, field in source.Options.model_fields.items():
            takers.setdefault(name, []).append(source.name)
            fields.setdefault(name, field)
    told: dict[str, Any] = {}
    for name, field in fields.items():
        commands = " and ".join(f"`intake {source}`" for source in takers[name])
        told[name] = (
            field.annotation,
            FieldInfo(default=field.default, description=f"For lines of feeds, as in {commands}"),
        )
    return create_model("ReplayOptions", **told)
