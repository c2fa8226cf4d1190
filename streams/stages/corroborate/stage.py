"""The stage `corroborate`: what each camera says about each report, and the crowds that it sees by itself.

Rows of a partition, all named with their camera:

- `watch/<camera>/<incident>`: a report that the camera was asked about, and its answer;
- `open/<camera>`: which of them still wait, so that an observation costs one read where nothing was reported;
- `seen/<camera>/<zone>/<start>`: what a zone showed in ten seconds, deleted after `looking.kept_s`;
- `state/<camera>/<aspect>`: whether the camera can be relied on;
- `crowd/…` and `situation/…`: what cameras see by themselves (`episodes.py`);
- `block/…` and `normal/…`: what is usual in a view at an hour (`normal.py`);
- `due/…`: when a watch closes, when a row goes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from pydantic import BaseModel

from schemas.base import Part
from schemas.cameras import CameraStatus
from schemas.deletion import Deletion
from schemas.evidence import Evidence, SightingFact, Verdict
from schemas.incidents import CameraWatch, Operation
from schemas.observations import Observation
from schemas.ticks import Tick
from streams import topics
from streams.domain.cameras.registry import Camera, Registry
from streams.domain.corroboration.coverage import seen_place
from streams.domain.corroboration.history import (
    Moment,
    SlotRow,
    before_quiet,
    moment_of,
    moments,
    quiet_moments,
    slot_start,
    slots_between,
    with_moments,
)
from streams.domain.corroboration.likelihood import Expected, expected, presence
from streams.domain.corroboration.verdict import (
    SIGHTS,
    answered,
    closing_sighting,
    sighting,
    unavailable,
    why_it_cannot_look,
)
from streams.domain.corroboration.watch import CameraStateRow, WatchRow, closes_at, watch_row
from streams.domain.rules.cameras import CameraRule
from streams.domain.rules.rules import Rules
from streams.errors import UnknownCameraError
from streams.stages.base import Input, Output, Rows
from streams.stages.corroborate.episodes import TASKS, Episodes
from streams.stages.corroborate.normal import TASKS as NORMAL_TASKS
from streams.stages.corroborate.normal import NormalProfiles
from streams.stages.timers import Timers

DUE_BUCKET_S: Final = 2
"""A watch closes at most this long after its time; never change it for state that exists."""
_ASPECTS: Final = ("stream", "view", "detector")


class OpenRow(Part):
    """The incidents that a camera has not yet answered."""

    incident_ids: tuple[str, ...]


class Corroborate:
    """Joins reports and observations per camera."""

    name: str = "corroborate"
    inputs: tuple[str, ...] = (
        topics.CAMERA_WATCHES,
        topics.OBSERVATIONS,
        topics.CAMERA_STATE,
        topics.CAMERA_TICKS,
        topics.CAMERA_DELETIONS,
    )
    stateful: bool = True
    max_late: timedelta | None = None
    ticks: str | None = topics.CAMERA_TICKS

    def __init__(self, registry: Registry, rules: Rules) -> None:
        """Take the cameras and the rules; each camera's place is computed once."""
        self._rules = rules
        self._version = registry.version
        self._cameras = {camera.id: camera for camera in registry.cameras}
        places = {camera.id: seen_place(camera) for camera in registry.cameras}
        self._episodes = Episodes(rules.episodes.crowd, places, DUE_BUCKET_S)
        self._normal = NormalProfiles(rules.zone, DUE_BUCKET_S)

    def handle(self, item: Input, rows: Rows, now: datetime) -> Sequence[Output]:
        """Return the evidence that an input brings.

        Raises:
            UnknownCameraError: A watch or an observation names a camera or zone that the registry does not have.
            TypeError: The message is of another type than this stage's topics carry.
        """
        match item.message:
            case Observation() as observation:
                found = self._observe(observation, rows, now)
            case Tick():
                found = self._tick(rows, now)
            case CameraWatch() as watch:
                found = self._watch(watch, rows, now)
            case CameraStatus() as status:
                found = _keep_state(status, rows)
            case Deletion() as deletion:
                found = _delete(deletion, rows)
            case other:
                raise TypeError(f"expected a watch, an observation, a status, a tick or a deletion, got a {other.name}")
        return [Output(topics.EVIDENCE, evidence) for evidence in found]

    def _camera(self, camera_id: str) -> Camera:
        camera = self._cameras.get(camera_id)
        if camera is None:
            raise UnknownCameraError(f"camera {camera_id}", self._version)
        return camera

    def _watch(self, watch: CameraWatch, rows: Rows, now: datetime) -> list[Evidence]:
        """Take a report: look back over what was seen, and wait for what comes where nothing was."""
        camera = self._camera(watch.camera_id)
        name = _watch_name(watch.camera_id, watch.incident_id)
        rule = self._rules.of(watch.category).cameras
        before = rows.get(name, WatchRow)
        row = watch_row(watch, [zone.id for zone in camera.zones], before, *self._usual(camera, watch, rule, rows, now))
        if row is None:
            return []
        _set_open(rows, row, False)
        if not row.cancelled:  # each change of a report that asks no camera releases all near it, asked or not
            self._normal.reported(camera.id, watch.occurred_at, rows, now)
        kept_until = max(row.window_until, now) + timedelta(seconds=self._rules.looking.kept_s)
        Timers(rows, DUE_BUCKET_S).add(kept_until, f"drop:{name}")
        rows.put(name, row)
        if row.cancelled or rule is None:
            return []
        found = self._sighting(row, rule, list(self._look_back(row, rows)))
        if closes_at(row, self._rules.looking) <= now:
            return [self._answer(rows, row, found)] if found else self._close(row, rule, rows, now)
        _set_open(rows, row, True)
        Timers(rows, DUE_BUCKET_S).add(closes_at(row, self._rules.looking), f"close:{name}")
        if found is not None:
            return [self._answer(rows, row, found)]
        states = _states(rows, row.camera_id)
        why = why_it_cannot_look(states)
        return [self._answer(rows, row, unavailable(row, why, states, now))] if why else []

    def _usual(
        self, camera: Camera, watch: CameraWatch, rule: CameraRule | None, rows: Rows, now: datetime
    ) -> tuple[tuple[Expected, ...], Expected | None]:
        """Return what is usual in a camera's view at the hour of a report, of what its category asks for."""
        if rule is None or watch.operation is Operation.CANCEL:
            return (), None
        return self._expected(camera, rule, watch.occurred_at, watch.in_view, watch.in_views, rows, now)

    def _expected(
        self,
        camera: Camera,
        rule: CameraRule,
        occurred_at: datetime,
        in_view: float,
        in_views: float,
        rows: Rows,
        now: datetime,
    ) -> tuple[tuple[Expected, ...], Expected | None]:
        profile, bucket = self._normal.profile(camera, rows, now), self._normal.bucket(occurred_at)
        known = expected(rule, self._rules.normal, profile, bucket, in_view, in_views)
        return known, presence(rule, profile, bucket)

    def _with_usual(self, row: WatchRow, rule: CameraRule, rows: Rows, now: datetime) -> WatchRow:
        """Return the row of a watch with what is usual there: one that an earlier release took does not know it."""
        camera = self._cameras.get(row.camera_id)
        if row.expected or camera is None or all(signal.measure is None for signal in rule.signals):
            return row
        known, presence_ = self._expected(camera, rule, row.occurred_at, row.in_view, 1.0, rows, now)
        after = row.model_copy(update={"expected": known, "presence": presence_})
        rows.put(_watch_name(row.camera_id, row.incident_id), after)
        return after

    def _observe(self, observation: Observation, rows: Rows, now: datetime) -> list[Evidence]:
        """Keep a second and the quiet ones before it, and see whether they answer a report, or begin or end an episode.

        A second that is older than what is kept is left out; a repeated one changes nothing.
        """
        camera = self._camera(observation.camera_id)
        if all(zone.id != observation.zone_id for zone in camera.zones):
            raise UnknownCameraError(f"zone {observation.zone_id} of camera {camera.id}", self._version)
        kept = timedelta(seconds=self._rules.looking.kept_s)
        if observation.frames == 0 or observation.second < now - kept:
            return []
        with_view = observation.zone_id == camera.zones[0].id
        shown = [*_quiet(observation, rows, now - kept), moment_of(observation, with_view)]
        self._keep_seconds(observation.camera_id, shown, rows, kept)
        self._normal.watched(camera.id, observation.second, rows, now)
        found: list[Evidence] = []
        waiting = rows.get(_open_name(camera.id), OpenRow)
        if waiting is not None:
            found += self._answer_waiting(camera.id, shown, waiting, rows, now)
        return found + self._episodes.observe(observation, rows)

    @staticmethod
    def _keep_seconds(camera_id: str, shown: Sequence[Moment], rows: Rows, kept: timedelta) -> None:
        slots: dict[tuple[str, datetime], list[Moment]] = {}
        for moment in shown:
            slots.setdefault((moment.zone_id, slot_start(moment.at)), []).append(moment)
        for (zone_id, start), seen in slots.items():
            name = _slot_name(camera_id, zone_id, start)
            before = rows.get(name, SlotRow)
            after = with_moments(before, start, seen)
            if before is None:
                Timers(rows, DUE_BUCKET_S).add(start + kept, f"drop:{name}")
            if after is not before:
                rows.put(name, after)

    def _answer_waiting(
        self, camera_id: str, shown: Sequence[Moment], waiting: OpenRow, rows: Rows, now: datetime
    ) -> Iterator[Evidence]:
        for incident_id in waiting.incident_ids:
            row = rows.get(_watch_name(camera_id, incident_id), WatchRow)
            rule = self._rules.of(row.category).cameras if row else None
            if row is None or rule is None:
                continue
            row = self._with_usual(row, rule, rows, now)
            found = self._sighting(row, rule, shown)
            if found is not None:
                yield self._answer(rows, row, found)

    def _tick(self, rows: Rows, now: datetime) -> list[Evidence]:
        found: list[Evidence] = []
        for what in Timers(rows, DUE_BUCKET_S).take(now):
            task, _, name = what.partition(":")
            if task == "close":
                row = rows.get(name, WatchRow)
                waiting = rows.get(_open_name(row.camera_id), OpenRow) if row else None
                if row and waiting and row.incident_id in waiting.incident_ids:
                    rule = self._rules.of(row.category).cameras
                    if rule is None:  # newer rules ask no camera about its category: nobody waits for it
                        _set_open(rows, row, False)
                    else:
                        found += self._close(row, rule, rows, now)
            elif task in TASKS:
                found += self._episodes.look_again(name, rows, now)
            elif task in NORMAL_TASKS:
                self._normal.due(task, name, self._cameras.get, partial(_look_back, rows), rows, now)
            else:
                _drop(name, rows, now, timedelta(seconds=self._rules.looking.kept_s))
        return found

    def _close(self, row: WatchRow, rule: CameraRule, rows: Rows, now: datetime) -> list[Evidence]:
        """Return what a camera says when its window ends; that it could not look is not said twice."""
        looking = self._rules.looking
        if closes_at(row, looking) > now:  # a newer revision of the report moved the window
            return []
        _set_open(rows, row, False)
        row = self._with_usual(row, rule, rows, now)
        seen, normal = list(self._look_back(row, rows)), self._rules.normal
        found = self._sighting(row, rule, seen)
        if found is None and row.verdict in SIGHTS:
            return []
        found = found or closing_sighting(row, rule, looking, normal, seen, _states(rows, row.camera_id), now)
        if _verdict(found) is row.verdict is Verdict.CAMERA_UNAVAILABLE:
            return []
        return [self._answer(rows, row, found)]

    def _sighting(self, row: WatchRow, rule: CameraRule, seen: Sequence[Moment]) -> Evidence | None:
        brings = self._rules.movement_rules.get(row.category)
        return sighting(row, rule, self._rules.normal, seen, brings)

    def _look_back(self, row: WatchRow, rows: Rows) -> Iterator[Moment]:
        for zone_id in row.zones:
            yield from _look_back(rows, row.camera_id, zone_id, row.window_from, row.window_until)

    def _answer(self, rows: Rows, row: WatchRow, evidence: Evidence) -> Evidence:
        fact = evidence.fact
        if isinstance(fact, SightingFact):
            rows.put(_watch_name(row.camera_id, row.incident_id), answered(row, fact, self._rules.normal))
        return evidence


