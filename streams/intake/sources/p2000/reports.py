"""P2000: the Dutch pager network as multimon-ng prints it, one FLEX message per line.

    FLEX|2021-06-28 16:50:35|1600/2/K/A|12.092|002029568 000126999|ALN|A2 (dia: ja) 12164 Rit 79824 Sloterweg Badhoevedorp

The line is split six times at most, since the text may hold a `|`. Its time has no zone: it is the receiver's clock, in
the configured zone; an hour that occurs twice in autumn is the one nearer to now. Of the text only urgency, category,
street, town and units are kept; of an ambulance's text only urgency and town or the four digits of the postcode. The
police do not use P2000 (domain fact sheet §2a).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from schemas.categories import Category
from schemas.dead_letters import DeadLetterReason
from schemas.incidents import Incident
from streams.config.yaml import read_yaml
from streams.domain.incidents.raw_report import NotForUs, RawReport, Reading, Unreadable
from streams.intake.sources.base import SourceOptions
from streams.intake.sources.gazetteer import NO_GAZETTEER, Gazetteer, join_place
from streams.intake.sources.p2000.calls import CallMemory, digest_of
from streams.intake.sources.p2000.words import P2000Words, PlaceFinder, load_p2000_words
from streams.settings import read_time_zone

SOURCE: Final = "p2000"
FIELDS: Final = 7
_TIME: Final = "%Y-%m-%d %H:%M:%S"
_CAPCODES: Final = re.compile(r"\d{9}(?: \d{9})*")
_BANNERS: Final = ("multimon-ng", "(c)", "available demodulators", "enabled demodulators")
_PRIORITY: Final = re.compile(r"\s*(A[0-2]|B[1-3]|C[12]|P\s?[1-5]|PRIO\s?[1-5])(?!\w)", re.IGNORECASE)
_GRIP: Final = re.compile(r"\bGRIP\s*:?\s*([1-5])\b", re.IGNORECASE)
_BRACKETS: Final = re.compile(r"\([^)]*\)")
_POSTCODE: Final = re.compile(r"(?<!\w)([1-9]\d{3}) ?[A-Za-z]{2}(?!\w)")
_RIDE: Final = re.compile(r"\brit:?\s*\d+", re.IGNORECASE)
_UNIT: Final = re.compile(r"(?<!\d)\d{5,6}(?!\d)")


@dataclass(frozen=True, slots=True)
class Page:
    """One message's parts: when it was sent (UTC) and its text."""

    sent_at: datetime
    text: str


class P2000Options(SourceOptions):
    """Read P2000 pager messages from standard input, as multimon-ng prints them.

    Only urgency, category, street and town are kept; of ambulances only urgency and town. Times are in the zone of
    TOEZICHT_TIME_ZONE. Ends when its input ends, or on SIGTERM after everything read was confirmed.

    Example: rtl_fm -f 169.65M -s 22050 | multimon-ng -a FLEX -t raw - | toezicht intake p2000 --gazetteer places.yaml
    """

    gazetteer: Path | None = Field(None, description="YAML file of places with positions; without it reports have none")
    words: Path | None = Field(None, description="YAML file of words and categories; the built-in one else")
    clock: Literal["line", "host"] = Field(
        "line", description="Which time to trust: 'line', the receiver's, or 'host', the moment of reading"
    )


