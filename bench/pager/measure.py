"""Measure: a made day is given to intake's source line by line, and what comes on the list is held against the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from bench.pager.day import MadeCall, lines_of, made_day
from schemas.incidents import Incident, Operation
from streams.domain.incidents.raw_report import NotForUs, RawReport, Unreadable
from streams.domain.incidents.revisions import AcceptedReport, normalise
from streams.intake.sources.base import IncidentSource

LIMITS: Final = {
    "foreign_on_list": 2,
    "ours_missing": 0,
    "category_right": 0.95,
    "street_right": 0.95,
    "surnames": 0,
    "exercises_on_list": 0,
    "unreadable": 0,
    "in_more_reports": 0,
    "withdrawals_missed": 0,
}
"""What a day of 5,000 calls with 40 of ours is held to: at most, and for shares at least."""


@dataclass
class Seen:
    """Seen: what a day's lines became.

    Attributes:
        incidents: Messages on the topic, by the number of the call whose line caused each.
        left: Lines that are not for us, by their reason.
        unreadable: Lines that are dead letters.
    """

    incidents: dict[int, list[Incident]] = field(default_factory=dict)
    left: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0


def measure(make: Callable[[], IncidentSource], seed: int, calls: int = 5_000, ours: int = 40) -> dict[str, Any]:
    """Return the figures of one day."""
    day = made_day(seed, calls, ours)
    return {"seed": seed, "calls": calls, "ours": ours} | _figures(day, _played(make(), day, seed))


def pooled(days: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures of several days as one: the worst day's calls of elsewhere, and the shares of all calls together."""
    told: dict[str, Any] = {"foreign_on_list": max(day["foreign_on_list"] for day in days)}
    for name in (
        "ours_missing",
        "surnames",
        "exercises_on_list",
        "unreadable",
        "in_more_reports",
        "withdrawals_missed",
    ):
        told[name] = sum(day[name] for day in days)
    for part in ("plain", "hard"):
        told[part] = {name: sum(day[part][name] for day in days) for name in days[0][part]}
    counts = {name: told["plain"][name] + told["hard"][name] for name in told["plain"]}
    told["category_right"] = _share(counts["category_right"], counts["calls"])
    told["street_right"] = _share(counts["street_right"], counts["streets"])
    return told


def failed(figures: dict[str, Any]) -> list[str]:
    """Return the figures that are beyond the limits."""
    return [
        name
        for name, limit in LIMITS.items()
        if (figures[name] < limit if isinstance(limit, float) else figures[name] > limit)
    ]


def _played(source: IncidentSource, day: list[MadeCall], seed: int) -> Seen:
    seen, known = Seen(), dict[str, Incident]()
    numbers = {id(call): number for number, call in enumerate(day)}
    numbers[id(None)] = -1
    for at, line, call in lines_of(day, seed):
        _take(source, line, at, numbers[id(call)], known, seen)
    return seen


def _take(
    source: IncidentSource, line: bytes, at: datetime, number: int, known: dict[str, Incident], seen: Seen
) -> None:
    reading = source.read(line, at)
    if isinstance(reading, NotForUs):
        seen.left[reading.reason] += 1
    elif isinstance(reading, Unreadable):
        seen.unreadable += 1
    else:
        assert isinstance(reading, RawReport)
        decision = normalise(reading, known.get(reading.source_id), at)
        if isinstance(decision, AcceptedReport):
            known[reading.source_id] = decision.incident
            seen.incidents.setdefault(number, []).append(decision.incident)
        else:
            seen.incidents.setdefault(number, [])


def _figures(day: list[MadeCall], seen: Seen) -> dict[str, Any]:
    own = {n: call for n, call in enumerate(day) if call.ours and not call.drill}
    told = {n: incidents for n, incidents in seen.incidents.items() if n >= 0}
    shown = " ".join(each.model_dump_json() for incidents in told.values() for each in incidents).lower()
    plain = _part({n: call for n, call in own.items() if not call.hard}, told)
    hard = _part({n: call for n, call in own.items() if call.hard}, told)
    return {
        "foreign_on_list": len([n for n in seen.incidents if n < 0 or not (day[n].ours or day[n].drill)]),
        "ours_missing": plain["missing"] + hard["missing"],
        "category_right": _share(plain["category_right"] + hard["category_right"], len(own)),
        "street_right": _share(plain["street_right"] + hard["street_right"], plain["streets"] + hard["streets"]),
        "surnames": sum(
            any(_names(name, each) for name in day[n].names for each in found) for n, found in told.items()
        ),
        "exercises_on_list": sum(day[n].drill for n in told),
        "unreadable": seen.unreadable,
        "surnames_planted": sum(len(call.names) for call in day),
        "objects_shown": sum(
            word in shown for word in ("restaurant", "huisartsenpraktijk", "zorgcentrum", "bouwbedrijf")
        ),
        "plain": plain,
        "hard": hard,
        "in_more_reports": sum(len({each.incident_id for each in found}) > 1 for found in told.values()),
        "withdrawals_missed": sum(
            call.withdrawn and n in told and told[n][-1].operation is not Operation.CANCEL for n, call in own.items()
        ),
        "not_for_us": dict(sorted(seen.left.items())),
    }


def _part(calls: dict[int, MadeCall], told: dict[int, list[Incident]]) -> dict[str, int]:
    """Return how many of some calls came, and of how many the first report's category and street are right."""
    first = {n: told[n][0] for n in calls if told.get(n)}
    streets = {n for n in first if calls[n].street}
    return {
        "calls": len(calls),
        "missing": len(calls) - len(first),
        "category_right": sum(each.category.value == calls[n].category for n, each in first.items()),
        "streets": len(streets),
        "street_right": sum(_same_street(first[n].place, calls[n].street) for n in streets),
    }


def _same_street(place: str, street: str) -> bool:
    return place.partition(",")[0].lower().replace(".", "") == street.lower().replace(".", "")


def _names(name: str, incident: Incident) -> bool:
    """Return whether a person's name stands in a message: its last word, which tells more than `van der`."""
    return name.rsplit(maxsplit=1)[-1].lower() in incident.model_dump_json().lower()


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 1.0
