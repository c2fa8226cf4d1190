"""What is counted between two stands is what was used there, and nothing of what lies between two of them."""

from __future__ import annotations

from bench.scale.measure import WRITTEN, Between, Stand
from bench.scale.running import Used
from streams import topics


def stand(at_s: float, cpu_s: float, broker_s: float | None, alerts: int) -> Stand:
    """Return a stand of one stage; an alert takes a kilobyte."""
    records = dict.fromkeys(WRITTEN, 0) | {topics.ALERTS: alerts}
    return Stand(at_s, {"decide": Used(cpu_s, 100 + cpu_s)}, broker_s, {topics.ALERTS: 1_000 * alerts}, records)


def test_two_spans_are_joined_without_what_lies_between_them() -> None:
    """Ten events at .1 s each, a pause in which as much was used again, ten at .3 s each."""
    first = Between(stand(0, 1.0, 0.5, 5), stand(10, 2.0, 1.5, 15), 10)
    second = Between(stand(50, 9.0, 7.0, 70), stand(60, 12.0, 9.0, 90), 10)
    whole = first.and_then(second)
    assert whole.events == 20
    assert whole.cpu_us("decide") == 200_000
    assert whole.broker_us() == 150_000
    assert whole.records_each() == {topics.ALERTS: 1.5}
    assert whole.bytes_each() == {topics.ALERTS: 1_500}
    assert whole.after.at_s - whole.before.at_s == 20
    assert whole.after.used["decide"].rss_mb == 112


def test_a_broker_of_others_is_not_counted() -> None:
    """Then nobody knows what it used."""
    first = Between(stand(0, 1.0, None, 5), stand(10, 2.0, None, 15), 10)
    assert first.and_then(first).broker_us() is None
