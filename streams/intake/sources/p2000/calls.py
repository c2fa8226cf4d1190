"""Calls: which P2000 messages are one report.

The network gives no ids, repeats a call for each group of pagers, and pages it again as it grows. A message is of a known call
where its words are the same (without urgency, brackets, radio group and units) and it comes within `SAME_CALL` of the first; or
where its street and town are the same, it comes within `GROWS_WITHIN` of the newest, and the radio group is the same, or a unit
and the category. Two radio groups are two calls.

A withdrawal mostly repeats neither radio group nor units: it belongs to the newest call with the same words, else at the same
place with the same category or a unit in common; one that names some of its units leaves it open. After `REPEATED_WITHIN` a call
that was withdrawn is over: what comes is a new one.

The id carries the first moment, a digest of the words, radio group and units, and of a run of its own the run; with what an
incident says it rebuilds the memory.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from schemas.categories import Category
from schemas.incidents import Incident, Operation, ReportNote
from streams.domain.incidents.urgency import urgency

SAME_CALL: Final = timedelta(minutes=30)
GROWS_WITHIN: Final = timedelta(hours=1)
"""A fire is scaled up within the first hour, mostly within minutes; radio groups are given to another call after some hours."""
WITHDRAWN_WITHIN: Final = timedelta(hours=2)
REPEATED_WITHIN: Final = timedelta(minutes=2)
"""How long after a withdrawal its call may still be repeated, for another group of pagers."""
CALLS_AT_MOST: Final = 2_000
"""More than a day's calls of any region."""
MAX_UNITS: Final = 4
LESSER: Final = frozenset({Category.OVERIG, Category.VERKEER_CONTEXT})
"""What is said later of an emergency, such as a check afterwards, and does not make it less of one."""
_FORMAT: Final = "%Y%m%dT%H%M%SZ"
_ID: Final = re.compile(r"(\d{8}T\d{6}Z)-([0-9a-f]{12})(?:-(B[A-Z]{2}\d{1,3}))?((?:-\d{5,6}){0,4})(?:-R([0-9a-f]{6}))?")
_GRIP: Final = re.compile(r"(.*?)(?: ?GRIP ([1-5]))?")


@dataclass(frozen=True, slots=True)
class Told:
    """Told: what a message says of its call.

    Attributes:
        digest: Of its words.
        channel: Radio group with its number: BAD05, or empty.
        units: Vehicles.
        place: Street and town; empty where no street is said, since a town alone is not one place.
        category: What it is about.
        word: The dispatcher's word for it.
        known: Whether a classification explains it.
        priority: As the source writes it.
        grip: The level of the scaling-up, 0 for none.
    """

    digest: str
    channel: str
    units: tuple[str, ...]
    place: str
    category: Category
    word: str
    known: bool
    priority: str
    grip: int


@dataclass(frozen=True, slots=True)
class Call:
    """One report as it is remembered: what is known of it now, and when it came first, last, and was withdrawn (UTC).

    Of a call that grew before a restart `all_units` is false: an id has the first page's radio group and units alone.
    """

    source_id: str
    told: Told
    first_at: datetime
    last_at: datetime
    withdrawn_at: datetime | None = None
    all_units: bool = True

    @property
    def source_priority(self) -> str:
        """Return the highest priority that was said, with the scaling-up."""
        if not self.told.grip:
            return self.told.priority
        return f"{self.told.priority.replace('PRIO ', 'PRIO')} GRIP {self.told.grip}".strip()


def digest_of(text: str) -> str:
    """Return a short digest of a message's words, regardless of case and blanks."""
    return hashlib.sha256(" ".join(text.lower().split()).encode("utf-8", "replace")).hexdigest()[:12]


