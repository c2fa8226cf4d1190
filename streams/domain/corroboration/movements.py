"""Movements: what people do in a camera's view that what was reported brings about: they run, leave at once, or gather.

Only what is unusual in that view at that hour counts, and as much more likely as a corroboration (`likelihood.py`): people run,
leave and gather everywhere, mostly for nothing. A camera that has not learnt what is usual tells none. Who runs away comes
through a view that does not hold the place with a chance of its own (`passing`): where people seldom run that says something,
on a busy square nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from schemas.evidence import Movement, MovementKind
from streams.domain.alerts.facts import largest
from streams.domain.corroboration.history import Moment
from streams.domain.corroboration.likelihood import ratio_met
from streams.domain.corroboration.watch import WatchRow
from streams.domain.normal.measure import size
from streams.domain.rules.cameras import NormalRule
from streams.domain.rules.causes import MEASURED_BY, CauseRule

KIND_OF: Final = {measure: kind for kind, measure in MEASURED_BY.items()}


def movements(watch: WatchRow, rule: CauseRule, normal: NormalRule, seen: Iterable[Moment]) -> tuple[Movement, ...]:
    """Return what these moments show of people that the reported brings about, one of each kind.

    Args:
        watch: The report that the camera was asked about, with what is usual in its view.
        rule: The rule of movements of its category: which count, and how long before and after it happened.
        normal: How much more likely than anyway it must be.
        seen: What the camera showed.
    """
    since = max(watch.window_from, watch.occurred_at - timedelta(seconds=rule.before_s))
    until = min(watch.window_until, watch.occurred_at + timedelta(seconds=rule.after_s))
    found = []
    for moment in seen:
        sizes = moment.seen.view
        if sizes is None or moment.zone_id not in watch.zones or not since <= moment.at <= until:
            continue
        for each in watch.expected:
            kind, value = KIND_OF.get(each.measure), size(sizes, each.measure)
            if kind not in rule.movements or value is None or each.unusual is None or each.unusual_rate is None:
                continue
            in_view = max(watch.in_view, rule.passing) if kind is MovementKind.RUNNING else watch.in_view
            ratio = ratio_met(each.hit_rate, each.unusual_rate, in_view)
            if value >= each.unusual and ratio >= normal.corroborated_from:
                persons = (moment.seen.running or 1) if kind is MovementKind.RUNNING else max(1, round(value))
                found.append(Movement(kind=kind, persons=persons, at=moment.at))
    return largest(found)