def _look_back(rows: Rows, camera_id: str, zone_id: str, start: datetime, end: datetime) -> Iterator[Moment]:
    """Yield what a zone showed from start to end."""
    slots = rows.get_each([_slot_name(camera_id, zone_id, slot) for slot in slots_between(start, end)], SlotRow)
    yield from moments(zone_id, slots, start, end)


def _verdict(evidence: Evidence) -> Verdict | None:
    return evidence.fact.verdict if isinstance(evidence.fact, SightingFact) else None


def _quiet(observation: Observation, rows: Rows, since: datetime) -> list[Moment]:
    """Return the quiet seconds before an observation, where it is known what the zone showed before nothing moved."""
    if not observation.quiet_s:
        return []
    newest, older = before_quiet(observation)
    name = (observation.camera_id, observation.zone_id)
    for at in (newest, older):
        slot = rows.get(_slot_name(*name, slot_start(at)), SlotRow)
        last = next(moments(observation.zone_id, [slot] if slot else [], at, at), None)
        if last is not None:
            return quiet_moments(observation, last, since)
    return []


def _set_open(rows: Rows, row: WatchRow, waits: bool) -> None:
    """Note whether a camera still has to answer a report."""
    name = _open_name(row.camera_id)
    before = rows.get(name, OpenRow)
    ids = set(before.incident_ids if before else ())
    after = ids | {row.incident_id} if waits else ids - {row.incident_id}
    if after == ids:
        return
    if after:
        rows.put(name, OpenRow(incident_ids=tuple(sorted(after))))
    else:
        rows.delete(name)


