"""A made day of one control room, as a recording of it."""

from __future__ import annotations

from schemas.actions import Action
from streams import topics
from streams.config.files import load_rules
from streams.replay.recording import recording_of
from tests.support.partition import LivePartition, live_decide
from tests.support.situations import (
    NOON,
    action,
    in_view,
    position,
    report,
    seconds,
    sighting,
)

RULES = load_rules()


def a_day() -> LivePartition:
    """Return two reports of one robbery 60 m apart, what a camera said, and the operator's closing."""
    live = live_decide(RULES)
    live.give(topics.EVIDENCE, report("a", in_view("cam-1")), NOON)
    live.give(topics.EVIDENCE, report("b", position=position(60)), NOON + seconds(5))
    live.give(topics.EVIDENCE, sighting("a"), NOON + seconds(60))
    [alert_id] = {name[0] for name in recording_of(live.records).alerts}
    live.give(topics.OPERATOR_ACTIONS, action(alert_id, Action.CLOSE), NOON + seconds(90))
    return live


SHORT = RULES.model_copy(
    update={"lifetime": RULES.lifetime.model_copy(update={"open_s": 300, "forget_s": 600, "early_s": 900})}
)
"""Alerts that expire and are forgotten within a test."""
