"""View: what one partner may see of one alert, or of a dispatch: nothing beyond its grant, and no place finer than the grain.

**Places.** A position is told as the middle of the square of a fixed grid in which it lies. Nothing about it is left to chance,
so a hundred messages about one place tell the same square, and their mean tells no more than one. The squares of all grains lie
within each other (`GRAINS_M`), so that two partners' views side by side tell no more than the finer one. A place at a square's
edge, told a little differently by each report, would give away that it is at the edge: so an alert keeps its square until its
place is more than half a side outside of it (`GridSquare.holds`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from math import ceil, floor, isfinite, sqrt
from typing import Annotated, Any, Final

from pydantic import Field

from schemas.alerts import Alert, AlertState
from schemas.base import Identifier, Part, Utc, json_document
from schemas.categories import Category, Priority
from schemas.dispatch import DispatchRequest, DispatchState
from schemas.evidence import MovementKind, Verdict
from schemas.geo import Position
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes.titles import category_name, title_placed
from schemas.phrases.phrase import Phrase
from schemas.sharing import PartnerAlert, PartnerDispatch, PartnerId, SharedCamera, SharedField
from streams.domain.geometry.ground import GroundPoint, to_ground, to_lat_lon
from streams.domain.partners.grounds import ABOUT_HEALTH, ABOUT_HOMES, HOME_GRAIN_M
from streams.domain.partners.need_to_know import STREET_GRAIN_M, Grant, Partners

ENDED: Final = frozenset({AlertState.CLOSED, AlertState.CANCELLED, AlertState.EXPIRED})
BEGINS: Final = frozenset({AlertState.NEW, AlertState.ACKNOWLEDGED, AlertState.RETURNED_TO_NORMAL})
"""States in which an alert is told first: none that is over, put aside, or held back by the plan."""
CAMERAS_AT_MOST: Final = 100
OF_A_CASE: Final = frozenset({SharedField.OCCURRED_AT, SharedField.PLACE, SharedField.POSITION, SharedField.REPORTS})
"""Fields that a case can have, where they are granted."""
_SAID_NOTHING: Final = frozenset({Verdict.PENDING, Verdict.NO_COVERAGE})
_NOT_COMING: Final = frozenset({DispatchState.REJECTED, DispatchState.EXPIRED, DispatchState.WITHDRAWN})
_ACCURACY_AT_MOST_M: Final = 100_000
_EPOCH: Final = datetime.fromtimestamp(0, UTC)


class AlertFacts(Part):
    """Alert facts: what of an alert any partner may be told of at all; the rest of it is the control room's alone.

    There is no report's id or source in it, no words, no user, no score and no zone.
    """

    alert_id: str
    control_room_id: Identifier
    revision: Annotated[int, Field(ge=0)]
    changed_at: Utc
    expires_at: Utc
    category: Category
    categories: Annotated[tuple[Category, ...], Field(description="Of the reports that hold, its own first")]
    recipients: tuple[Identifier, ...]
    asked: Annotated[tuple[Identifier, ...], Field(description="Who was asked to come, and may still")] = ()
    not_coming: Annotated[tuple[Identifier, ...], Field(description="Who was asked, and does not come")] = ()
    let_go: Annotated[tuple[Identifier, ...], Field(description="Requests that nobody waits for any more")] = ()
    state: AlertState
    closing: str = ""
    priority: Priority
    occurred_at: Utc | None = None
    place: Annotated[
        str, Field(description="Street and town as a report names them; empty where only a camera does")
    ] = ""
    position: Position | None = None
    reports: Annotated[int, Field(ge=0)] = 0
    verdict: Verdict | None = None
    cameras: tuple[SharedCamera, ...] = ()
    movements: tuple[MovementKind, ...] = ()
    exercise: bool = False
    merged_into: str | None = None
    case: Annotated[bool, Field(description="Whether it is a case of partners, and no operator's work")] = False
    heard: Annotated[int, Field(ge=0, description="How many reports hold")] = 0


def facts_of(alert: Alert) -> AlertFacts:
    """Return what of an alert may be shared at all."""
    held = [report for report in alert.reports if not report.cancelled]
    asked = {each.recipient for each in alert.dispatches if each.state not in _NOT_COMING}
    not_coming = {each.recipient for each in alert.dispatches} - asked
    said = [camera for camera in alert.cameras if camera.verdict not in _SAID_NOTHING]
    return AlertFacts(
        alert_id=alert.alert_id,
        control_room_id=alert.control_room_id,
        revision=alert.revision,
        changed_at=alert.changed_at,
        expires_at=alert.expires_at,
        category=alert.category,
        categories=tuple(dict.fromkeys((alert.category, *sorted(report.category for report in held)))),
        recipients=alert.recipients,
        asked=tuple(sorted(asked)),
        not_coming=tuple(sorted(not_coming)),
        let_go=tuple(each.dispatch_id for each in alert.dispatches if each.state is DispatchState.WITHDRAWN),
        state=alert.state,
        closing=alert.closing,
        priority=alert.priority,
        occurred_at=alert.occurred_at,
        place="" if alert.place_phrase is not None else alert.place,
        position=alert.position,
        reports=len({report.source for report in held}),
        verdict=alert.verdict,
        cameras=tuple(
            SharedCamera(camera_id=camera.camera_id, verdict=camera.verdict) for camera in said[:CAMERAS_AT_MOST]
        ),
        movements=tuple(sorted({movement.kind for movement in alert.movements})),
        exercise=alert.exercise,
        merged_into=alert.merged_into,
        case=not alert.operator_list,
        heard=len(held),
    )


def facts_of_request(request: DispatchRequest) -> AlertFacts:
    """Return what a request tells of an alert of which nothing else is known yet."""
    return AlertFacts(
        alert_id=request.alert_id,
        control_room_id=request.control_room_id,
        revision=request.alert_revision,
        changed_at=request.confirmed_at,
        expires_at=request.confirmed_at,
        category=request.category,
        categories=(request.category,),
        recipients=(),
        state=AlertState.ACKNOWLEDGED,
        priority=request.priority,
        place=request.place,
        exercise=request.exercise,
    )


class GridSquare(Part):
    """Grid square: one of a fixed grid over the country, counted in columns and rows of `grain_m` metres from RD New's origin."""

    grain_m: int
    column: int
    row: int

    def holds(self, point: GroundPoint) -> bool:
        """Return whether a point lies in it, or no more than half a side outside."""
        margin_m = self.grain_m / 2
        return all(
            number * self.grain_m - margin_m <= at_m < (number + 1) * self.grain_m + margin_m
            for number, at_m in ((self.column, point.x_m), (self.row, point.y_m))
        )

    @property
    def middle(self) -> GroundPoint:
        """Return its middle, in RD New."""
        return GroundPoint((self.column + 0.5) * self.grain_m, (self.row + 0.5) * self.grain_m)


