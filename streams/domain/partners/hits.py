"""Hits: two partners have something at one place and time; both learn that, and whom to ask, and nothing of what it is.

A report is held against what other partners reported lately nearby. With each other partner it has one hit, with the report that
fits best, and a second one only where a later report fits far better. Both know it by one handle, and each by its own
reference. A pair of partners and categories without a line in the file, and so without a ground, never gives one.

**Coarse places.** Two places may be as far apart as the line says, and further by what their accuracy leaves open. Where that is
more than `ACCURACY_AT_MOST_M`, they fit only within ten minutes, and only where the other can be no other: all that fits lies
at one place. Homes, and what may be in one, are compared by the middles of their squares of 100 m: so no number of reports
around one tells it finer. In two squares side by side they fit within a day only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from math import floor, hypot
from typing import Annotated, Final, NamedTuple

from pydantic import Field

from schemas.base import Identifier, Part, Utc, derive_id
from schemas.categories import Category
from schemas.incidents import Incident, Operation
from schemas.sharing import PartnerHit, PartnerId
from streams.domain.geometry.ground import to_ground
from streams.domain.partners.need_to_know import Partners
from streams.domain.partners.pairs import Pair, PairTable

ACCURACY_AT_MOST_M: Final = 250.0
"""As for joining reports to one alert (rules, `joining.accuracy_at_most_m`): wider than this everything would fit everything."""
ROUGH_AT_MOST_M: Final = 800.0
"""A postcode area, as pagers tell places (assumptions of the scenarios); wider than this is a town."""
ROUGH_WITHIN_S: Final = 600
"""As for joining rough places (rules, `joining.rough`): ten minutes."""
ROUGH: Final = 2.0
"""Misfit from which on a fit is a rough one; no other reaches it."""
NEXT_SQUARE_WITHIN_S: Final = 86_400
"""Homes in squares side by side fit within a day only. Most of what is about one home falls into one square, and what lies in the
next one days later is mostly another home: of such hits between made reports 7 were right and 41 wrong (docs/hits.md)."""
ACCURACY_SHARE: Final = 0.5
"""Half of a 95 % radius is about the standard deviation of a place's error along an axis, in which two places seldom err more."""
HITS_AT_MOST: Final = 8
"""Hits of one report: more partners than there are lines for any category [own]; bounds its row."""
CLEARLY_NEARER: Final = 0.25
"""A second report of a partner is told beside a first one where its misfit is less than this share of the first one's: the first
was most likely about something else [own]."""


class NoHit(StrEnum):
    """No hit: why two reports give none."""

    SAME_PARTNER = "same_partner"
    NO_GROUND = "no_ground"
    EXERCISE = "exercise"
    TOO_COARSE = "too_coarse"
    TOO_FAR = "too_far"
    OTHER_TIME = "other_time"


class HitWithdrawal(StrEnum):
    """Hit withdrawal: why a hit holds no longer; the result of its audit entry."""

    CANCELLED = "withdrawn_cancelled"
    CHANGED = "withdrawn_changed"
    EXPIRED = "withdrawn_expired"


class HeldReport(Part):
    """Held report: what is kept of a partner's report while another one's can still fit it. No words, no street, no priority."""

    incident_id: str
    revision: Annotated[int, Field(ge=0)]
    partner: PartnerId
    reference: Annotated[
        str, Field(max_length=120, description="The partner's own id of it; told to that partner alone")
    ]
    control_room_id: Identifier
    category: Category
    x_m: float
    y_m: float
    accuracy_m: Annotated[float, Field(gt=0)]
    occurred_at: Utc
    exercise: bool = False

    def same_matter(self, other: HeldReport) -> bool:
        """Return whether another revision says the same of all that decides on hits."""
        return self.model_copy(update={"revision": other.revision}) == other


class ReportFit(NamedTuple):
    """Report fit: that two reports give a hit, by which line, and how well they fit: 0 is the same place and moment."""

    pair: Pair
    distance_m: float
    apart_s: float
    misfit: float


