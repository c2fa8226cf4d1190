"""P2000: the Dutch pager network as a decoder prints it, one FLEX message per line, read by its grammar.

    FLEX|2021-06-28 14:50:35|1600/2/K/A|12.092|002029568 000126999|ALN|P 1 BAD-05 BR woning Korte Laan Amstelveen 131235

A line is a page (`line`), at a moment (`moment`), whole or in parts (`fragments`). Its text has parts (`message`), of which the
classification says what it is about (`classifications`) and the rest where (`streets`, `location`); the feed is the whole
country's, and what is not the room's is counted and left. Messages of one call are one report (`calls`).

Of the text only urgency, category, street, town and units are kept; of an ambulance's only urgency and town or the four digits
of the postcode. The police hardly use P2000 (domain fact sheet §2a).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from schemas.categories import Category
from schemas.incidents import Incident, ReportNote
from streams.config.yaml import read_yaml
from streams.domain.incidents.raw_report import NotForUs, RawReport, Reading
from streams.domain.incidents.urgency import MOST_URGENT, urgency
from streams.intake.sources.base import SourceOptions
from streams.intake.sources.categories import UNKNOWN_CODE
from streams.intake.sources.gazetteer import NO_GAZETTEER, Gazetteer, join_place
from streams.intake.sources.p2000.calls import Call, CallMemory, Told, digest_of
from streams.intake.sources.p2000.classifications import Classifications, Match, load_classifications, starts, words_of
from streams.intake.sources.p2000.fragments import FirstPart, Fragments
from streams.intake.sources.p2000.line import Page, read_line
from streams.intake.sources.p2000.location import Where, locate
from streams.intake.sources.p2000.message import BREAK, PagerMessage, parse
from streams.intake.sources.p2000.moment import ClockTrust, moment_of, trust_of
from streams.intake.sources.p2000.room import Room, load_room
from streams.intake.sources.p2000.streets import FoundPlace, PlaceFinder
from streams.intake.sources.p2000.stretches import LISTS
from streams.intake.sources.p2000.withdrawal import NEGATIONS, take_back
from streams.settings import read_time_zone

SOURCE: Final = "p2000"
_GRIP: Final = re.compile(r"\bGRIP\s{0,3}:?\s{0,3}([1-5])\b", re.IGNORECASE)
_LEADS: Final = frozenset(
    {"graag", "spoed", "met", "van", "een", "mogelijk", "mogelijke", "vermoedelijk", "ploeg", "ajb", "svp", "dv"}
)
"""What may stand before a classification and says nothing."""


class P2000Options(SourceOptions):
    """Read P2000 pager messages from standard input, as multimon-ng prints them.

    Only urgency, category, street and town are kept; of ambulances only urgency and town. The feed is the whole country's: what
    is not in the room's area (--room) is counted and left. Ends when its input ends, or on SIGTERM after everything read was
    confirmed.

    Example: rtl_fm -f 169.65M -s 22050 | multimon-ng -q -a FLEX -t raw - | toezicht intake p2000 --gazetteer places.yaml
    """

    silent_after_s = (
        900.0  # the whole country's some thousand calls a day leave no quarter of an hour without a page [own]
    )

    gazetteer: Path | None = Field(None, description="YAML file of places with positions; without it reports have none")
    room: Path | None = Field(
        None, description="YAML file of the room's region, towns and postcodes; Amstelveen's, which is built in, else"
    )
    words: Path | None = Field(
        None, description="YAML file of classifications and their categories; the built-in one else"
    )
    clock: Literal["auto", "line", "host"] = Field(
        "auto",
        description="Which time to trust: 'line', the decoder's; 'host', the moment of reading; 'auto', the decoder's unless it "
        "lies more than a minute from the moment of reading, or, where standard input is a file, ahead of it",
    )
    zone: str = Field(
        "UTC", description="Zone in which the decoder prints its times; multimon-ng prints UTC whatever the host's"
    )


class P2000Reports:
    """Reads one FLEX line at a time and remembers the calls of the last hours."""

    name = SOURCE
    Options = P2000Options

    def __init__(
        self,
        words: Classifications,
        gazetteer: Gazetteer = NO_GAZETTEER,
        room: Room | None = None,
        clock: ClockTrust = ClockTrust.LIVE,
        time_zone: str = "UTC",
        run: str = "",
    ) -> None:
        """Prepare.

        Args:
            words: The classifications of messages and what they mean.
            gazetteer: Where places are; P2000 gives no coordinates.
            room: Whose list it feeds; the built-in one else.
            clock: Whose time a report has.
            time_zone: The zone in which the decoder prints.
            run: Keeps the calls of one run apart from equal ones before, so that a scenario can be played again.

        Raises:
            ZoneInfoNotFoundError: There is no such zone.
        """
        self._words = words
        self._gazetteer = gazetteer
        self._room = room or load_room()
        self._zone = ZoneInfo(time_zone)
        self._clock = clock
        self._run = run
        self._places = PlaceFinder(self._room, gazetteer)
        self._calls = CallMemory(run)
        self._fragments = Fragments()

    @classmethod
    def from_options(cls, options: P2000Options, time_zone: str) -> P2000Reports:  # noqa: ARG003 - the decoder's zone is an option of its own
        """Return the source. Raises ConfigurationError and FileError."""
        places = NO_GAZETTEER if options.gazetteer is None else read_yaml(options.gazetteer, Gazetteer)
        zone = read_time_zone(options.zone, "intake p2000", "--zone").key
        words, room = load_classifications(options.words), load_room(options.room)
        return cls(words, places, room, trust_of(options.clock), zone, options.run)

    def read(self, content: bytes, now: datetime) -> Reading:
        """Return what one line says."""
        page = read_line(content)
        if not isinstance(page, Page):
            return page
        moment, note = moment_of(page.time, self._zone, self._clock, now)
        notes = [] if note is None else [note]
        if page.part == "F":
            self._fragments.hold(FirstPart(page, moment, now))
            return NotForUs("part_of_a_page")
        if page.part == "C":
            whole = self._fragments.complete(page, moment)
            if whole is None:
                notes.append(ReportNote.INCOMPLETE)
            else:
                page, moment = whole.page, whole.moment
        return self._page(page, moment, now, notes)

    def overdue(self, now: datetime, *, ending: bool = False) -> Iterator[Reading]:
        """Yield what the first parts of pages say whose rest did not come in time."""
        for held in self._fragments.overdue(now, ending=ending):
            yield self._page(held.page, held.moment, now, [ReportNote.INCOMPLETE])

    def recall(self, incident: Incident) -> None:
        """Learn of a call that was sent before the process was started again."""
        self._calls.recall(incident)

    def _page(self, page: Page, moment: datetime, now: datetime, notes: list[ReportNote]) -> Reading:
        message = parse(page.text)
        kind = self._kind_of_message(message)
        if kind:
            return NotForUs(kind)
        taken_back = take_back(message, self._words)
        match = self._classification(message)
        place = self._places.find(_behind(message.words, match), town_first=message.town_first)
        if match is None and not taken_back.call and not self._is_call(message, place):
            return NotForUs("talk" if _stands_in(self._words.talk, message.words) else "no_call")
        located = locate(message, place, self._room, page.capcodes)
        if located.where is Where.ELSEWHERE or (located.where is Where.NOT_LOCATED and self._room.unlocated == "drop"):
            return NotForUs(located.where.value)
        place = located.place or place
        if located.uncertain or located.where is Where.NOT_LOCATED:
            notes.append(ReportNote.PLACE_UNCERTAIN)
        if page.repaired:
            notes.append(ReportNote.TEXT_REPAIRED)
        if not page.addressed:
            notes.append(ReportNote.FIELD_LEFT_OUT)
        grip = _GRIP.search(page.text)
        told = self._told(message, match, place, int(grip[1]) if grip and not taken_back.grip else 0)
        if taken_back.call:
            call = self._calls.withdrawal(told, moment, now)
        else:
            call = self._calls.report(told, moment, now, grip_ends=taken_back.grip)
        return self._report(message, place, call, moment, notes=notes)

    def _kind_of_message(self, message: PagerMessage) -> str:
        """Return why a message is none of an incident: a test or an exercise; or nothing."""
        head = [_plain(word) for word in message.words if word][:2]
        brackets = [words_of(text) for text in message.brackets]
        tests, exercises = self._words.tests, self._words.exercises
        for name, markers in (("test", tests), ("exercise", exercises)):
            if starts(markers.first, head) or any(
                _is_said(markers.anywhere, each) for each in (message.words, *brackets)
            ):
                return name
        if any(" ".join(words) in tests.first for words in brackets):  # (test locatie) is a place
            return "test"
        return "exercise" if message.drill or any(starts(exercises.first, words) for words in brackets) else ""

    def _is_call(self, message: PagerMessage, place: FoundPlace) -> bool:
        """Return whether a message without classification is of a call: it has a priority, and is no talk but an urgent one.

        Urgent talk is a call where it sends somebody, or names a place of ours and does not begin as talk.
        """
        if not message.priority:
            return False
        if not _stands_in(self._words.talk, message.words):
            return True
        if urgency(message.priority) > MOST_URGENT:
            return False
        low = [word for word in map(_plain, message.words) if word not in _LEADS | {BREAK}]
        names_place = place.town in self._room.towns and (bool(place.street) or not starts(self._words.talk, low))
        return names_place or bool(message.group or message.units)

    def _classification(self, message: PagerMessage) -> Match | None:
        """Return the classification of the words, by their numbers among `message.words`; else of the brackets."""
        low, origin = _split(message.words)
        front = next(
            (n for n, word in enumerate(low) if word and word not in _LEADS and word not in self._words.talk), 0
        )
        match = self._words.find(low, front)
        while match is not None and match.found.category is None and match.end < len(low):
            nearer = self._words.find(low[match.end :], 0)
            if nearer is None or nearer.found.category is None:
                break
            match = Match(nearer.found, match.end + nearer.start, match.end + nearer.end)
        if match is None:
            return self._in_brackets(message, 0)
        end = origin[match.end - 1] + 1
        if match.found.lesser:
            nearer = self._words.emergency(low, match.end, LISTS.persons)
            if nearer is not None:
                return Match(nearer.found, origin[match.start], end)
            inside = self._in_brackets(message, end)
            if inside is not None:
                return inside
        return Match(match.found, origin[match.start], end)

    def _in_brackets(self, message: PagerMessage, end: int) -> Match | None:
        for text in message.brackets:
            inside = self._words.find(words_of(text), 0)
            if inside is not None and not inside.found.lesser:
                return Match(inside.found, 0, end)
        return None

    def _told(self, message: PagerMessage, match: Match | None, place: FoundPlace, grip: int) -> Told:
        category, word, known = self._meaning(message, match)
        channel = f"{message.group}{message.channel}" if message.group else ""
        words = [self._run, *message.words]
        if message.ambulance:
            words += [*message.units, *message.numbers, message.postcode]  # a town alone does not tell one from another
        elif not place.street:
            words += message.numbers
        street = "" if message.ambulance else place.street
        where = join_place(street, place.town or self._area(message)) if street else ""
        units = tuple(dict.fromkeys(message.units))
        return Told(digest_of(" ".join(words)), channel, units, where, category, word, known, message.priority, grip)

    def _meaning(self, message: PagerMessage, match: Match | None) -> tuple[Category, str, bool]:
        """Return the category, its word, and whether something explains it; an ambulance's text tells its urgency alone."""
        if message.ambulance:
            category = self._words.ambulance.get(message.priority, Category.OVERIG)
            return category, f"ambulance {message.priority}", True
        if match is not None:
            category = match.found.category or Category.OVERIG
            return category, match.text[:80], match.found.category is not None
        safe = [word for word in map(_plain, message.words) if word in self._words.safe_words]
        return Category.OVERIG, " ".join(safe)[:80] or UNKNOWN_CODE, False

    def _area(self, message: PagerMessage) -> str:
        """Return the four digits of a postcode of the room's, or nothing."""
        return message.postcode if self._room.has_postcode(message.postcode) else ""

    def _report(
        self,
        message: PagerMessage,
        place: FoundPlace,
        call: Call,
        moment: datetime,
        notes: Sequence[ReportNote],
    ) -> RawReport:
        area = self._area(message)
        if message.ambulance:
            street, town = "", f"{area} {place.town}".strip()
        else:
            street, town = place.street, place.town or area
        return RawReport(
            source=SOURCE,
            source_id=call.source_id,
            cancels=call.withdrawn_at is not None,
            category=call.told.category,
            category_source=call.told.word,
            category_known=call.told.known,
            source_priority=call.source_priority,
            place=join_place(street, town),
            position=self._gazetteer.position(street, place.town, area),
            occurred_at=call.first_at,
            reported_at=moment,
            notes=tuple(notes),
        )


def _behind(words: list[str], match: Match | None) -> list[str]:
    """Return what of the words says where: what stands behind the classification; what stands before one says nothing of it."""
    return words if match is None else words[match.end :]


def _split(words: Sequence[str]) -> tuple[list[str], list[int]]:
    """Return words as classifications are compared, each in its pieces, and of which word each is a piece."""
    low: list[str] = []
    origin: list[int] = []
    for number, word in enumerate(words):
        pieces = words_of(word) or (BREAK,)
        low += pieces
        origin += [number] * len(pieces)
    return low, origin


def _plain(word: str) -> str:
    return word.lower().strip(".,:;!?")


def _stands_in(phrases: Sequence[str], words: Sequence[str]) -> bool:
    low = [_plain(word) for word in words]
    return any(starts(phrases, low[at:]) for at in range(len(low)))


def _is_said(phrases: Sequence[str], words: Sequence[str]) -> bool:
    """Return whether one of the phrases stands among the words, and not behind `geen` or `niet`."""
    low = [_plain(word) for word in words]
    return any(starts(phrases, low[at:]) and low[max(at - 1, 0)] not in NEGATIONS for at in range(len(low)))
