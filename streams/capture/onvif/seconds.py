"""Seconds: what cameras' rules say holds, and one observation of each zone for each second in which it does.

A rule tells a beginning and an end; the stages behind read zones second by second (`schemas/observations.py`). So what holds is
told each second until it ends, and once more without it. What a camera does not confirm for `FORGET` is told no longer: its end
may have been lost. After a restart nothing is known to hold until a camera tells of it again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from schemas.cameras import DetectorInfo
from schemas.observations import Observation, SituationKind, ZoneSituation
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes.sightings import seen_situation
from schemas.phrases.codes.zones import told_by_camera
from streams.capture.onvif.event import MOMENTARY, MOST_OBJECTS, CameraEvent
from streams.capture.onvif.zones import RuleZone
from streams.domain.cameras.registry import Camera

SECOND: Final = timedelta(seconds=1)
MOMENT_HOLDS: Final = timedelta(seconds=3)
"""How long a crossing is told: as long as `observe` holds one."""
FORGET: Final = timedelta(minutes=15)
OLDEST: Final = timedelta(minutes=10)
"""An event that lies further back, by a wrong clock or a queue, is told as of then: nothing asks for seconds as old as that."""
DETECTOR: Final = DetectorInfo(name="onvif", version="profile-m")


@dataclass
class _Held:
    """What one rule says holds."""

    since: datetime
    last: datetime
    until: datetime | None = None
    objects: set[str] = field(default_factory=set)
    count: int | None = None


@dataclass
class _ZoneState:
    """A zone's rules by name, and the second that is told next."""

    camera: Camera
    zone_id: str
    rules: dict[str, tuple[RuleZone, _Held]] = field(default_factory=dict)
    next_second: datetime | None = None
    told: bool = False
    """Whether the second before told something, so that its end is to be told."""


@dataclass(frozen=True, slots=True)
class OnvifSecond:
    """ONVIF second: an observation, and the events that it is the first to tell of."""

    observation: Observation
    events: tuple[int, ...]


class OnvifSeconds:
    """ONVIF seconds: the state of all zones."""

    def __init__(self) -> None:
        self._zones: dict[tuple[str, str], _ZoneState] = {}
        self._events: dict[tuple[str, str], list[int]] = {}

    def take(self, event: CameraEvent, camera: Camera, rule: RuleZone, number: int, now: datetime) -> None:
        """Take an event; `number` is told with the first second that tells of it.

        An event belongs to the second of the camera's clock, or to that of now where it lies ahead; never to one that was told.
        """
        name = (camera.id, rule.zone)
        state = self._zones.setdefault(name, _ZoneState(camera, rule.zone))
        at = now if event.at is None else max(min(event.at, now), now - OLDEST)
        self._events.setdefault(name, []).append(number)
        if state.next_second is None:
            state.next_second = at.replace(microsecond=0)
        at = max(at, state.next_second)
        self._hold(state, event, rule, at)

    def due(self, now: datetime) -> list[OnvifSecond]:
        """Return the seconds that are over, in order of their time."""
        told: list[OnvifSecond] = []
        for name, state in list(self._zones.items()):
            while state.next_second is not None and state.next_second + SECOND <= now:
                second, state.next_second = state.next_second, state.next_second + SECOND
                observation = self._tell(state, second)
                events = tuple(self._events.pop(name, ()))
                if observation is not None or events:
                    told.append(OnvifSecond(observation or self._observation(state, second), events))
                if not state.rules and not state.told:
                    state.next_second = None
            if state.next_second is None and name not in self._events:
                del self._zones[name]
        return sorted(told, key=lambda each: each.observation.second)

    def _hold(self, state: _ZoneState, event: CameraEvent, rule: RuleZone, at: datetime) -> None:
        known = state.rules.get(rule.rule)
        held = _Held(at, at) if known is None or known[1].until is not None else known[1]
        held.last = at
        if event.event in MOMENTARY:
            held.until = at + MOMENT_HOLDS
        elif event.count is not None:
            held.count = event.count
            if event.count == 0:
                held.until = at
        elif event.holds:
            if len(held.objects) < MOST_OBJECTS:
                held.objects.add(event.object_id)
        else:
            held.objects.discard(event.object_id)
            if not held.objects:
                held.until = at
        state.rules[rule.rule] = (rule, held)

    def _tell(self, state: _ZoneState, second: datetime) -> Observation | None:
        """Return what a zone shows in a second, None where nothing holds and nothing ended."""
        for name, (_, held) in list(state.rules.items()):
            over = held.until is not None and held.until < second
            if over or second - held.last > FORGET:
                del state.rules[name]
        before, state.told = state.told, bool(state.rules)
        return self._observation(state, second) if state.told or before else None

    def _observation(self, state: _ZoneState, second: datetime) -> Observation:
        end = second + SECOND
        situations: dict[SituationKind, ZoneSituation] = {}
        persons = 0
        for rule, held in state.rules.values():
            if rule.tells is not SituationKind.OBJECT_LEFT:  # what was left is nobody
                seen = len(held.objects) if held.count is None else held.count
                persons = max(persons, seen, int(rule.tells is not None))
            known = situations.get(rule.tells) if rule.tells is not None else None
            if rule.tells is not None and (known is None or held.since < known.since):
                held_s = max(0.0, (end - held.since).total_seconds())
                what = told_by_camera(seen_situation(rule.tells.value), held_s)
                situations[rule.tells] = ZoneSituation(
                    kind=rule.tells,
                    since=held.since,
                    value=round(held_s, 1),
                    explanation=sentence(what)[:300],
                    phrase=what,
                )
        stay = situations.get(SituationKind.DWELLING)
        return Observation(
            camera_id=state.camera.id,
            zone_id=state.zone_id,
            control_room_id=state.camera.control_room,
            second=second,
            frames=1,
            count=persons,
            count_max=persons,
            vehicles=0,
            dwell_s=stay.value if stay is not None else 0.0,
            group_size=0,
            detector=DETECTOR,
            newest_frame_at=end,
            situations=tuple(situations[kind] for kind in SituationKind if kind in situations),
        )
