"""Crowds: what each zone shows now, and over the last two hours in steps, of the observations of its seconds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import orjson

from console.wire.events import ZoneNow
from console.wire.rooms import Series, SeriesPoint, Threshold
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes import zones as says
from schemas.phrases.language import Language
from streams.clients.registry import LevelFacts, ZoneFacts

MOST: Final = 1_000_000
"""No number of an observation is larger."""
STEP_S: Final = 10
KEPT_S: Final = 2 * 3_600
FIELDS: Final = ("seconds", "count", "measured", "per_m2", "variance", "lower_bound")
"""Of each step; two hours of a zone take 24 kB, those of 300 cameras seven megabytes."""


class SecondError(Exception):
    """A record on `observations` is none; one line without its content."""


@dataclass(frozen=True, slots=True)
class DrawnSecond:
    """Drawn second: what a zone showed in one second, as far as it is drawn. No density where the camera is not calibrated."""

    key: str
    at: datetime
    looked: bool
    count: int
    per_m2: float | None
    error_per_m2: float | None
    lower_bound: bool
    rise_per_min: float | None
    level: str


def second_of(value: bytes) -> DrawnSecond:
    """Return what an observation's record tells; some hundred a second come, so it is read without a model.

    The density is that of the level: the estimate of what boxes hide where there is one, else what was counted where persons
    stand closest (docs/crowds.md).

    Raises:
        SecondError: It is none.
    """
    try:
        document = orjson.loads(value)
        ground = document.get("ground") or {}
        density = _number(document.get("density_per_m2"))
        estimate = _number(ground.get("estimated_per_m2"))
        if density is not None and estimate is None:
            density = max(density, _number(ground.get("densest_per_m2")) or 0.0)
            error = _number(ground.get("error_per_m2"))
        else:
            error = _number(ground.get("estimated_error_per_m2"))
        at = datetime.fromisoformat(document["second"])
        if at.tzinfo is None:
            raise SecondError("second: expected a moment with a zone")
        return DrawnSecond(
            key=f"{_text(document['camera_id'])}:{_text(document['zone_id'])}",
            at=at.astimezone(UTC),
            looked=_whole(document["frames"]) > 0,
            count=_whole(document["count"]),
            per_m2=None if density is None else (density if estimate is None else estimate),
            error_per_m2=None if density is None else error,
            lower_bound=document.get("lower_bound") is True,
            rise_per_min=_number(document.get("rise_per_min")),
            level=_text(document.get("level", "none")),
        )
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise SecondError(f"an observation is not as expected: {type(error).__name__}") from None


class ZoneHistory:
    """Zone history: the newest second of a zone, and its last hours in steps of ten seconds.

    Args:
        facts: The zone.
        kept_s: How long back from the newest second (s).
    """

    def __init__(self, facts: ZoneFacts, kept_s: int = KEPT_S) -> None:
        self.facts = facts
        self.newest: DrawnSecond | None = None
        self._steps = kept_s // STEP_S + 2
        self._numbers = np.full(self._steps, -1, np.int64)
        self._values = np.zeros((self._steps, len(FIELDS)), np.float32)

    def take(self, second: DrawnSecond) -> bool:
        """Take a second, also one that comes late; return whether it is the newest. One in which nobody looked leaves a gap."""
        newest = self.newest is None or second.at > self.newest.at
        if newest:
            self.newest = second
        if second.looked:
            self._add(second)
        return newest

    def now(self, language: Language) -> ZoneNow:
        """Return the zone as the page shows it."""
        found, facts = self.newest, self.facts
        looked = found is not None and found.looked
        level = found.level if found is not None else "none"
        return ZoneNow(
            zone_id=facts.key,
            camera_id=facts.camera_id,
            name=facts.name,
            outline=facts.outline,
            at=None if found is None else found.at,
            count=found.count if found is not None and looked else None,
            per_m2=_rounded(found.per_m2) if found is not None and looked else None,
            error_per_m2=_rounded(found.error_per_m2) if found is not None and looked else None,
            lower_bound=found is not None and found.lower_bound,
            rise_per_min=_rounded(found.rise_per_min) if found is not None and looked else None,
            level=level,
            level_text=sentence(says.crowding(level), language),
        )

    def points(self, from_at: datetime, to_at: datetime, step_s: int) -> tuple[SeriesPoint, ...]:
        """Return the steps from one time to before another; each is the mean of its seconds, and empty where nobody looked."""
        begin, end = math.floor(from_at.timestamp()), math.ceil(to_at.timestamp())
        per = max(1, round(step_s / STEP_S))
        found = []
        for number in range(begin // STEP_S, -(-end // STEP_S), per):
            steps = np.arange(number, number + per)
            places = steps % self._steps
            values = self._values[places[self._numbers[places] == steps]]
            found.append(_point(datetime.fromtimestamp(number * STEP_S, UTC), values.sum(axis=0)))
        return tuple(found)

    def _add(self, second: DrawnSecond) -> None:
        number = int(second.at.timestamp()) // STEP_S
        place = number % self._steps
        if number < self._numbers[place]:
            return  # older than what is kept
        if number > self._numbers[place]:
            self._numbers[place], self._values[place] = number, 0.0
        self._values[place] += (
            1.0,
            second.count,
            second.per_m2 is not None,
            second.per_m2 or 0.0,
            (second.error_per_m2 or 0.0) ** 2,
            second.lower_bound,
        )


def series_of(
    history: ZoneHistory,
    from_at: datetime,
    to_at: datetime,
    step_s: int,
    levels: tuple[LevelFacts, ...],
    language: Language,
) -> Series:
    """Return a zone over time; a step is a whole number of those that are kept."""
    return Series(
        zone_id=history.facts.key,
        calibrated=history.facts.calibrated,
        step_s=STEP_S * max(1, round(step_s / STEP_S)),
        points=history.points(from_at, to_at, step_s),
        thresholds=tuple(
            Threshold(level=each.name, text=sentence(says.crowding(each.name), language), per_m2=each.per_m2)
            for each in levels
        )
        if history.facts.calibrated
        else (),
    )


def _point(at: datetime, sums: Any) -> SeriesPoint:
    seconds, count, measured, per_m2, variance, lower_bound = (float(each) for each in sums)
    return SeriesPoint(
        at=at,
        count=round(count / seconds, 2) if seconds else None,
        per_m2=round(per_m2 / measured, 3) if measured else None,
        error_per_m2=round(math.sqrt(variance / measured), 3) if measured and variance else None,
        lower_bound=lower_bound > 0,
    )


def _number(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= MOST:
        raise SecondError("expected a number")
    return float(value)


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST:
        raise SecondError("expected a whole number")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise SecondError("expected a text")
    return value


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
