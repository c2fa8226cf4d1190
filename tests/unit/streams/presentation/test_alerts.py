"""The operator's list: calm order, every priority with its reasons, and what cameras could not see."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from rich.console import Console

from schemas.alerts import Alert, AlertCamera, AlertNote, AlertState, Factor
from schemas.categories import Priority
from schemas.evidence import Coverage, Verdict
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes.causes import cause_link
from schemas.phrases.codes.next_steps import next_send_and_look
from schemas.phrases.codes.notes import note_called_back, note_no_answer
from schemas.phrases.codes.operator_list import alert_state, heading, verdict
from schemas.phrases.codes.titles import category_name
from schemas.phrases.language import Language
from schemas.phrases.phrase import Phrase
from streams.presentation.alerts import COLUMNS, age, line, row, table
from streams.presentation.standing import OFF_THE_LIST, in_sight, ordered
from tests.support.alerts import alert
from tests.support.messages import NOON


def test_the_order_is_priority_then_score_then_age() -> None:
    """The worst first; of equals the one that waits longest."""
    alerts = [
        alert(alert_id="a", priority=Priority.P3, score=40, opened_at=NOON),
        alert(alert_id="b", priority=Priority.P1, score=80, opened_at=NOON),
        alert(alert_id="c", priority=Priority.P1, score=90, opened_at=NOON),
        alert(alert_id="d", priority=Priority.P1, score=80, opened_at=NOON - timedelta(hours=1)),
    ]
    assert [each.alert_id for each in ordered(alerts)] == ["c", "d", "b", "a"]


@pytest.mark.parametrize("state", AlertState)
def test_what_has_ended_or_is_put_aside_is_not_on_the_list(state: AlertState) -> None:
    """Closed, cancelled and expired alerts leave it, shelved and suppressed ones for a while; all others stay."""
    assert bool(ordered([alert(state=state)])) is (state not in OFF_THE_LIST)


def test_what_is_over_leaves_the_list_when_somebody_has_seen_it() -> None:
    """Not before; and what somebody has and is not over stays."""
    over = alert(state=AlertState.RETURNED_TO_NORMAL)
    assert ordered([over]) == [over]
    assert ordered([over.model_copy(update={"acknowledged_at": NOON})]) == []
    mine = alert(state=AlertState.ACKNOWLEDGED, acknowledged_at=NOON)
    assert ordered([mine]) == [mine]


def test_a_case_is_not_on_the_operators_list() -> None:
    """Housing fraud is somebody's case and nobody's alarm."""
    assert ordered([alert(operator_list=False)]) == []


def test_only_one_room_is_shown_where_one_is_asked_for() -> None:
    """An operator sees the own room."""
    mine = alert(control_room_id="here")
    assert ordered([mine, alert(control_room_id="there")], "here") == [mine]
    assert ordered([], "here") == []


@pytest.mark.parametrize("language", Language)
def test_every_state_and_verdict_has_a_word(language: Language) -> None:
    """A new one must be named in both languages."""
    for words in (
        [sentence(alert_state(state.value), language) for state in AlertState],
        [sentence(verdict(each.value), language) for each in Verdict],
        [sentence(heading(column), language) for column, _ in COLUMNS],
    ):
        assert len(set(words)) == len(words)
        assert not any("_" in word for word in words)


SUMMARY = {"grouped": 1, "counts": [], "alert_ids": ["a"], "not_listed": 0, "oldest_at": NOON, "newest_at": NOON}


@pytest.mark.parametrize(
    ("open_", "under", "ended", "shown"),
    [
        (1, ["a"], False, ["a"]),
        (1, ["a", "b"], False, ["s"]),  # a second came since the summary was told last
        (2, ["a", "b"], False, ["s"]),
        (2, ["a"], False, ["s"]),  # who began to read later does not know the other one
        (1, [], False, ["s"]),
        (0, [], False, ["s"]),
        (1, ["a"], True, ["a"]),
    ],
)
def test_a_single_alert_stands_in_the_place_of_its_summary(
    open_: int, under: list[str], ended: bool, shown: list[str]
) -> None:
    """A summary of one says less than that one; one that has ended is on no list."""
    told = SUMMARY | {"open": open_, "in_flood": True, "taking": True}
    summary = alert(alert_id="s", summary=told, state=AlertState.CLOSED if ended else AlertState.NEW)
    ended_too = alert(alert_id="c", grouped_under="s", grouping="flood", state=AlertState.CLOSED)
    known = [summary, ended_too, *(alert(alert_id=name, grouped_under="s", grouping="flood") for name in under)]
    assert [each.alert_id for each in ordered(in_sight(known, known))] == shown


def test_a_priority_that_is_held_says_when_it_falls() -> None:
    """And to what."""
    held = alert(falls_to=Priority.P3, falls_at=NOON + timedelta(seconds=90))
    assert row(held, NOON, Language.EN).why.endswith("→ P3 12:01:30 UTC")
    assert "→" not in row(alert(), NOON, Language.EN).why


def test_a_row_explains_its_priority() -> None:
    """The strongest reasons come first, with their points."""
    shown = row(alert(), NOON, Language.NL)
    strongest = max(alert().factors, key=lambda factor: abs(factor.points))
    assert shown.why.startswith(f"{strongest.points:+g} {strongest.reason}")
    assert "\n" not in line(alert(), NOON, Language.EN)


@pytest.mark.parametrize(
    ("seconds", "said"), [(-5, "0 s"), (0, "0 s"), (59, "59 s"), (60, "1 min"), (3_599, "59 min"), (7_200, "2 h")]
)
def test_age(seconds: int, said: str) -> None:
    """Seconds, minutes, hours; a clock that runs ahead is no negative age."""
    assert age(NOON + timedelta(seconds=seconds), NOON) == said


@pytest.mark.parametrize("alerts", [[], [alert(place="[red]Plein[/red]")]])
def test_the_table_draws_texts_as_they_are(alerts: list[Alert]) -> None:
    """Markup in a place is text; an empty list says so."""
    out = io.StringIO()
    Console(file=out, width=160).print(table(alerts, NOON, Language.NL))
    assert ("[red]Plein[/red]" in out.getvalue()) if alerts else ("Geen meldingen." in out.getvalue())


@pytest.mark.parametrize(
    ("until_s", "shown"),
    [(None, ""), (-1, ""), (0, ""), (59, " (more attention: 59 s)"), (240, " (more attention: 4 min)")],
)
def test_a_row_says_that_a_camera_is_attended_and_for_how_long_yet(until_s: float | None, shown: str) -> None:
    """While it is; afterwards the row is as before."""
    until = None if until_s is None else NOON + timedelta(seconds=until_s)
    looks = AlertCamera(
        camera_id="cam-1",
        distance_m=0,
        coverage=Coverage.IN_VIEW,
        verdict=Verdict.PENDING,
        explanation="asked, still looking",
        attention_until=until,
    )
    assert row(alert(cameras=(looks,)), NOON, Language.EN).cameras == f"cam-1: pending{shown}"


def _symptoms(number: int, cause: str = "fire") -> list[Alert]:
    told = {"priority": Priority.P3, "caused_by": cause, "under_cause": True}
    return [alert(alert_id=f"s{each}", score=40 - each, **told) for each in range(number)]


def test_symptoms_stand_under_their_cause() -> None:
    """Behind it, whatever else has their priority, and marked; the cause says how many there are."""
    fire = alert(alert_id="fire", priority=Priority.P2, symptoms=("s0", "s1"))
    other = alert(alert_id="other", priority=Priority.P2, score=1)
    listed = ordered([*_symptoms(2), other, fire])
    assert [each.alert_id for each in listed] == ["fire", "s0", "s1", "other"]
    assert row(fire, NOON, Language.NL).what.endswith(" ↳2")
    assert [row(each, NOON, Language.NL).what.startswith("↳ ") for each in listed] == [False, True, True, False]


def test_of_many_symptoms_the_most_urgent_are_shown() -> None:
    """The others are one option away, and counted on the cause."""
    known = [alert(alert_id="fire"), *_symptoms(5)]
    assert [each.alert_id for each in ordered(in_sight(known, known, 3))] == ["fire", "s0", "s1", "s2"]
    assert len(in_sight(known, known)) == 6


def test_nothing_is_hidden_with_a_cause_that_is_less_urgent_or_grouped_itself() -> None:
    """For some seconds a symptom still says that it stands under such a cause."""
    fallen = [alert(alert_id="fire", priority=Priority.P4), *_symptoms(5)]
    assert [each.alert_id for each in ordered(in_sight(fallen, fallen, 3))] == ["s0", "s1", "s2", "s3", "s4", "fire"]
    summary = alert(
        alert_id="summary", priority=Priority.P2, summary=SUMMARY | {"open": 2, "in_flood": True, "taking": True}
    )
    grouped = [alert(alert_id=name, grouped_under="summary", grouping="flood") for name in ("fire", "other")]
    known = [summary, *grouped, *_symptoms(5)]
    assert [each.alert_id for each in ordered(in_sight(known, known, 3))] == ["summary", "s0", "s1", "s2", "s3", "s4"]


@pytest.mark.parametrize("state", [AlertState.CLOSED, AlertState.SHELVED])
def test_nothing_is_hidden_with_a_cause_that_is_not_on_the_list(state: AlertState) -> None:
    """Nor with one that this reader does not know."""
    known = [alert(alert_id="fire", state=state), *_symptoms(5)]
    assert [each.alert_id for each in ordered(in_sight(known, known, 3))] == ["s0", "s1", "s2", "s3", "s4"]
    assert len(ordered(in_sight(known[1:], known[1:], 3))) == 5


def test_what_stands_under_a_symptom_is_not_lost() -> None:
    """For some seconds what was a cause is a symptom itself: what it explained stands by itself."""
    middle = alert(alert_id="middle", caused_by="fire", under_cause=True)
    known = [alert(alert_id="fire"), middle, *_symptoms(2, cause="middle")]
    assert [each.alert_id for each in ordered(in_sight(known, known, 0))] == ["fire", "s0", "s1"]
    assert len(ordered(known)) == 4


def test_a_row_says_the_link_the_notes_and_the_next_step() -> None:
    """In the reader's language; the newest two notes."""
    told = alert(
        caused_by="fire",
        cause_reason=cause_link(category_name("crowd_density"), category_name("brand"), 40, 90, "after"),
        notes=[AlertNote(phrase=each, user="op", noted_at=NOON) for each in (note_no_answer(), note_called_back())],
        next_step=next_send_and_look("politie", "cam-1"),
    )
    assert row(told, NOON, Language.NL).why.splitlines()[-4:] == [
        "↳ drukte op 40 m van brand, 90 s na het begin",
        "✎ er werd niet opgenomen",
        "✎ de melder is teruggebeld",
        "» vraag de politie om te gaan en kijk op camera cam-1",
    ]
    assert row(told, NOON, Language.EN).why.splitlines()[-1] == "» ask the police to go, and look at camera cam-1"


