"""Verdict: what a camera says about a report: whether it saw something, saw nothing, or could not see.

A camera corroborates at once when a second within the report's window meets one of its category's signals. It can only
say that it saw nothing when the window has closed and it really looked, and could see, during enough of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final

from pydantic import Field

from schemas.base import Identifier, Part, Utc, derive_id
from schemas.cameras import CameraState, Visibility
from schemas.categories import Category
from schemas.evidence import Evidence, SightingFact, Verdict
from schemas.incidents import CameraWatch, Operation
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes import sightings as says
from schemas.phrases.codes.cameras import status_reason
from schemas.phrases.codes.common import together
from schemas.phrases.phrase import Phrase
from streams.domain.corroboration.history import Moment, met
from streams.domain.rules.cameras import CameraRule, LookingRule

_MINUTE_S: Final = 60
_DEGRADED: Final = frozenset(each.value for each in Visibility) - {Visibility.CLEAR.value}
"""Why a camera sees nothing although it gives pictures: the reason of its degraded view."""


class WatchRow(Part):
    """A report that one camera was asked about, and what it has said. `open` while its window is."""

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

    @property
    def open(self) -> bool:
        """Return whether the camera may still say what it saw."""
        return not self.cancelled and self.verdict in {Verdict.PENDING, Verdict.CAMERA_UNAVAILABLE}


class CameraStateRow(Part):
    """The newest state of one aspect of a camera."""

    state: CameraState
    reason: str
    changed_at: Utc


def watch_row(watch: CameraWatch, known_zones: Sequence[str], before: WatchRow | None) -> WatchRow | None:
    """Return the row that a watch begins, or None when a newer or equal revision is known: late or repeated.

    Zones that the registry does not know are left out; when none is left, all zones of the camera are watched.
    """
    if before is not None and before.revision >= watch.incident_revision:
        return None
    return WatchRow(
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
    )


def first_sighting(watch: WatchRow, rule: CameraRule, seen: Iterable[Moment]) -> Evidence | None:
    """Return the sighting by the first moment that meets a signal, or None."""
    for moment in seen:
        if moment.zone_id not in watch.zones or not watch.window_from <= moment.at <= watch.window_until:
            continue
        for signal in rule.signals:
            found = met(signal, moment.seen)
            if found is not None:
                phrase = _sighting(found.what, moment, watch.occurred_at)
                fact = SightingFact(
                    incident_id=watch.incident_id,
                    verdict=Verdict.CORROBORATED,
                    zone_id=moment.zone_id,
                    signal=found.signal,
                    value=found.value,
                    explanation=sentence(phrase)[:300],
                    phrase=phrase,
                    degraded=moment.seen.degraded,
                )
                return _evidence(watch, fact, moment.at)
    return None


def closing_sighting(
    watch: WatchRow,
    rule: CameraRule,
    looking: LookingRule,
    seen: Sequence[Moment],
    states: Sequence[CameraStateRow],
    now: datetime,
) -> Evidence:
    """Return what a camera says when its window has closed without a sighting.

    Args:
        watch: What it was asked.
        rule: Its category's rule.
        looking: How much it must have seen.
        seen: What its zones showed in the window.
        states: The newest states of the camera, for the explanation.
        now: When it is asked: of a window that lies further back than what is kept nobody knows what it showed.
    """
    length_s = int((watch.window_until - watch.window_from).total_seconds()) + 1
    clear = {moment.at for moment in seen if moment.seen.visible}
    unclear_s = len({moment.at for moment in seen} - clear)
    share = min(1.0, len(clear) / length_s)
    not_clear = [says.view_not_clear(unclear_s)] if unclear_s else []
    if share < looking.seen_share:
        kept = now - timedelta(seconds=looking.kept_s)
        gone = [says.not_kept_before(kept)] if watch.window_from < kept else []
        why = (says.looked_too_little(100 * share), *not_clear, *gone, *_blind(states))
        return unavailable(watch, why, states, watch.window_until)
    most = max(moment.seen.persons for moment in seen)
    degraded = any(moment.seen.degraded for moment in seen)
    at_most = rule.contradicted_at_most_persons
    contradicted = at_most is not None and most <= at_most and not degraded
    saw = says.saw_at_most(most, length_s // _MINUTE_S, length_s % _MINUTE_S, 100 * share)
    phrase = together(saw, *not_clear)
    fact = SightingFact(
        incident_id=watch.incident_id,
        verdict=Verdict.CONTRADICTED if contradicted else Verdict.UNSEEN,
        zone_id=None,
        signal="none",
        value=float(most),
        explanation=sentence(phrase)[:300],
        phrase=phrase,
        degraded=degraded,
    )
    return _evidence(watch, fact, watch.window_until)


def unavailable(watch: WatchRow, why: Sequence[Phrase], states: Sequence[CameraStateRow], at: datetime) -> Evidence:
    """Return that a camera could not look, with its newest trouble where it has one."""
    trouble = [state for state in states if state.state is not CameraState.ONLINE]
    if trouble:
        newest = max(trouble, key=lambda state: state.changed_at)
        reason = status_reason(newest.reason)
        why = (*why, says.camera_trouble(newest.state.value, newest.changed_at, reason))
    phrase = together(*why)
    fact = SightingFact(
        incident_id=watch.incident_id,
        verdict=Verdict.CAMERA_UNAVAILABLE,
        zone_id=None,
        signal="none",
        value=0.0,
        explanation=sentence(phrase)[:300],
        phrase=phrase,
    )
    return _evidence(watch, fact, at)


def why_it_cannot_look(states: Sequence[CameraStateRow]) -> Sequence[Phrase]:
    """Return why a camera can show nothing now; nothing where nothing speaks against it."""
    if any(state.state in {CameraState.OFFLINE, CameraState.REFUSED} for state in states):
        return [says.gives_no_pictures()]
    return _blind(states)


def _blind(states: Sequence[CameraStateRow]) -> list[Phrase]:
    """Return what is wrong with a camera's view. Only a view has a reason that is a visibility."""
    return [
        says.view_degraded(state.reason)
        for state in states
        if state.state is CameraState.DEGRADED and state.reason in _DEGRADED
    ]


def closes_at(watch: WatchRow, looking: LookingRule) -> datetime:
    """Return when a watch closes: after its window, and the time that observations may take."""
    return watch.window_until + timedelta(seconds=looking.settle_s)


def _evidence(watch: WatchRow, fact: SightingFact, at: datetime) -> Evidence:
    parts = (watch.camera_id, watch.incident_id, str(watch.revision), fact.verdict.value)
    return Evidence(
        evidence_id=derive_id("evidence", "sighting", *parts),
        control_room_id=watch.control_room_id,
        category=watch.category,
        position=None,
        camera_id=watch.camera_id,
        occurred_at=at,
        fact=fact,
    )


def _sighting(what: Phrase, moment: Moment, occurred_at: datetime) -> Phrase:
    """Return what was seen, where, and how long before or after the reported time."""
    seconds = (moment.at - occurred_at).total_seconds()
    amount, unit = (abs(seconds) / _MINUTE_S, "min") if abs(seconds) >= 2 * _MINUTE_S else (abs(seconds), "s")
    say = says.sighting if moment.seen.visible else says.sighting_unclear
    return say(what, moment.zone_id, amount, unit, "after" if seconds >= 0 else "before")