class P2000Reports:
    """Reads one FLEX line at a time and remembers the calls of the last hours."""

    name = SOURCE
    Options = P2000Options

    def __init__(
        self,
        words: P2000Words,
        gazetteer: Gazetteer = NO_GAZETTEER,
        time_zone: str = "Europe/Amsterdam",
        clock: Literal["line", "host"] = "line",
        run: str = "",
    ) -> None:
        """Prepare.

        Args:
            words: The words of messages and what they mean.
            gazetteer: Where places are; P2000 gives no coordinates.
            time_zone: The receiver's zone.
            clock: Whether the time is the line's own or the moment of reading, for receivers whose clock is wrong.
            run: Keeps the calls of one run apart from equal ones before, so that a scenario can be played again.

        Raises:
            ZoneInfoNotFoundError: There is no such zone.
        """
        self._words = words
        self._gazetteer = gazetteer
        self._zone = ZoneInfo(time_zone)
        self._clock = clock
        self._run = run
        self._places = PlaceFinder(words, gazetteer)
        self._calls = CallMemory()

    @classmethod
    def from_options(cls, options: P2000Options, time_zone: str) -> P2000Reports:
        """Return the source, for a receiver in this zone. Raises ConfigurationError and FileError."""
        places = NO_GAZETTEER if options.gazetteer is None else read_yaml(options.gazetteer, Gazetteer)
        zone = read_time_zone(time_zone).key
        return cls(load_p2000_words(options.words), places, zone, options.clock, options.run)

    def read(self, content: bytes, now: datetime) -> Reading:
        """Return what one line says."""
        page = self._page(content, now)
        if not isinstance(page, Page):
            return page
        if self._words.test_pattern.search(page.text):
            return NotForUs("test")
        priority = _PRIORITY.match(page.text)
        found = self._words.category(page.text)
        if found is None and self._words.talk_pattern.search(page.text):
            return NotForUs("talk")
        if priority is None and found is None and not self._words.withdrawal_pattern.search(page.text):
            return NotForUs("no_call")
        return self._report(page, "" if priority is None else " ".join(priority[1].upper().split()), found)

    def recall(self, incident: Incident) -> None:
        """Learn of a call that was sent before the process was started again."""
        self._calls.recall(incident.source_id, incident.place)

    def _page(self, content: bytes, now: datetime) -> Page | NotForUs | Unreadable:
        try:
            line = content.decode("utf-8").strip()
        except UnicodeDecodeError:
            return _broken("not UTF-8 text")
        if not line or line.lower().startswith(_BANNERS):
            return NotForUs("banner" if line else "blank")
        parts = line.split("|", FIELDS - 1)
        if parts[0] != "FLEX" or len(parts) != FIELDS:
            return _broken(f"expected FLEX and {FIELDS} fields between |")
        sent_at = self._sent_at(parts[1], now)
        if sent_at is None:
            return _broken("time: expected YYYY-MM-DD HH:MM:SS")
        if not _CAPCODES.fullmatch(parts[4].strip()):
            return _broken("capcodes: expected numbers of 9 digits")
        return Page(sent_at, parts[6]) if parts[5] == "ALN" else NotForUs("not_text")

    def _sent_at(self, text: str, now: datetime) -> datetime | None:
        try:
            local = datetime.strptime(text, _TIME).replace(tzinfo=self._zone)
            moments = [local.replace(fold=fold).astimezone(UTC) for fold in (0, 1)]
        except (ValueError, OverflowError):
            return None
        return now if self._clock == "host" else min(moments, key=lambda moment: abs(moment - now))

    def _report(self, page: Page, priority: str, found: tuple[Category, str] | None) -> RawReport:
        cancels = self._words.withdrawal_pattern.search(page.text) is not None
        text = self._words.withdrawal_pattern.sub(" ", page.text)
        body = _BRACKETS.sub(" ", _PRIORITY.sub(" ", text, count=1))
        postcode = _POSTCODE.search(body)
        area = postcode[1] if postcode else ""
        where = self._places.find(body)
        ambulance = priority[:1] in {"A", "B", "C"}
        street = "" if ambulance else where.street
        place = join_place(street, where.town or area)
        units = tuple(sorted(set(_UNIT.findall(_RIDE.sub(" ", body)))))
        moment = page.sent_at
        call = (self._calls.withdrawal if cancels else self._calls.report)(
            digest_of(f"{self._run} {body}"), units, place, moment
        )
        grip = _GRIP.search(text)
        category, word = self._meaning(priority, found, ambulance)
        return RawReport(
            source=SOURCE,
            source_id=call.source_id,
            cancels=cancels,
            category=category,
            category_source=word,
            category_known=category is not Category.OVERIG or ambulance,
            source_priority=f"{priority} GRIP {grip[1]}".strip() if grip else priority,
            place=place,
            position=self._gazetteer.position(street, where.town, area),
            occurred_at=call.first_at,
            reported_at=moment,
        )

    def _meaning(self, priority: str, found: tuple[Category, str] | None, ambulance: bool) -> tuple[Category, str]:
        """Return the category and the word for it; an ambulance's text says nothing but its urgency."""
        if ambulance:
            return self._words.ambulance.get(priority, Category.OVERIG), f"ambulance {priority}"
        return found if found is not None else (Category.OVERIG, "")


def _broken(detail: str) -> Unreadable:
    return Unreadable(DeadLetterReason.UNREADABLE_REPORT, detail)
