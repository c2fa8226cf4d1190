"""Camera time: how long each camera looked, was refused, was away or could not see, by the changes that it told.

A change holds until the next one of the same camera and aspect. Before the first that is known nothing is known, and of that
nothing is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from schemas.cameras import CameraState, CameraStatus


@dataclass(frozen=True, slots=True)
class Spell:
    """Spell: a camera was in one state, for one reason, from a moment until another (UTC); `over` where a next state ended it."""

    camera_id: str
    aspect: str
    state: CameraState
    reason: str
    since: datetime
    until: datetime
    over: bool

    @property
    def seconds(self) -> float:
        """Return how long it lasted (s)."""
        return max(0.0, (self.until - self.since).total_seconds())


@dataclass
class CameraTimes:
    """Camera times: spells, put together from statuses in the order in which they stand on their topic.

    Attributes:
        begin: What was before it is cut off (UTC).
        end: Until when an open spell is counted (UTC).
    """

    begin: datetime
    end: datetime
    _open: dict[tuple[str, str], CameraStatus] = field(default_factory=dict)
    _done: list[Spell] = field(default_factory=list)

    def take(self, status: CameraStatus) -> None:
        """Take the next status; one that repeats the state that holds changes nothing."""
        place = status.camera_id, status.aspect
        before = self._open.get(place)
        if before is not None:
            if (before.state, before.reason) == (status.state, status.reason) or status.changed_at < before.changed_at:
                return
            self._close(before, status.changed_at, over=True)
        self._open[place] = status

    def spells(self) -> Iterator[Spell]:
        """Yield all spells that reach into the time that is looked at, those that hold still included."""
        yield from self._done
        for status in self._open.values():
            spell = self._spell(status, self.end, over=False)
            if spell is not None:
                yield spell

    def _close(self, status: CameraStatus, until: datetime, *, over: bool) -> None:
        spell = self._spell(status, until, over=over)
        if spell is not None:
            self._done.append(spell)

    def _spell(self, status: CameraStatus, until: datetime, *, over: bool) -> Spell | None:
        since, until = max(status.changed_at, self.begin), min(until, self.end)
        if since >= until:
            return None
        return Spell(status.camera_id, status.aspect, status.state, status.reason, since, until, over)


@dataclass(frozen=True, slots=True)
class LookingTime:
    """Looking time: of one camera, how long it looked, was refused, was away, and looked without seeing or without a detector.

    Attributes:
        looked: The time in which it sent pictures.
        refused: The time in which the law, or a setting, allowed none, by reason.
        away: The time in which it sent none though it might have.
        blind: The part of `looked` in which its view was degraded, or nothing detected.
    """

    looked: timedelta
    refused: Mapping[str, timedelta]
    away: timedelta
    blind: timedelta

    @property
    def refused_in_all(self) -> timedelta:
        """Return the time of all reasons together."""
        return sum(self.refused.values(), timedelta(0))


def looking_times(spells: Iterator[Spell]) -> dict[str, LookingTime]:
    """Return the looking time of each camera that told anything."""
    streams: dict[str, list[Spell]] = {}
    blind: dict[str, list[Spell]] = {}
    for spell in spells:
        if spell.aspect == "stream":
            streams.setdefault(spell.camera_id, []).append(spell)
        elif spell.state is not CameraState.ONLINE:
            blind.setdefault(spell.camera_id, []).append(spell)
    return {camera: _time(found, blind.get(camera, [])) for camera, found in streams.items()}


def _time(stream: list[Spell], blind: list[Spell]) -> LookingTime:
    looked = [spell for spell in stream if spell.state in {CameraState.ONLINE, CameraState.DEGRADED}]
    refused: Counter[str] = Counter()
    for spell in stream:
        if spell.state is CameraState.REFUSED:
            refused[spell.reason] += spell.seconds  # type: ignore[assignment]
    away = sum(spell.seconds for spell in stream if spell.state is CameraState.OFFLINE)
    unseen = sum(_overlap_s(spell, merged) for spell in looked for merged in _merged(blind))
    return LookingTime(
        looked=timedelta(seconds=sum(spell.seconds for spell in looked)),
        refused={reason: timedelta(seconds=seconds) for reason, seconds in refused.items()},
        away=timedelta(seconds=away),
        blind=timedelta(seconds=unseen),
    )


def _merged(spells: list[Spell]) -> list[tuple[datetime, datetime]]:
    """Return when any of these held: view and detector may both be degraded at once."""
    found: list[tuple[datetime, datetime]] = []
    for spell in sorted(spells, key=lambda each: each.since):
        if found and spell.since <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], spell.until)
        else:
            found.append((spell.since, spell.until))
    return found


def _overlap_s(spell: Spell, other: tuple[datetime, datetime]) -> float:
    return max(0.0, (min(spell.until, other[1]) - max(spell.since, other[0])).total_seconds())