class CallMemory:
    """The calls of the last hours, the one that was paged last at the end."""

    def __init__(self, run: str = "") -> None:
        """Begin; the calls of one run are kept apart from those of others."""
        self._run = f"R{digest_of(run)[:6]}" if run else ""
        self._calls: OrderedDict[str, Call] = OrderedDict()
        self._by_digest: dict[str, list[str]] = {}
        self._by_place: dict[str, list[str]] = {}
        self._newest_at = datetime.min.replace(tzinfo=UTC)

    def report(self, told: Told, at: datetime, now: datetime, *, grip_ends: bool = False) -> Call:
        """Return the call that a message is about, with what is known of it now; a new one where none fits.

        The same words again just after its withdrawal are for another group of pagers: it stays withdrawn. Others open it again.
        """
        for call in self._candidates(told):
            if _over(call, at) or not _same(call, told, at):
                continue
            grown = _grown(call.told, told, grip_ends=grip_ends)
            if call.withdrawn_at is not None and told.digest == call.told.digest and not _more(call.told, grown):
                return call
            return self._keep(replace(call, told=grown, last_at=max(at, call.last_at), withdrawn_at=None), now)
        return self._keep(self._new(told, at), now)

    def withdrawal(self, told: Told, at: datetime, now: datetime) -> Call:
        """Return the call that a withdrawal is about; a new one, for which its report may still come, where none fits.

        One that names units withdraws those: the call ends where it names all of them.
        """
        found = [call for call in self._candidates(told) if _withdraws(call, told, at)]
        call = next((each for each in found if each.withdrawn_at is None), found[0] if found else None)
        if call is None:
            return self._keep(replace(self._new(told, at), withdrawn_at=at), now)
        some = told.units and not (call.all_units and set(told.units).issuperset(call.told.units))
        if some or call.withdrawn_at is not None:
            return call
        return self._keep(replace(call, withdrawn_at=at), now)

    def recall(self, incident: Incident) -> None:
        """Learn of a report that was sent before."""
        match = _ID.fullmatch(incident.source_id)
        said = _GRIP.fullmatch(incident.source_priority)
        if match is None or said is None or (match[5] or "") != self._run[1:]:
            return
        try:
            first_at = datetime.strptime(match[1], _FORMAT).replace(tzinfo=UTC)
        except ValueError:
            return
        told = Told(
            digest=match[2],
            channel=match[3] or "",
            units=tuple(match[4].split("-")[1:]),
            place=incident.place if ", " in incident.place else "",
            category=incident.category,
            word=incident.category_source,
            known=ReportNote.UNKNOWN_KIND not in incident.notes,
            priority=said[1].replace("PRIO", "PRIO ").replace("  ", " ").strip(),
            grip=int(said[2] or 0),
        )
        withdrawn_at = incident.reported_at if incident.operation is Operation.CANCEL else None
        all_units = incident.revision == 0 and len(told.units) < MAX_UNITS
        call = Call(incident.source_id, told, first_at, max(first_at, incident.reported_at), withdrawn_at, all_units)
        self._keep(call, incident.received_at)

    def __len__(self) -> int:
        """Return how many calls are remembered."""
        return len(self._calls)

    def _candidates(self, told: Told) -> Iterator[Call]:
        """Yield the calls with the same words or place, the newest of each first."""
        for source_id in dict.fromkeys(
            (*reversed(self._by_digest.get(told.digest, ())), *reversed(self._by_place.get(told.place.lower(), ())))
        ):
            yield self._calls[source_id]

    def _new(self, told: Told, at: datetime) -> Call:
        stamp = at.astimezone(UTC).strftime(_FORMAT)
        source_id = "-".join(
            part for part in (stamp, told.digest, told.channel, *told.units[:MAX_UNITS], self._run) if part
        )
        return Call(source_id, told, at.replace(microsecond=0), at)

    def _keep(self, call: Call, now: datetime) -> Call:
        """Remember a call as the newest; the age of others is told by pages that do not lie ahead."""
        self._forget(call.source_id)
        self._calls[call.source_id] = call
        self._by_digest.setdefault(call.told.digest, []).append(call.source_id)
        if call.told.place:
            self._by_place.setdefault(call.told.place.lower(), []).append(call.source_id)
        self._newest_at = max(self._newest_at, min(call.last_at, now))
        while self._calls and (
            len(self._calls) > CALLS_AT_MOST or self._newest_at - self._oldest.last_at > WITHDRAWN_WITHIN
        ):
            self._forget(self._oldest.source_id)
        return call

    @property
    def _oldest(self) -> Call:
        return next(iter(self._calls.values()))

    def _forget(self, source_id: str) -> None:
        call = self._calls.pop(source_id, None)
        if call is None:
            return
        for index, key in ((self._by_digest, call.told.digest), (self._by_place, call.told.place.lower())):
            kept = [each for each in index.get(key, ()) if each != source_id]
            if kept:
                index[key] = kept
            else:
                index.pop(key, None)


def _over(call: Call, at: datetime) -> bool:
    """Return whether a call was withdrawn, so long ago that another report is another call."""
    return call.withdrawn_at is not None and at - call.withdrawn_at > REPEATED_WITHIN


def _withdraws(call: Call, told: Told, at: datetime) -> bool:
    """Return whether a withdrawal is about a call."""
    if abs(at - call.last_at) > WITHDRAWN_WITHIN or _differ(call.told.channel, told.channel):
        return False
    return call.told.digest == told.digest or _about(call.told, told)


def _same(call: Call, told: Told, at: datetime) -> bool:
    known = call.told
    if _differ(known.channel, told.channel):
        return False
    apart = bool(known.units and told.units) and not set(known.units) & set(told.units) and not known.channel
    if known.digest == told.digest and abs(at - call.first_at) <= SAME_CALL and (told.place or not apart):
        return True
    if not told.place or known.place.lower() != told.place.lower() or abs(at - call.last_at) > GROWS_WITHIN:
        return False
    together = bool(set(known.units) & set(told.units))
    return bool(known.channel and known.channel == told.channel) or (together and _alike(known, told))


def _about(known: Told, told: Told) -> bool:
    """Return whether a withdrawal with other words is about a call: at its place, of its kind or with its crew."""
    if not told.place or known.place.lower() != told.place.lower():
        return False
    return bool(set(known.units) & set(told.units)) or (not told.units and _alike(known, told))


def _alike(known: Told, told: Told) -> bool:
    return known.category is told.category or not (known.known and told.known)


def _differ(one: str, other: str) -> bool:
    return bool(one and other and one != other)


def _more(known: Told, grown: Told) -> bool:
    """Return whether a message told more of a call than for whom it is."""
    return (known.category, known.priority, known.grip) != (grown.category, grown.priority, grown.grip)


def _weight(category: Category) -> int:
    """Return which kind a call has of two that were said of it: help that is called to a fire makes it no other."""
    if category in LESSER:
        return 0
    return 1 if category is Category.MEDISCH_ONWEL else 2


def _grown(known: Told, told: Told, *, grip_ends: bool) -> Told:
    """Return what is known of a call after a message: it grows, and only a withdrawal makes it less."""
    keeps_kind = not told.known or (known.known and _weight(told.category) < _weight(known.category))
    raised = urgency(told.priority) < urgency(known.priority) or not known.priority
    return replace(
        known,
        channel=known.channel or told.channel,
        units=(*known.units, *(unit for unit in told.units if unit not in known.units))[:50],
        place=known.place or told.place,
        category=known.category if keeps_kind else told.category,
        word=known.word if keeps_kind else told.word,
        known=known.known if keeps_kind else True,
        priority=told.priority if raised and told.priority else known.priority,
        grip=0 if grip_ends else max(known.grip, told.grip),
    )