def held_report(incident: Incident, pairs: PairTable, control_room_id: str) -> HeldReport | None:
    """Return what is kept of a report; None of one that can give no hit.

    That is one that is withdrawn, nobody's, without a place, with one that is too coarse, or of a category that no line names.
    """
    partner = pairs.partner_of(incident.source)
    if partner is None or incident.operation is Operation.CANCEL or incident.position is None:
        return None
    if pairs.reach(partner, incident.category) is None or incident.position.accuracy_m > ROUGH_AT_MOST_M:
        return None
    at = to_ground(incident.position)
    return HeldReport(
        incident_id=incident.incident_id,
        revision=incident.revision,
        partner=partner,
        reference=incident.source_id,
        control_room_id=control_room_id,
        category=incident.category,
        x_m=round(at.x_m, 1),
        y_m=round(at.y_m, 1),
        accuracy_m=incident.position.accuracy_m,
        occurred_at=incident.occurred_at,
        exercise=incident.exercise,
    )


def compare(one: HeldReport, other: HeldReport, pairs: PairTable) -> ReportFit | NoHit:
    """Return whether two reports give a hit, and why not: the same whichever is asked about the other."""
    if one.partner == other.partner:
        return NoHit.SAME_PARTNER
    pair = pairs.pair(one.partner, one.category, other.partner, other.category)
    if pair is None:
        return NoHit.NO_GROUND
    if one.exercise is not other.exercise:
        return NoHit.EXERCISE
    return _fit(one, other, pair)


def _fit(one: HeldReport, other: HeldReport, pair: Pair) -> ReportFit | NoHit:
    open_m = hypot(one.accuracy_m, other.accuracy_m)
    rough = open_m > ACCURACY_AT_MOST_M
    distance_m = hypot(*(_told_at(a, pair.grid_m) - _told_at(b, pair.grid_m) for a, b in _coordinates(one, other)))
    reach_m = pair.near_m + (open_m if rough else ACCURACY_SHARE * open_m)
    if distance_m > reach_m:
        return NoHit.TOO_FAR
    apart_s = abs((one.occurred_at - other.occurred_at).total_seconds())
    if apart_s > pair.within_s:
        return NoHit.OTHER_TIME
    if rough and apart_s > ROUGH_WITHIN_S:
        return NoHit.TOO_COARSE
    if pair.grid_m and distance_m > 0 and apart_s > NEXT_SQUARE_WITHIN_S:
        return NoHit.OTHER_TIME
    misfit = hypot(distance_m / reach_m, apart_s / pair.within_s)
    return ReportFit(pair, distance_m, apart_s, misfit + ROUGH * rough)


def _coordinates(one: HeldReport, other: HeldReport) -> tuple[tuple[float, float], tuple[float, float]]:
    return (one.x_m, other.x_m), (one.y_m, other.y_m)


def _told_at(at_m: float, grid_m: int) -> float:
    """Return the middle of the stretch of the grid in which a coordinate lies; itself where there is no grid."""
    return (floor(at_m / grid_m) + 0.5) * grid_m if grid_m else at_m


class Found(NamedTuple):
    """Found: another partner's report that fits, and how well."""

    other: HeldReport
    fit: ReportFit


def fits(report: HeldReport, nearby: Iterable[HeldReport], pairs: PairTable) -> dict[str, list[Found]]:
    """Return the reports that fit one, by the other partner's id: the best first, equal ones by their id."""
    found: dict[str, list[Found]] = defaultdict(list)
    for other in nearby:
        fit = compare(report, other, pairs)
        if not isinstance(fit, NoHit):
            found[other.partner].append(Found(other, fit))
    return {
        partner: sorted(of_partner, key=lambda each: (each.fit.misfit, each.other.incident_id))
        for partner, of_partner in sorted(found.items())
    }


def _apart_m(one: HeldReport, other: HeldReport) -> float:
    return hypot(one.x_m - other.x_m, one.y_m - other.y_m)


class OpenHit(Part):
    """Open hit: a hit as one of its two reports keeps it: with which partner, and how well they fit."""

    hit_id: str
    other: PartnerId
    misfit: float


