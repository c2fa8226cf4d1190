"""Located: a source whose reports without a position get that of the place they name.

A report waits for a moment and goes on without. When the answer comes later, the same report follows with its position, as an
update of itself, unless another one of the same id was read meanwhile.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from schemas.incidents import Incident
from streams.domain.incidents.raw_report import RawReport, Reading
from streams.intake.geocoding.locatieserver import Locatieserver, LocatieserverSettings, NamedPlace, connect
from streams.intake.sources.base import IncidentSource
from streams.settings import read_environment

LATER: Final = timedelta(minutes=1)
"""For how long a report is kept whose place is asked for; what comes later helps the next one."""
MOST_LATER: Final = 1_000


@dataclass(frozen=True, slots=True)
class _Later:
    report: RawReport
    place: NamedPlace
    until: datetime


class LocatedSource:
    """Located source: another source's reports, located.

    Args:
        source: It.
        server: Knows where places are.
    """

    def __init__(self, source: IncidentSource, server: Locatieserver) -> None:
        self.name = source.name
        self._source = source
        self._server = server
        self._later: OrderedDict[tuple[str, str], _Later] = OrderedDict()

    def read(self, content: bytes, now: datetime) -> Reading:
        """Return what a line says, with a position where its place is known in time."""
        reading = self._source.read(content, now)
        return self._located(reading, now) if isinstance(reading, RawReport) else reading

    def overdue(self, now: datetime, *, ending: bool = False) -> Iterable[Reading]:
        """Return what the source has, and reports whose place is known by now."""
        for reading in self._source.overdue(now, ending=ending):
            yield self._located(reading, now) if isinstance(reading, RawReport) else reading
        yield from self._found_later(now)

    def recall(self, incident: Incident) -> None:
        """Let the source learn of a report."""
        self._source.recall(incident)

    def _located(self, report: RawReport, now: datetime) -> RawReport:
        name = (report.source, report.source_id)
        self._later.pop(name, None)
        place = place_of(report)
        if place is None:
            return report
        position, answered = self._server.position(place)
        if not answered:
            self._later[name] = _Later(report, place, now + LATER)
            while len(self._later) > MOST_LATER:
                self._later.popitem(last=False)
        return report if position is None else replace(report, position=position)

    def _found_later(self, now: datetime) -> Iterator[RawReport]:
        for name, waiting in list(self._later.items()):
            known = self._server.now_known(waiting.place)
            if known is None and waiting.until >= now:
                continue
            del self._later[name]
            if known is not None and known.position is not None:
                yield replace(waiting.report, position=known.position)


def place_of(report: RawReport) -> NamedPlace | None:
    """Return what to ask for of a report; None where it has a position, is withdrawn, or names no town."""
    if report.position is not None or report.cancels or not report.place:
        return None
    street, comma, town = report.place.rpartition(", ")
    return NamedPlace(street, town) if comma else NamedPlace("", report.place)


def located(source: IncidentSource) -> IncidentSource:
    """Return a source with the configured geocoder, or as it is where there is none.

    Raises:
        ConfigurationError: The setting is wrong.
    """
    server = connect(read_environment(LocatieserverSettings))
    return source if server is None else LocatedSource(source, server)