@pytest.mark.parametrize("character", ["\x1b", "\r", "\n", "\u202e", "\u2028", "\x9b", "\u200b"])
def test_nothing_in_a_value_moves_the_cursor_or_turns_the_text(character: str) -> None:
    """What a partner or a newer release wrote is written out: one change is one line, read from left to right."""
    hostile = f"Plein{character}[2J"
    phrase = Phrase(code="own-words", values={"text": hostile})
    told = alert(
        place=hostile,
        factors=(Factor(rule_id="x", points=5, reason=hostile, phrase=phrase),),
        next_step=Phrase(code="of-a-newer-release", values={"text": hostile}),
    )
    for language in Language:
        text = line(told, NOON, language)
        assert text.isprintable(), text
        out = io.StringIO()
        Console(file=out, width=120).print(table([told], NOON, language))
        assert character not in out.getvalue().replace("\n", "")
        assert "\x1b[2J" not in out.getvalue()


@pytest.mark.parametrize("width", [80, 100, 120])
def test_priority_and_age_stand_whole_in_a_narrow_terminal(width: int) -> None:
    """And no word is cut."""
    out = io.StringIO()
    Console(file=out, width=width).print(table([alert(score=100)], NOON + timedelta(minutes=59), Language.NL))
    told = out.getvalue()
    assert "P1 100" in told
    assert " min" in told
    assert "…" not in told