def says_more(
    report: HeldReport, found: Sequence[Found], hits: Iterable[OpenHit], theirs: Mapping[str, Iterable[OpenHit]]
) -> bool:
    """Return whether a hit with the best of another partner's reports tells anything beside the hits that there are.

    It does where neither that report nor this one, nor another report of the partner that fits, has a hit of these two partners:
    a call that either of them wrote down twice is one matter. And it does where it fits far better than all those.

    Args:
        report: The report that came in.
        found: The reports of one other partner that fit it, the best first.
        hits: The hits of the report itself.
        theirs: The hits of each of the found, by its incident's id.
    """
    best, *others = found
    if best.fit.misfit >= ROUGH and any(_apart_m(best.other, each.other) > best.fit.pair.near_m for each in others):
        return False  # it may be any of them
    mine, partner = report.partner, best.other.partner
    known = [hit.misfit for hit in hits if hit.other == partner]
    known += [hit.misfit for hit in theirs[best.other.incident_id] if hit.other == mine]
    known += [each.fit.misfit for each in others if any(hit.other == mine for hit in theirs[each.other.incident_id])]
    return all(best.fit.misfit < CLEARLY_NEARER * misfit for misfit in known)


class HitSide(Part):
    """Hit side: one of the two reports of a hit."""

    partner: PartnerId
    incident_id: str
    reference: str
    control_room_id: Identifier


class HitRow(Part):
    """Hit row: a hit while it holds, and how often it was told or withdrawn; `sides` in the order of their ids."""

    hit_id: str
    sides: tuple[HitSide, HitSide]
    ground: Identifier
    health: bool
    exercise: bool = False
    expires_at: Utc
    revision: Annotated[int, Field(ge=0)] = 0
    withdrawn: bool = False


def hit_identity(one: str, other: str) -> str:
    """Return the handle of a hit between two reports, by their incident ids: the same whichever came first."""
    return derive_id("hit", *sorted((one, other)))


def new_hit(report: HeldReport, found: Found, before: HitRow | None, now: datetime) -> HitRow:
    """Return a hit that holds from now on.

    Args:
        report: The report that came in.
        found: The other one.
        before: The same hit as it was, where it was told before and withdrawn.
        now: When.
    """
    one, other = sorted((report, found.other), key=lambda each: each.incident_id)
    return HitRow(
        hit_id=hit_identity(one.incident_id, other.incident_id),
        sides=(_side(one), _side(other)),
        ground=found.fit.pair.ground,
        health=found.fit.pair.health,
        exercise=report.exercise,
        expires_at=now + timedelta(seconds=found.fit.pair.expires_s),
        revision=0 if before is None else before.revision + 1,
    )


def _side(report: HeldReport) -> HitSide:
    return HitSide(
        partner=report.partner,
        incident_id=report.incident_id,
        reference=report.reference,
        control_room_id=report.control_room_id,
    )


def told(hit: HitRow, partners: Partners, now: datetime) -> tuple[PartnerHit, PartnerHit]:
    """Return what both partners are told of a hit: each its own reference, and who the other is. Field by field, nothing else."""
    one, other = hit.sides
    return _told(hit, one, other, partners, now), _told(hit, other, one, partners, now)


def _told(hit: HitRow, mine: HitSide, theirs: HitSide, partners: Partners, now: datetime) -> PartnerHit:
    fixed = {
        "partner": mine.partner,
        "control_room_id": mine.control_room_id,
        "hit_id": hit.hit_id,
        "revision": hit.revision,
        "changed_at": now,
        "partners_version": partners.version,
        "exercise": hit.exercise,
    }
    if hit.withdrawn:
        return PartnerHit(**fixed, withdrawn=True)
    return PartnerHit(
        **fixed,
        your_reference=mine.reference,
        other=theirs.partner,
        other_name=partners.partners[theirs.partner].name,
        contact=partners.pairs.contact(theirs.partner),
        ground=hit.ground,
        expires_at=hit.expires_at,
    )
