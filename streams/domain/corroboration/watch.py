"""Watch: a report that a camera was asked about, what it has said of it, and until when it may say more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from schemas.base import Identifier, Part, Utc
from schemas.cameras import CameraState
from schemas.categories import Category
from schemas.evidence import Movement, Verdict
from schemas.incidents import CameraWatch, Operation
from streams.domain.corroboration.likelihood import (
    Expected,
)
from streams.domain.rules.cameras import LookingRule


class WatchRow(Part):
    """A report that one camera was asked about, and what it has said.

    What is usual there is kept as it was known when the report came: `expected` of the signals, `presence` of persons.
    """

    incident_id: str
    revision: Annotated[int, Field(ge=0)]
    cancelled: bool
    camera_id: Identifier
    control_room_id: Identifier
    category: Category
    zones: tuple[Identifier, ...]
    window_from: Utc
    window_until: Utc
    occurred_at: Utc
    verdict: Verdict = Verdict.PENDING
    in_view: Annotated[float, Field(ge=0, le=1)] = 1.0
    expected: tuple[Expected, ...] = ()
    presence: Expected | None = None
    points: Annotated[float, Field(description="What its sight was worth, of a watch that has one")] = 0.0
    movements: Annotated[tuple[Movement, ...], Field(description="What it told of people so far")] = ()


class CameraStateRow(Part):
    """The newest state of one aspect of a camera."""

    state: CameraState
    reason: str
    changed_at: Utc


def watch_row(
    watch: CameraWatch,
    known_zones: Sequence[str],
    before: WatchRow | None,
    expected: Sequence[Expected] = (),
    presence: Expected | None = None,
) -> WatchRow | None:
    """Return the row that a watch begins, or None when a newer or equal revision is known: late or repeated.

    Zones that the registry does not know are left out; when none is left, all zones of the camera are watched.
    """
    if before is not None and before.revision >= watch.incident_revision:
        return None
    return WatchRow.model_construct(
        incident_id=watch.incident_id,
        revision=watch.incident_revision,
        cancelled=watch.operation is Operation.CANCEL,
        camera_id=watch.camera_id,
        control_room_id=watch.control_room_id,
        category=watch.category,
        zones=tuple(zone for zone in watch.zones if zone in known_zones) or tuple(known_zones),
        window_from=watch.window_from,
        window_until=watch.window_until,
        occurred_at=watch.occurred_at,
        in_view=watch.in_view,
        expected=tuple(expected),
        presence=presence,
    )


def closes_at(watch: WatchRow, looking: LookingRule) -> datetime:
    """Return when a watch closes: after its window, and the time that observations may take."""
    return watch.window_until + timedelta(seconds=looking.settle_s)
