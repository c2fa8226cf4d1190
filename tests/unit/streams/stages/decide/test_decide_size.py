"""What one tick causes fits one record of the changelog, however large its alerts are: else no tick would ever be done again."""

from __future__ import annotations

from schemas.alerts import Alert, AlertState
from schemas.codec import decode
from streams import topics
from streams.config.files import load_rules
from tests.support.partition import live_decide
from tests.support.situations import NOON, in_view, position, report, seconds

RULES = load_rules()
CAMERAS = in_view(*(f"{number:03}-{'camera' * 10}" for number in range(90)))
"""As many as a few reports about one place may ask, with long names: some 30 kB for each alert."""


def test_large_alerts_that_expire_at_once_take_several_ticks() -> None:
    """Nothing is set aside, and each of them ends."""
    live = live_decide(RULES)
    for number in range(45):
        told = report(f"n{number}", CAMERAS, position=position(1_000 * number))
        live.give(topics.EVIDENCE, told, NOON + seconds(100))
    for after_s in range(200, 260, 10):
        live.take(live.tick(NOON + seconds(RULES.lifetime.open_s + after_s)))
    sent = [decode(each.value or b"", each.headers) for each in live.records if each.topic == topics.ALERTS]
    ended = {each.alert_id for each in sent if isinstance(each, Alert) and each.state is AlertState.EXPIRED}
    assert [each.topic for each in live.records if each.topic == topics.DEAD_LETTERS] == []
    assert len(ended) == 45
