"""A case of a partner leaves `alert-state` when the room forgets it; an alert of the operators stays there."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.categories import Category
from streams import topics
from streams.stages.base import Output
from tests.support.deciding import RULES, Deciding
from tests.support.situations import report, seconds, tick

ROUTINE: dict[str, Any] = {"urgency": 3, "source_priority": "P 3"}
FORGOTTEN_S = int(RULES.lifetime.open_s + RULES.lifetime.forget_s) + 600


def tombstones(deciding: Deciding, until_s: int) -> list[Output]:
    """Let time pass in steps; return the tombstones that were sent, oldest first."""
    found: list[Output] = []
    for second in range(100, until_s, 300):
        deciding.take(tick("room", seconds(second) + report().occurred_at), seconds(second) + report().occurred_at)
        found += [each for each in deciding.outputs if each.tombstone]
    return found


@pytest.mark.parametrize(
    ("category", "changes"),
    [
        (Category.WOONFRAUDE_OVERBEWONING, {}),
        (Category.ONDERMIJNING_PAND, {}),
        (Category.VERWARD_PERSOON, ROUTINE),
        (Category.WOONOVERLAST, ROUTINE),
    ],
)
def test_a_case_leaves_the_newest_states_when_it_is_forgotten(category: Category, changes: dict[str, Any]) -> None:
    """Once, under the key that it stood under and on its partition; nothing but digests of its reports is kept."""
    deciding = Deciding()
    [case] = deciding.take(report(category=category, **changes))
    [stood] = [each for each in deciding.outputs if each.topic == topics.ALERT_STATE]
    [gone] = tombstones(deciding, FORGOTTEN_S)
    assert (gone.topic, gone.key, gone.partition) == (topics.ALERT_STATE, case.alert_id, stood.partition)
    assert deciding.rows.names("alert/") == []
    assert case.place not in str(deciding.rows.documents)
    assert case.alert_id not in str(deciding.rows.documents)


def test_an_alert_of_the_operators_stays() -> None:
    """Who was away finds how it ended."""
    deciding = Deciding()
    assert len(deciding.take(report(category=Category.VERWARD_PERSOON, urgency=2, source_priority="P 2"))) == 1
    assert tombstones(deciding, FORGOTTEN_S) == []
    assert deciding.rows.names("alert/") == []
