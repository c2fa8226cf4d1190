"""Necessity: what one camera brought in a period, and whether that is nothing (Gemeentewet art. 151c lid 5).

The mayor withdraws a camera as soon as it is no longer necessary. Whether it is, a person decides: this tells what alerts would
have been without it, how long it looked, and what persons said of those alerts. A camera is named only where nothing at all
speaks for it, so one that helped once in the period is not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from schemas.categories import Priority
from schemas.evidence import Verdict
from streams.domain.compliance.camera_time import LookingTime

TELLING: Final = frozenset({Verdict.CORROBORATED, Verdict.CONSISTENT, Verdict.CONTRADICTED})
"""What a camera says that an operator would not know without it. That it saw nothing counts where it moved the priority."""
LOOKED_AT_LEAST: Final = timedelta(hours=24)
"""A camera that looked for less in the period is not judged by what it brought: it had no chance to [own]."""


class Effect(StrEnum):
    """Effect: what is otherwise about an alert because of one camera."""

    OPENED = "opened"
    """Without the camera there would be no alert."""
    RAISED = "raised"
    """Its priority is higher."""
    LOWERED = "lowered"
    """Its priority is lower."""
    TOLD = "told"
    """The priority is the same, and what the camera said is the best that any said."""
    NONE = "none"


class Judged(StrEnum):
    """Judged: what a person's verdict on an alert says of an effect."""

    RIGHT = "right"
    WRONG = "wrong"
    NOT_JUDGED = "not_judged"


@dataclass(frozen=True, slots=True)
class AlertOutcome:
    """Alert outcome: what some facts make of an alert: its highest priority, the one it settles at, and the best verdict.

    `highest` is None where they make no alert.
    """

    highest: Priority | None
    settled: Priority | None
    verdict: Verdict | None


def effect_of(with_it: AlertOutcome, without: AlertOutcome) -> Effect:
    """Return what is otherwise about an alert because of a camera.

    Args:
        with_it: What all facts make of it.
        without: What all facts but the camera's make of it.
    """
    if with_it.highest is None or with_it.settled is None:
        return Effect.NONE
    if without.highest is None or without.settled is None:
        return Effect.OPENED
    if with_it.highest != without.highest:  # as text, P1 < P4 is the higher priority
        return Effect.RAISED if with_it.highest < without.highest else Effect.LOWERED
    if with_it.settled != without.settled:
        return Effect.RAISED if with_it.settled < without.settled else Effect.LOWERED
    return Effect.TOLD if with_it.verdict != without.verdict and with_it.verdict in TELLING else Effect.NONE


def judged(effect: Effect, said: Verdict | None, closing: str) -> Judged:
    """Return whether an effect was right, by how a person closed the alert.

    Args:
        effect: What was otherwise.
        said: The best verdict with the camera.
        closing: The person's verdict: `true`, `false`, or another word, or none.
    """
    if closing not in {"true", "false"}:
        return Judged.NOT_JUDGED
    against = effect is Effect.LOWERED or (effect is Effect.TOLD and said is Verdict.CONTRADICTED)
    return Judged.RIGHT if against is (closing == "false") else Judged.WRONG


@dataclass
class CameraTally:
    """Camera tally: what one camera brought in a period.

    Attributes:
        camera_id: Which.
        asked: Alerts in which it was asked about a report.
        answered: Alerts with evidence of it.
        effects: How often each effect was, by how it was judged.
        passed_on: Alerts that it had an effect on and that a partner was asked to come to.
        viewed: Pictures of it that persons were shown or asked for, by the audit; None where that is not known.
        time: How long it looked, was refused and could not see; None where it told nothing.
    """

    camera_id: str
    asked: int = 0
    answered: int = 0
    effects: dict[tuple[Effect, Judged], int] = field(default_factory=dict)
    passed_on: int = 0
    viewed: int | None = None
    time: LookingTime | None = None

    def note(self, effect: Effect, how: Judged, *, passed_on: bool) -> None:
        """Count an alert with evidence of the camera."""
        self.answered += 1
        if effect is Effect.NONE:
            return
        self.effects[effect, how] = self.effects.get((effect, how), 0) + 1
        self.passed_on += passed_on

    def count(self, *, judged: Judged | None = None, effect: Effect | None = None) -> int:
        """Return how many effects there were, of one kind or judged so where that is given."""
        return sum(
            count
            for (kind, how), count in self.effects.items()
            if (judged is None or how is judged) and (effect is None or kind is effect)
        )

    @property
    def brought(self) -> int:
        """Return how many alerts were otherwise because of it, and not called wrong."""
        return self.count() - self.count(judged=Judged.WRONG)

    @property
    def speaks_for_it(self) -> bool:
        """Return whether anything does: an alert that was otherwise and not wrongly so, or a picture that somebody looked at."""
        return self.brought > 0 or bool(self.viewed)


class Necessity(StrEnum):
    """Necessity: what is told of a camera."""

    BROUGHT_SOMETHING = "brought_something"
    BROUGHT_NOTHING = "brought_nothing"
    """It looked, and nothing speaks for it: somebody must ask whether it is necessary."""
    HARDLY_LOOKED = "hardly_looked"
    """It looked for less than a day in the period: nothing speaks for it, but it had no chance to."""
    NOT_KNOWN = "not_known"
    """How long it looked, or whether anybody looked at its pictures, is not known, and nothing else speaks for it."""


def necessity_of(tally: CameraTally) -> Necessity:
    """Return what is told of a camera; the first that holds."""
    if tally.speaks_for_it:
        return Necessity.BROUGHT_SOMETHING
    if tally.time is None or tally.viewed is None:
        return Necessity.NOT_KNOWN
    return Necessity.HARDLY_LOOKED if tally.time.looked < LOOKED_AT_LEAST else Necessity.BROUGHT_NOTHING


def tally_dict(tally: CameraTally) -> dict[str, Any]:
    """Return a tally for a program."""
    time = tally.time
    return {
        "camera_id": tally.camera_id,
        "necessity": necessity_of(tally).value,
        "looked_h": None if time is None else _hours(time.looked),
        "refused_h": None if time is None else _hours(time.refused_in_all),
        "refused_by": None if time is None else {reason: _hours(span) for reason, span in time.refused.items()},
        "away_h": None if time is None else _hours(time.away),
        "blind_h": None if time is None else _hours(time.blind),
        "asked": tally.asked,
        "answered": tally.answered,
        "changed": tally.count(),
        **{effect.value: tally.count(effect=effect) for effect in Effect if effect is not Effect.NONE},
        **{f"judged_{how.value}": tally.count(judged=how) for how in Judged},
        "passed_on": tally.passed_on,
        "viewed": tally.viewed,
    }


def _hours(span: timedelta) -> float:
    return round(span.total_seconds() / 3_600, 1)


def in_order(tallies: Iterable[CameraTally]) -> list[CameraTally]:
    """Return tallies, those for which nothing speaks first."""
    order = [Necessity.BROUGHT_NOTHING, Necessity.NOT_KNOWN, Necessity.HARDLY_LOOKED, Necessity.BROUGHT_SOMETHING]
    return sorted(tallies, key=lambda each: (order.index(necessity_of(each)), each.camera_id))