def square_of(position: Position, grain_m: int, before: GridSquare | None = None) -> GridSquare | None:
    """Return the square in which a position is told; None where it lies outside of all that can be told.

    Args:
        position: Where.
        grain_m: The side of the square.
        before: The square in which this alert was told to this partner before.
    """
    point = to_ground(position)
    if not (isfinite(point.x_m) and isfinite(point.y_m)):
        return None
    if before is not None and before.grain_m == grain_m and before.holds(point):
        return before
    return GridSquare(grain_m=grain_m, column=floor(point.x_m / grain_m), row=floor(point.y_m / grain_m))


def told_position(square: GridSquare, accuracy_m: float) -> Position:
    """Return a square's middle; its accuracy in whole sides, so that it tells nothing finer either."""
    half_diagonal_m = square.grain_m / sqrt(2)
    sides = ceil((half_diagonal_m + accuracy_m) / square.grain_m)
    lat, lon = _lat_lon(square.middle)
    return Position(lat=lat, lon=lon, accuracy_m=min(_ACCURACY_AT_MOST_M, sides * square.grain_m))


@lru_cache(maxsize=4_096)
def _lat_lon(point: GroundPoint) -> tuple[float, float]:
    lat, lon = to_lat_lon(point)
    return round(lat, 6), round(lon, 6)


def told_place(place: str, grain_m: int, towns: Iterable[str]) -> str:
    """Return the words of a place: all of them where a street may be named, else its town, where the file has that."""
    if grain_m <= STREET_GRAIN_M:
        return place
    town = place.rpartition(",")[2].strip()
    return town if town in towns else ""


def grant_for(facts: AlertFacts, partners: Partners, partner: str) -> Grant | None:
    """Return by what a partner is told of an alert: the grant of its category, else of a report that holds; None without any."""
    grants = (partners.grant(partner, category) for category in facts.categories)
    return next((grant for grant in grants if grant is not None), None)


def grain_of(facts: AlertFacts, grant: Grant) -> int | None:
    """Return the side of the squares in which a place is told: coarser than granted where a report may be about a home."""
    if grant.grain_m is not None and not (ABOUT_HOMES | ABOUT_HEALTH).isdisjoint(facts.categories):
        return max(grant.grain_m, HOME_GRAIN_M)
    return grant.grain_m


