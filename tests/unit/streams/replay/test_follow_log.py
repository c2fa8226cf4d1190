"""Following the decision log gives exactly the live alerts, from the beginning and from a saved state."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.actions import Action
from schemas.alerts import Alert
from schemas.base import Message, derive_id
from schemas.codec import decode, encode
from schemas.decisions import DecisionLog
from streams import topics
from streams.config.files import load_rules
from streams.domain.rules.rules import Rules
from streams.kafka.record import Record
from streams.replay.follow_log import FollowedLog, ReplayError, follow
from streams.replay.recording import recording_of
from streams.replay.saved_state import load_state, save_state, whole_rows
from streams.stages.timers import TAKEN_AT_MOST
from tests.support.partition import PARTITION, LivePartition, live_decide
from tests.support.phrases import before_phrases
from tests.support.recordings import SHORT
from tests.support.situations import NOON, ROOM, action, episode, in_view, report, seconds, sighting

RULES = load_rules()
FIRST = report("a", in_view("cam-1"))
ALERT = derive_id("alert", ROOM, FIRST.evidence_id)
_MESSAGES: tuple[Message, ...] = (
    FIRST,
    report("a", in_view("cam-1"), revision=1, urgency=1),
    report("b", source="meldpunt"),
    report("late", reported_at=NOON - seconds(5_000), occurred_at=NOON - seconds(6_000)),
    sighting("a"),
    sighting("never-reported"),
    episode(),
    episode("end", "none", at=NOON + seconds(60)),
    action(ALERT, Action.ACKNOWLEDGE),
    action(ALERT, Action.SHELVE, "known_works", NOON + seconds(400), number=2),
    action(ALERT, Action.CLOSE, number=3),
    action("no-such-alert", Action.CLOSE, number=4),
)


@st.composite
def days(draw: st.DrawFn) -> LivePartition:
    """Return a partition that has run on random inputs, taken late and in any order of topics."""
    live = live_decide(SHORT)
    pending: dict[str, list[Record]] = {}
    taken: list[Record] = []
    clock = NOON
    for _ in range(draw(st.integers(1, 40))):
        clock += seconds(draw(st.sampled_from((0, 1, 7, 10, 60, 400))))
        kind = draw(st.sampled_from(("fact", "fact", "tick", "again", "tick twice")))
        if kind == "fact":
            message = draw(st.sampled_from(_MESSAGES))
            record = live.append(message.topics[0], message, clock)
        elif kind == "again" and taken:
            record = live.append_again(draw(st.sampled_from(taken)), clock)
        else:
            record = live.tick(clock)
            if kind == "tick twice":
                pending.setdefault(record.topic, []).append(record)
                record = live.tick(clock)
        pending.setdefault(record.topic, []).append(record)
        go_on: bool = draw(st.booleans())
        while go_on and pending:  # a topic may be left behind as long as chance says
            topic = draw(st.sampled_from(sorted(pending)))
            record = pending[topic].pop(0)
            if not pending[topic]:
                del pending[topic]
            live.take(record)
            if record.topic != topics.ROOM_TICKS:
                taken.append(record)
            go_on = draw(st.booleans())
    return live


def followed(live: LivePartition, rules: Rules = SHORT, start: dict[int, Any] | None = None) -> FollowedLog:
    return follow(recording_of(live.records), rules, start or {})


@settings(max_examples=60)
@given(days())
def test_the_log_gives_the_live_alerts(live: LivePartition) -> None:
    """Whatever order the stage took its topics in, with repeats, copies and alerts that end by themselves."""
    result = followed(live)
    assert result.differences == []
    alerts = [record for record in live.records if record.topic == topics.ALERTS]
    assert result.alerts == len({(key(record)) for record in alerts})


@settings(max_examples=20)
@given(days())
def test_what_was_recorded_before_there_were_phrases_gives_the_same_alerts(live: LivePartition) -> None:
    """Inputs without them make the same decisions, and alerts without them are no others."""
    result = follow(recording_of([before_phrases(record) for record in live.records]), SHORT, {})
    assert result.differences == []
    assert (result.decisions, result.alerts) == (followed(live).decisions, followed(live).alerts)


@settings(max_examples=40)
@given(days(), st.data())
def test_a_state_in_the_middle_is_as_good_a_start(live: LivePartition, data: st.DataObject) -> None:
    """The rows after the last whole input, wherever reading the changelog was cut."""
    cut = data.draw(st.integers(0, len(live.changelog)))
    rows = whole_rows(live.changelog[:cut])
    with_state = follow(recording_of(live.records), SHORT, start_of(rows))
    whole = followed(live)
    assert with_state.differences == []
    assert with_state.decisions <= whole.decisions
    if cut == len(live.changelog):
        assert with_state.decisions == 0


def start_of(rows: dict[int, dict[str, bytes]]) -> dict[int, Any]:
    from streams.replay.saved_state import SavedRows

    return {partition: SavedRows(named) for partition, named in rows.items()}


def key(record: Record) -> tuple[str, int]:
    alert = decode(record.value or b"", record.headers)
    assert isinstance(alert, Alert)
    return alert.alert_id, alert.revision


def a_day(rules: Rules = SHORT) -> LivePartition:
    """Return a partition that opened an alert, changed it, and let it expire."""
    live = live_decide(rules)
    live.give(topics.EVIDENCE, FIRST, NOON)
    for second in range(0, 60, 10):
        live.take(live.tick(NOON + seconds(second)))
    live.give(topics.EVIDENCE, sighting("a"), NOON + seconds(61))
    live.give(topics.OPERATOR_ACTIONS, action(ALERT, Action.ACKNOWLEDGE), NOON + seconds(62))
    live.take(live.tick(NOON + seconds(400)))
    return live


def test_what_a_day_holds_is_counted() -> None:
    """Facts, ticks up to the last that changed something, decisions, and whole alerts."""
    result = followed(a_day())
    assert (result.facts, result.ticks, result.decisions, result.alerts, result.differing) == (3, 7, 4, 4, 0)


def changed_alert(record: Record) -> Record:
    alert = decode(record.value or b"", record.headers)
    assert isinstance(alert, Alert)
    told = encode(
        alert.model_copy(update={"title": "something else"}), stage="decide", handled_at=NOON, entered_at=NOON
    )
    return replace(record, value=told.value)


def test_an_alert_that_differs_is_told_by_its_fields() -> None:
    """The field's name, never its content; each alert that differs counts."""
    live = a_day()
    live.records = [changed_alert(each) if each.topic == topics.ALERTS else each for each in live.records]
    result = followed(live)
    assert result.differing == 4
    assert result.differences[0] == f"alert {ALERT} revision 0: title differ"


