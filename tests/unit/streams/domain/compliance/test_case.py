"""A case is an alert with all that it was made of; a hold keeps one until its end."""

from __future__ import annotations

from datetime import timedelta

from schemas.alerts import Alert, AlertState
from schemas.deletion import Hold, HoldState
from streams.domain.compliance.case import case_of, holding, holds_now, newest_alerts
from tests.support.alerts import alert as told
from tests.support.situations import NOON, episode, report, seconds


def alert(name: str, **changes: object) -> Alert:
    """Return an alert of one report."""
    return told(alert_id=name, **changes)


def test_a_case_has_what_was_merged_into_it_however_deep() -> None:
    """Whichever of its alerts is named; another one is none of it."""
    known = {
        each.alert_id: each
        for each in (
            alert("main", state=AlertState.CLOSED),
            alert("second", state=AlertState.CLOSED, merged_into="main"),
            alert("third", state=AlertState.CLOSED, merged_into="second"),
            alert("other"),
        )
    }
    for name in ("main", "second", "third"):
        case = case_of(name, known)
        assert case is not None
        assert set(case.alert_ids) == {"main", "second", "third"}
        assert case.alert_ids[0] == "main"
        assert case.ended
    assert case_of("nobody", known) is None


def test_a_circle_of_merges_ends() -> None:
    """None can be; whoever wrote one stops nobody."""
    known = {name: alert(name, merged_into=into) for name, into in (("a", "b"), ("b", "a"))}
    case = case_of("a", known)
    assert case is not None
    assert set(case.alert_ids) == {"a", "b"}


def test_an_open_alert_is_not_over() -> None:
    """Nor is a case of which a part is open."""
    assert not _case(alert("a")).ended
    assert _case(alert("a", state=AlertState.EXPIRED)).ended


def _case(each: Alert):  # type: ignore[no-untyped-def]
    found = case_of(each.alert_id, {each.alert_id: each})
    assert found is not None
    return found


def test_a_record_is_of_a_case_where_it_names_it_anywhere() -> None:
    """In its key, its value, or a header; and in no other case."""
    case = _case(alert("5711cf51-4edd-53f4-89f4-b9d9c6da9897"))
    assert case.has(b"5711cf51-4edd-53f4-89f4-b9d9c6da9897", None)
    assert case.has(b"room", b'{"alert_id": "5711cf51-4edd-53f4-89f4-b9d9c6da9897"}')
    assert case.has(b"room", b"picture", b"alert:5711cf51-4edd-53f4-89f4-b9d9c6da9897")
    assert not case.has(b"room", b"{}", b"5711cf51")
    assert not case.has(None, None)


def test_episodes_are_found_by_the_alerts_facts() -> None:
    """An alert has the ids of its facts alone; one of another alert is not taken."""
    fact = episode("begin", "warn", NOON)
    case = _case(alert("a", evidence_ids=(fact.evidence_id,)))
    assert case.with_fact(fact).fact_ids[-1] == fact.fact.episode_id  # type: ignore[union-attr]
    assert case.with_fact(report("z")) is case
    assert case.with_fact(fact).with_fact(fact) == case.with_fact(fact)


def test_the_newest_revision_counts() -> None:
    """Whatever the order in which they stand."""
    found = newest_alerts([alert("a", revision=2), alert("a", revision=1)])
    assert found["a"].revision == 2


def hold(**changes: object) -> Hold:
    """Return a hold of alert `a`, for an hour from noon."""
    known: dict[str, object] = {
        "hold_id": "h", "alert_id": "a", "control_room_id": "amstelveen", "requester": "parket-amsterdam", "ground": "PL1",
        "until": NOON + seconds(3_600), "state": HoldState.HELD, "records": 3, "changed_by": "officer", "changed_at": NOON,
    }  # fmt: skip
    return Hold.model_validate(known | changes)


def test_a_hold_keeps_its_case_until_its_end_and_no_other() -> None:
    """At its end it does not, nor once it was released."""
    assert holding(["b", "a"], [hold()], NOON) == hold()
    assert holding(["b"], [hold()], NOON) is None
    assert holds_now(hold(), NOON + timedelta(seconds=3_599))
    assert not holds_now(hold(), NOON + timedelta(seconds=3_600))
    assert not holds_now(hold(state=HoldState.RELEASED), NOON)
