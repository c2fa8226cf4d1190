"""What is missing, from what was accepted, answered and committed."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.completeness import ledger as completeness
from streams.completeness.ledger import COPIES_AT_MOST, AcceptedInput, Ledger, Missing, MissingReason, RecordPlace

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
GRACE_S = 30
WHERE = ("evidence", 0)


def at(seconds: float) -> datetime:
    """Return a moment in seconds after noon."""
    return NOON + timedelta(seconds=seconds)


def new_ledger() -> Ledger:
    """Return an empty ledger that remembers an hour."""
    return Ledger(timedelta(hours=1), timedelta(seconds=GRACE_S))


def take(ledger: Ledger, offset: int, input_id: str = "", *, copy: bool = False, partition: int = 0) -> None:
    """Enter an input on `evidence`; its id is `i` with the offset where none is given."""
    ledger.accept(AcceptedInput(RecordPlace("evidence", partition, offset), input_id or f"i{offset}", copy))


def found(ledger: Ledger, seconds: float) -> list[tuple[int, MissingReason]]:
    """Return the offsets that are missing, and why."""
    return [(each.place.offset, each.reason) for each in ledger.missing(at(seconds))]


def test_an_empty_ledger_misses_nothing() -> None:
    """Nothing accepted, or nothing but answers."""
    ledger = new_ledger()
    assert ledger.missing(NOON) == []
    ledger.decided("evidence", "i0", NOON)
    ledger.committed({WHERE: 10}, NOON)
    assert ledger.missing(at(999)) == []


def test_a_backlog_is_never_missing() -> None:
    """Not after a day, and not where the group has never committed at all."""
    ledger = new_ledger()
    take(ledger, 7)
    take(ledger, 3, partition=1)
    for hour in range(24):
        ledger.committed({WHERE: 7}, at(3_600 * hour))
        assert ledger.missing(at(3_600 * hour)) == []
        ledger.forget(at(3_600 * hour))
    assert ledger.waiting() == {"evidence": 2}


@pytest.mark.parametrize(("after_s", "missing"), [(0, False), (GRACE_S - 0.001, False), (GRACE_S, True), (9_999, True)])
def test_the_grace_time_counts_from_the_commit(after_s: float, missing: bool) -> None:
    """However long ago the input was accepted; at the boundary it is over."""
    ledger = new_ledger()
    take(ledger, 7)
    ledger.committed({WHERE: 7}, at(-500))
    ledger.committed({WHERE: 8}, NOON)
    assert bool(ledger.missing(at(after_s))) is missing


def test_only_what_a_group_was_past_a_grace_time_ago_is_missing() -> None:
    """With a commit at each check, the newest inputs still have time."""
    ledger = new_ledger()
    for offset in range(6):
        take(ledger, offset)
        ledger.committed({WHERE: offset + 1}, at(10 * offset))
    assert found(ledger, 50) == [
        (0, MissingReason.UNDECIDED),
        (1, MissingReason.UNDECIDED),
        (2, MissingReason.UNDECIDED),
    ]


def test_a_group_that_went_back_is_not_past() -> None:
    """An operator who sets a group's offsets back makes its inputs wait again."""
    ledger = new_ledger()
    take(ledger, 7)
    ledger.committed({WHERE: 8}, NOON)
    ledger.committed({WHERE: 2}, at(20))
    assert ledger.missing(at(40)) == []
    ledger.committed({WHERE: 8}, at(50))
    ledger.committed({WHERE: 8}, at(80))
    assert found(ledger, 80) == [(7, MissingReason.UNDECIDED)]


def test_a_duplicate_is_one_input() -> None:
    """Decided once is decided; undecided it is missing once, at its first place, when its newest is passed too."""
    ledger = new_ledger()
    for offset in (1, 4):
        take(ledger, offset, "same")
    ledger.committed({WHERE: 4}, NOON)
    assert ledger.missing(at(60)) == []
    ledger.committed({WHERE: 5}, at(60))
    assert found(ledger, 90) == [(1, MissingReason.UNDECIDED)]
    ledger.decided("evidence", "same", at(91))
    take(ledger, 6, "same")
    ledger.committed({WHERE: 9}, at(100))
    assert ledger.missing(at(200)) == []


def test_a_decision_counts_for_its_topic_only() -> None:
    """The same id on another topic is another input."""
    ledger = new_ledger()
    take(ledger, 7, "a")
    ledger.decided("incidents", "a", NOON)
    ledger.committed({WHERE: 8}, NOON)
    assert found(ledger, 60) == [(7, MissingReason.UNDECIDED)]


@pytest.mark.parametrize(
    ("accepted", "aside", "missing"),
    [
        ([1], [1], []),
        ([1, 4], [4], []),  # sent again, and set aside then
        ([1, 4], [1], [1]),  # set aside, replayed, and lost then
        ([1], [4], [1]),
        ([1, 4], [1, 4], []),
    ],
)
def test_a_dead_letter_answers_the_newest_place(accepted: list[int], aside: list[int], missing: list[int]) -> None:
    """In whichever order both are read."""
    for aside_first in (True, False):
        ledger = new_ledger()
        for offset in aside if aside_first else ():
            ledger.set_aside(RecordPlace("evidence", 0, offset), NOON)
        for offset in accepted:
            take(ledger, offset, "same")
        for offset in () if aside_first else aside:
            ledger.set_aside(RecordPlace("evidence", 0, offset), NOON)
        ledger.committed({WHERE: 9}, NOON)
        assert [offset for offset, _ in found(ledger, 60)] == missing


def send_again(ledger: Ledger, missing: Missing, offset: int, seconds: float, *, read: bool = True) -> None:
    """Do what the check does with what is missing, and let the group pass the copy."""
    ledger.sent_again(missing, offset)
    if read:
        take(ledger, offset, missing.input_id, copy=True)
    ledger.committed({WHERE: offset + 1}, at(seconds))