def partner_alert(
    facts: AlertFacts, grant: Grant, partners: Partners, before: GridSquare | None = None
) -> tuple[PartnerAlert, GridSquare | None]:
    """Return an alert as a partner may see it by its grant, and the square in which its place is told.

    Args:
        facts: Of the alert.
        grant: What the partner gets.
        partners: The file that the grant is from.
        before: The square in which this alert was told to this partner before.
    """
    view, square = _view(facts, grant, partners, before)
    return PartnerAlert(
        **view,
        partner=grant.partner,
        control_room_id=facts.control_room_id,
        alert_id=facts.alert_id,
        revision=facts.revision,
        changed_at=facts.changed_at,
        exercise=facts.exercise,
        merged_into=facts.merged_into,
    ), square


def withdrawn(facts: AlertFacts, partner: PartnerId, partners: Partners) -> PartnerAlert:
    """Return that an alert is no longer a partner's: its id, and nothing of what it is now."""
    return PartnerAlert(
        partners_version=partners.version,
        partner=partner,
        control_room_id=facts.control_room_id,
        alert_id=facts.alert_id,
        revision=facts.revision,
        changed_at=facts.changed_at,
        withdrawn=True,
        exercise=facts.exercise,
    )


def partner_dispatch(
    request: DispatchRequest, facts: AlertFacts, grant: Grant, partners: Partners, before: GridSquare | None = None
) -> PartnerDispatch:
    """Return a confirmed request as its partner may see it: its ids and times, and the view of its alert.

    Args:
        request: What a person confirmed.
        facts: Of its alert.
        grant: What the partner gets.
        partners: The file that the grant is from.
        before: The square in which this alert was told to this partner before.
    """
    view, _ = _view(facts, grant, partners, before)
    return PartnerDispatch(
        **view,
        dispatch_id=request.dispatch_id,
        partner=grant.partner,
        control_room_id=request.control_room_id,
        alert_id=request.alert_id,
        alert_revision=request.alert_revision,
        confirmed_at=request.confirmed_at,
        deadline_at=request.deadline_at,
        attempt=request.attempt,
        exercise=request.exercise or facts.exercise,
    )


def case_view(
    facts: AlertFacts, grant: Grant, partners: Partners, before: GridSquare | None = None
) -> tuple[dict[str, Any], GridSquare | None]:
    """Return the fields of a case as a partner may see it by its grant, and the square in which its place is told.

    How the alert behind it stands, its priority and what cameras saw are nothing of a case. Its grant is that of its own
    category: what another report of it is about gives nobody a case.

    Args:
        facts: Of the alert that the case is.
        grant: What the partner gets.
        partners: The file that the grant is from.
        before: The square in which this case was told to this partner before.
    """
    return _view(facts, grant._replace(fields=grant.fields & OF_A_CASE), partners, before)


def _view(
    facts: AlertFacts, grant: Grant, partners: Partners, before: GridSquare | None
) -> tuple[dict[str, Any], GridSquare | None]:
    """Return the fields of a view, each asked for by its name: what no grant names cannot get in."""
    square = None
    given: dict[str, Any] = {}
    grain_m = grain_of(facts, grant)
    if SharedField.STATE in grant.fields:
        given |= {"state": facts.state, "closing": facts.closing}
    if SharedField.PLACE in grant.fields and grain_m is not None:
        given["place"] = told_place(facts.place, grain_m, partners.towns)
    if SharedField.POSITION in grant.fields and grain_m is not None and facts.position is not None:
        square = square_of(facts.position, grain_m, before)
        given["position"] = told_position(square, facts.position.accuracy_m) if square is not None else None
    for field in sorted(grant.fields - {SharedField.STATE, SharedField.PLACE, SharedField.POSITION}):
        given[field.value] = getattr(facts, field.value)
    title = _title(grant.category, given.get("place", ""))
    fixed = {
        "ground": grant.ground,
        "partners_version": partners.version,
        "category": grant.category,
        "title": sentence(title),
        "title_phrase": title,
    }
    return {**given, **fixed}, square


def _title(category: Category, place: str) -> Phrase:
    """Return what it is called: of its category and the words of its place as they are told, never a sender's own."""
    what = category_name(category.value)
    return title_placed(what, place) if place else what


def digest(told: PartnerAlert) -> str:
    """Return what tells two views apart: all but how often, and when, the alert changed, and the number of the partners' file."""
    plain = told.model_copy(update={"revision": 0, "changed_at": _EPOCH, "partners_version": "-"})
    return hashlib.sha256(json_document(plain)).hexdigest()[:16]