def test_an_alert_that_is_missing_is_told() -> None:
    """It was decided and never sent."""
    live = a_day()
    live.records = [each for each in live.records if each.topic != topics.ALERTS]
    assert followed(live).differences[0] == f"alert {ALERT} revision 0: was never sent"


def test_an_alert_that_cannot_be_decoded_is_not_said_to_be_missing() -> None:
    """Which one it was cannot be read."""
    live = damaged(a_day(), topics.ALERTS, 0)
    assert followed(live).differences == [f"alert {ALERT} revision 0: was never sent, or cannot be decoded"]


def damaged(live: LivePartition, topic: str, number: int) -> LivePartition:
    found = [index for index, each in enumerate(live.records) if each.topic == topic][number]
    live.records[found] = replace(live.records[found], value=b"{")
    return live


def without(live: LivePartition, topic: str, number: int) -> LivePartition:
    found = [each for each in live.records if each.topic == topic][number]
    live.records.remove(found)
    return live


@pytest.mark.parametrize(
    ("live", "rules", "says"),
    [
        (without(a_day(), topics.DECISION_LOG, 0), SHORT, "begins with decision 1, expected 0"),
        (damaged(a_day(), topics.DECISION_LOG, 0), SHORT, "could not be decoded: 1 of decision-log"),
        (without(a_day(), topics.EVIDENCE, 0), SHORT, "its input evidence/2@0 is not there any more"),
        (a_day(), SHORT.model_copy(update={"version": "other"}), f"made with rules {RULES.version}, these are other"),
    ],
    ids=["a cut log", "a damaged log", "a lost input", "other rules"],
)
def test_what_cannot_be_followed_is_one_line(live: LivePartition, rules: Rules, says: str) -> None:
    """It names what is missing."""
    with pytest.raises(ReplayError, match=says.replace("/", "/")):
        followed(live, rules)