def test_what_was_sent_again_waits_for_its_copy() -> None:
    """It is not missing before the group is past the copy; a decision that comes then ends it."""
    ledger = new_ledger()
    take(ledger, 7)
    ledger.committed({WHERE: 9}, NOON)
    (missing,) = ledger.missing(at(30))
    ledger.sent_again(missing, 9)
    assert ledger.missing(at(9_000)) == []
    assert ledger.waiting() == {"evidence": 1}
    take(ledger, 9, "i7", copy=True)
    ledger.committed({WHERE: 10}, at(9_010))
    ledger.decided("evidence", "i7", at(9_020))
    assert ledger.missing(at(9_999)) == []
    assert ledger.waiting() == {}


def test_an_input_is_given_up_after_three_copies() -> None:
    """Found once, asked for three times, given up once, silent then, and forgotten after the span."""
    ledger = new_ledger()
    take(ledger, 7)
    ledger.committed({WHERE: 8}, NOON)
    reasons = []
    for copy in range(COPIES_AT_MOST):
        (missing,) = ledger.missing(at(60 * copy + 40))
        reasons.append((missing.reason, missing.copies))
        send_again(ledger, missing, 8 + copy, 60 * copy + 50)
    assert reasons == [
        (MissingReason.UNDECIDED, 0),
        (MissingReason.STILL_UNDECIDED, 1),
        (MissingReason.STILL_UNDECIDED, 2),
    ]
    assert found(ledger, 300) == [(7, MissingReason.GIVEN_UP)]
    assert ledger.missing(at(400)) == []
    assert ledger.waiting() == {}
    ledger.forget(at(300 + 3_601))
    take(ledger, 7)
    assert found(ledger, 9_999) == [(7, MissingReason.UNDECIDED)]  # it was forgotten


def test_copies_that_a_process_before_sent_count() -> None:
    """After a restart the topic tells how often it was sent again: it is told once more, and given up then."""
    ledger = new_ledger()
    take(ledger, 7)
    for offset in range(8, 8 + COPIES_AT_MOST):
        take(ledger, offset, "i7", copy=True)
    ledger.committed({WHERE: 20}, NOON)
    assert [(each.reason, each.copies) for each in ledger.missing(at(30))] == [
        (MissingReason.UNDECIDED, COPIES_AT_MOST)
    ]
    assert found(ledger, 31) == [(7, MissingReason.GIVEN_UP)]


def test_a_record_that_is_gone_is_given_up() -> None:
    """Retention took it, so there is nothing to send."""
    ledger = new_ledger()
    take(ledger, 7)
    ledger.committed({WHERE: 8}, NOON)
    (missing,) = ledger.missing(at(30))
    ledger.give_up(missing, at(30))
    assert ledger.missing(at(99)) == []


def test_answers_are_kept_for_the_span() -> None:
    """A duplicate within it needs no answer of its own; after it the answer is forgotten."""
    for after_s, missing in ((3_600, []), (3_601, [(8, MissingReason.UNDECIDED)])):
        ledger = new_ledger()
        ledger.decided("evidence", "same", NOON)
        ledger.forget(at(after_s))
        take(ledger, 8, "same")
        ledger.committed({WHERE: 9}, at(after_s))
        assert found(ledger, after_s + 60) == missing


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest answers go first, and whoever reads is told to stop."""
    monkeypatch.setattr(completeness, "ANSWERS_AT_MOST", 2)
    monkeypatch.setattr(completeness, "WAITING_AT_MOST", 2)
    ledger = new_ledger()
    for offset in range(3):
        ledger.decided("evidence", f"i{offset}", NOON)
    ledger.decided("evidence", "i0", NOON)  # said again: the newest now
    ledger.forget(NOON)
    for offset in range(3):
        assert not ledger.full
        take(ledger, offset)
    take(ledger, 9)
    assert ledger.waiting() == {"evidence": 2}  # 1, whose answer went, and 9
    assert ledger.full


@given(st.data())
def test_nothing_decided_is_called_missing_and_everything_lost_is(data: st.DataObject) -> None:
    """In whatever order the topics are read, over two partitions, with duplicates, dead letters and a backlog."""
    kinds = st.sampled_from(["decided", "aside", "lost", "again", "waits"])
    fates = dict(enumerate(data.draw(st.lists(kinds, min_size=1, max_size=12))))
    stop = {part: min([n for n in fates if fates[n] == "waits" and n % 2 == part] or [len(fates)]) for part in (0, 1)}
    decided = [n for n in fates if fates[n] == "decided"]
    same = {n: decided[0] if fates[n] == "again" and decided else n for n in fates}
    lost = {n for n in fates if n < stop[n % 2] and (fates[n] == "lost" or (fates[n] == "again" and not decided))}
    events: list[AcceptedInput | int] = [AcceptedInput(RecordPlace("evidence", n % 2, n), f"i{same[n]}") for n in fates]
    events += [n for n in fates if fates[n] in {"decided", "aside"}]
    random.Random(data.draw(st.integers())).shuffle(events)
    ledger = new_ledger()
    ledger.committed({("evidence", part): offset for part, offset in stop.items()}, NOON)
    for event in events:
        if isinstance(event, AcceptedInput):
            ledger.accept(event)
        elif fates[event] == "decided":
            ledger.decided("evidence", f"i{event}", NOON)
        else:
            ledger.set_aside(RecordPlace("evidence", event % 2, event), NOON)
    assert {each.place.offset for each in ledger.missing(at(GRACE_S))} == lost
    for n in lost:  # each comes back and is decided
        ledger.decided("evidence", f"i{n}", at(40))
    assert ledger.missing(at(80)) == []
