"""Sources by name, as `intake` and a replay of its dead letters both make them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfoNotFoundError

from streams.config.yaml import read_yaml
from streams.errors import ConfigurationError
from streams.intake.sources.base import IncidentSource
from streams.intake.sources.categories import load_categories
from streams.intake.sources.gazetteer import NO_GAZETTEER, Gazetteer
from streams.intake.sources.p2000.reports import P2000Reports
from streams.intake.sources.p2000.words import load_p2000_words
from streams.intake.sources.recorded import RecordedReports


@dataclass(frozen=True)
class SourceOptions:
    """What sources are made with; each takes what it needs.

    Attributes:
        time_zone: The zone of times that name none.
        gazetteer: YAML file of places with positions (p2000).
        words: YAML file of words and categories, the built-in one where None (p2000).
        clock: `line` or `host`: which time to trust (p2000).
        categories: YAML file of partners' codes, the built-in one where None (recorded).
        run: A name that keeps this run's reports apart.
    """

    time_zone: str
    gazetteer: Path | None = None
    words: Path | None = None
    clock: str = "line"
    categories: Path | None = None
    run: str = ""


def make_source(name: str, options: SourceOptions) -> IncidentSource | None:
    """Return the source of this name, or None where there is none.

    Raises:
        ConfigurationError: An option or a file is wrong.
    """
    if name == P2000Reports.name:
        return _p2000(options)
    if name == RecordedReports.name:
        return RecordedReports(load_categories(options.categories), options.run)
    return None


def _p2000(options: SourceOptions) -> IncidentSource:
    trusted: Literal["line", "host"] = "host" if options.clock == "host" else "line"
    if options.clock != trusted:
        raise ConfigurationError("intake p2000", "--clock", options.clock, "'line' or 'host'")
    places = NO_GAZETTEER if options.gazetteer is None else read_yaml(options.gazetteer, Gazetteer)
    try:
        return P2000Reports(load_p2000_words(options.words), places, options.time_zone, trusted, options.run)
    except (ZoneInfoNotFoundError, ValueError):
        raise ConfigurationError(
            "environment", "TOEZICHT_TIME_ZONE", options.time_zone, "a zone such as Europe/Amsterdam"
        ) from None