def test_a_gap_in_the_log_is_a_difference() -> None:
    """The decisions after it are followed all the same."""
    result = followed(without(a_day(), topics.DECISION_LOG, 1))
    assert result.differences[0] == f"{ROOM}: decisions 1 to 1 are not in the log"


def test_a_tick_that_gave_an_alert_and_gives_none_is_a_difference() -> None:
    """The rules have another lifetime under the same version; without a budget no other reason to log the tick."""
    plain = SHORT.model_copy(update={"budget": None})
    patient = RULES.lifetime.model_copy(update={"escalate_p1_s": 86_400})
    result = followed(a_day(plain), plain.model_copy(update={"lifetime": patient}))
    assert any("gives nothing, live it gave 1 alerts" in line for line in result.differences)


def test_a_tick_that_came_twice_while_much_was_due_takes_no_more_than_live() -> None:
    """One tick takes so many; its copy is a repeat to the runner, and takes nothing."""
    live = live_decide(SHORT)
    for number in range(TAKEN_AT_MOST + 20):
        live.give(topics.EVIDENCE, sighting(f"never-{number}"), NOON)
    for _ in range(2):
        live.take(live.tick(NOON + seconds(2_000)))
    live.give(topics.EVIDENCE, report(f"never-{TAKEN_AT_MOST + 10}"), NOON + seconds(2_001))
    assert followed(live).differences == []


def test_a_log_without_the_place_of_ticks_is_refused() -> None:
    """An older release did not tell it."""
    live = a_day()
    for index, record in enumerate(live.records):
        if record.topic == topics.DECISION_LOG:
            decision = decode(record.value or b"", record.headers)
            assert isinstance(decision, DecisionLog)
            old = decision.model_dump_json(exclude={"after_tick"}).encode()
            live.records[index] = replace(record, value=old)
    with pytest.raises(ReplayError, match="older release"):
        followed(live)


def test_a_saved_state_is_the_same_start(tmp_path: Path) -> None:
    """Through its file, compressed and not; what should have been deleted is refused."""
    live = a_day()
    rows = whole_rows(live.changelog[: len(live.changelog) // 2])
    for name in ("state.jsonl", "state.jsonl.gz"):
        path = tmp_path / name
        save_state(path, rows, NOON)
        taken_at, start = load_state(path, NOON + timedelta(days=1))
        assert taken_at == NOON
        result = follow(recording_of(live.records), SHORT, start)
        assert (result.differing, result.decisions < 4) == (0, True)
        assert set(start) == {PARTITION}


@pytest.mark.parametrize(
    ("text", "days", "says"),
    [
        ("", 0, "ValidationError"),
        ("{}\n", 0, "ValidationError"),
        (
            '{"toezicht":"decide-state","version":1,"taken_at":"2026-11-24T12:00:00Z"}\n{"partition":0}\n',
            0,
            "Validation",
        ),
        ('{"toezicht":"decide-state","version":1,"taken_at":"2026-11-24T12:00:00Z"}\n', 28, "delete this file"),
    ],
    ids=["empty", "another file", "a broken row", "too old"],
)
def test_a_bad_state_file_is_one_line(tmp_path: Path, text: str, days: int, says: str) -> None:
    """It names the file and what was expected."""
    from streams.errors import ConfigurationError

    path = tmp_path / "state.jsonl"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=says):
        load_state(path, NOON + timedelta(days=days))
