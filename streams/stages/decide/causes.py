"""Cause store: where a situation finds its cause, and which others a change concerns. Nothing of it is a row of its own.

What becomes a symptom finds its cause at once, in the index of places. Of what becomes a cause, or ceases to be one, the
situations near it are looked at with the next bucket of due entries, a bounded number at a time, so that whichever comes first
the links are the same some seconds later. A cause is told once per input what came under it and what left it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from schemas.categories import Category
from streams.domain.alerts.cause import categories_of, cause_spot, explains, link_of, with_symptoms
from streams.domain.alerts.situation import Situation
from streams.domain.rules.rules import Rules
from streams.stages.decide.index import SituationIndex


class CauseStore:
    """The causes and symptoms of one control room, for one input."""

    def __init__(
        self,
        index: SituationIndex,
        rules: Rules,
        get: Callable[[str], Situation | None],
        look_soon: Callable[[str, datetime], None],
    ) -> None:
        """Look in the index; `get` returns an alert, `look_soon` notes one to be looked at with the next bucket."""
        self._index = index
        self._get = get
        self._rules = rules
        self._look_soon = look_soon
        self._added: dict[str, set[str]] = {}
        self._removed: dict[str, set[str]] = {}

    def of_change(self, before: Situation | None, after: Situation) -> list[Situation]:
        """Return what may be the cause of a situation after a change: where its facts say the same as before, the one it had.

        What came near meanwhile had it looked at.
        """
        known = before is not None and before.ended_at is None and before.detached is after.detached
        if before is None or not known or self._moved(before, after):
            return self.near(after)
        cause = None if after.caused_by is None else self._get(after.caused_by.alert_id)
        return [] if cause is None else [self._as_named(cause)]

    def near(self, situation: Situation) -> list[Situation]:
        """Return what may be the cause of a situation; nothing where its category has none."""
        rules = self._rules
        if not rules.causes_near.keys() & categories_of(situation):
            return []
        here = cause_spot(situation, rules)
        reach = None if here is None else rules.causes_near.get(here.category)
        if here is None or reach is None:
            return []
        return [self._as_named(each) for each in self._index.near(here.point, reach, situation.exercise)]

    def stale(self, situation: Situation) -> bool:
        """Return whether a situation's cause is another one now, or whether it stands under it."""
        return link_of(situation, self.near(situation), self._rules) != situation.caused_by

    def come_under(self, symptom: Situation) -> None:
        """Have the cause of a situation name it, where it does not: one that was out of sight meanwhile names none."""
        if symptom.caused_by is None:
            return
        name, cause = symptom.caused_by.alert_id, self._get(symptom.caused_by.alert_id)
        self._removed.get(name, set()).discard(symptom.alert_id)
        if cause is not None and symptom.alert_id not in cause.symptoms:
            self._added.setdefault(name, set()).add(symptom.alert_id)

    @property
    def telling(self) -> bool:
        """Return whether a cause is to be told because of this input."""
        return any((*self._added.values(), *self._removed.values()))

    def take_changed(self) -> list[tuple[str, set[str], set[str]]]:
        """Return once the causes whose symptoms changed, with what came under them and what left them."""
        names = sorted({*self._added, *self._removed})
        changed = [(name, self._added.get(name, set()), self._removed.get(name, set())) for name in names]
        self._added, self._removed = {}, {}
        return changed

    def note(self, before: Situation | None, after: Situation, now: datetime) -> None:
        """Remember which causes a change concerns, and have what it may be the cause of looked at."""
        if before is not None and before.caused_by is not None:
            self._added.get(before.caused_by.alert_id, set()).discard(after.alert_id)
            self._removed.setdefault(before.caused_by.alert_id, set()).add(after.alert_id)
        self.come_under(after)
        if before is not None and _same_facts(before, after) and _stands(before) == _stands(after):
            return  # most changes: a camera's answer
        causes = self._rules.symptoms_near.keys()
        of_both = categories_of(after) | (categories_of(before) if before is not None else set[Category]())
        if causes & of_both:
            for alert_id in sorted(self._concerned(before, after)):
                self._look_soon(alert_id, now)

    def _moved(self, before: Situation, after: Situation) -> bool:
        """Return whether the facts say otherwise what a thing is, where and when."""
        if _same_facts(before, after):
            return False
        spots = cause_spot(before, self._rules) != cause_spot(after, self._rules)
        return spots or before.exercise is not after.exercise

    def _as_named(self, cause: Situation) -> Situation:
        """Return a cause with the symptoms that it is to name, some of which it was not told yet."""
        added, removed = (of.get(cause.alert_id, set()) for of in (self._added, self._removed))
        return with_symptoms(cause, added, removed)

    def _concerned(self, before: Situation | None, after: Situation) -> set[str]:
        """Return what may have another cause after a change, or stand otherwise with it."""
        known = set(before.symptoms if before is not None else ()) | set(after.symptoms)
        known |= self._added.get(
            after.alert_id, set()
        )  # what came under it with the same input, and it does not name yet
        if before is not None and _stands(before) == _stands(after) and not self._moved(before, after):
            return set()
        if before is not None and explains(before) and not explains(after):
            return known
        here = cause_spot(after, self._rules) if explains(after) else None
        reach = None if here is None else self._rules.symptoms_near.get(here.category)
        if here is None or reach is None:
            return known
        near = self._index.near(here.point, reach, after.exercise)
        return known | {each.alert_id for each in near if link_of(each, (after,), self._rules) is not None}


def _same_facts(before: Situation, after: Situation) -> bool:
    """Return whether a change left what was reported and seen as it was."""
    return before.reports is after.reports and before.episodes is after.episodes


def _stands(situation: Situation) -> tuple[object, ...]:
    """Return what of a cause decides whether its symptoms stand under it."""
    grouped = situation.standing.grouped_under if situation.standing is not None else ""
    return explains(situation), situation.priority, grouped