def _drop(name: str, rows: Rows, now: datetime, kept: timedelta) -> None:
    """Delete a row that is no longer needed; a watch that a newer revision prolonged is dropped at its own time."""
    row: BaseModel | None = rows.get(name, WatchRow) if name.startswith("watch/") else None
    if isinstance(row, WatchRow) and row.window_until + kept > now:
        return
    rows.delete(name)


def _delete(deletion: Deletion, rows: Rows) -> list[Evidence]:
    """Delete what a camera was asked about reports, and what it answered; it waits for none of them any more."""
    for incident_id in deletion.fact_ids:
        row = rows.get(_watch_name(deletion.about, incident_id), WatchRow)
        if row is not None:
            _set_open(rows, row, False)
            rows.delete(_watch_name(deletion.about, incident_id))
    return []


def _keep_state(status: CameraStatus, rows: Rows) -> list[Evidence]:
    name = _state_name(status.camera_id, status.aspect)
    before = rows.get(name, CameraStateRow)
    if before is None or before.changed_at < status.changed_at:
        rows.put(name, CameraStateRow(state=status.state, reason=status.reason, changed_at=status.changed_at))
    return []


def _states(rows: Rows, camera_id: str) -> list[CameraStateRow]:
    found = (rows.get(_state_name(camera_id, aspect), CameraStateRow) for aspect in _ASPECTS)
    return [state for state in found if state is not None]


def _watch_name(camera_id: str, incident_id: str) -> str:
    return f"watch/{camera_id}/{incident_id}"


def _open_name(camera_id: str) -> str:
    return f"open/{camera_id}"


def _slot_name(camera_id: str, zone_id: str, start: datetime) -> str:
    return f"seen/{camera_id}/{zone_id}/{int(start.timestamp())}"


def _state_name(camera_id: str, aspect: str) -> str:
    return f"state/{camera_id}/{aspect}"
