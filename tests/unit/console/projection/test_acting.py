"""Acting: sent once, by whom the session says, in the room of the address, and refused before it is sent where it must be."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import pytest

from console.api.problems import ProblemError
from console.projection.acting import OperatorActing
from console.wire.actions import ActionAsked, ReportAsked
from console.wire.events import Decision
from console.wire.people import Me, Role
from schemas.alerts import Alert, AlertState
from schemas.base import Message
from schemas.categories import Category, Priority
from schemas.phrases.language import Language
from streams.errors import DeliveryError
from tests.support.console.control_room import ControlRoom
from tests.support.console.parts import ConsoleInMemory, MemoryReports
from tests.support.console.people import somebody
from tests.support.messages import NOON, ROOM

OPERATOR, SUPERVISOR = somebody("operator-1"), somebody("supervisor-1", Role.SUPERVISOR)
LATER = NOON + timedelta(hours=1)


def one_alert(category: Category = Category.WONINGINBRAAK) -> tuple[ConsoleInMemory, Alert]:
    """Return a console with one alert."""
    room = ControlRoom()
    room.report(NOON, category, urgency=3)
    [alert] = room.alerts.values()
    return ConsoleInMemory(room, lambda: NOON), alert


def asked(alert: Alert, action: str, number: int = 1, **more: Any) -> ActionAsked:
    known = {"action_id": f"a-{number}", "alert_id": alert.alert_id, "seen_revision": alert.revision, "action": action}
    return ActionAsked.model_validate(known | more)


async def settled(first: Coroutine[Any, Any, Any]) -> Any:
    """Return an answer after everything that it caused."""
    answer = await first
    await asyncio.sleep(0.01)
    return answer


def act(console: ConsoleInMemory, what: ActionAsked, me: Me = OPERATOR) -> Decision:
    """Send an action, let it be decided, and return what is known of it then."""
    asyncio.run(settled(console.parts.acting.act(ROOM, what, me)))
    return console.parts.acting.decision(what.action_id, me)


def test_an_action_is_done_when_it_was_decided() -> None:
    console, alert = one_alert()
    done = act(console, asked(alert, "acknowledge"))
    assert (done.state, done.refused, done.code, done.alert_id) == ("done", "", "", alert.alert_id)
    assert console.room.alerts[alert.alert_id].state is AlertState.ACKNOWLEDGED


def test_the_user_is_who_is_logged_in_and_the_room_that_of_the_address() -> None:
    console, alert = one_alert()
    act(console, asked(alert, "acknowledge"), somebody("operator-7"))
    [sent] = console.actions.sent
    assert (sent.user, sent.control_room_id, sent.acted_at) == ("operator-7", ROOM, NOON)


def test_the_same_action_is_sent_once() -> None:
    """Sent again while it is under way, and after its answer."""
    console, alert = one_alert()
    what = asked(alert, "acknowledge")

    async def twice() -> None:
        await asyncio.gather(*(console.parts.acting.act(ROOM, what, OPERATOR) for _ in range(3)))
        await asyncio.sleep(0.01)

    asyncio.run(twice())
    assert act(console, what).state == "done"
    assert len(console.actions.sent) == 1


def test_an_id_that_somebody_else_used_is_refused() -> None:
    console, alert = one_alert()
    act(console, asked(alert, "acknowledge"))
    with pytest.raises(ProblemError, match="action_id_used"):
        act(console, asked(alert, "close", verdict="true"), somebody("operator-2"))


def test_a_refusal_says_why_and_who_has_it() -> None:
    console, alert = one_alert()
    act(console, asked(alert, "acknowledge"), somebody("operator-2"))
    refused = act(console, asked(alert, "acknowledge", 2))
    assert (refused.state, refused.code) == ("refused", "refused-handled")
    assert refused.refused == "operator-2 heeft de melding al in behandeling (in behandeling)"
    assert refused.values["handled_by"] == "operator-2"
    assert refused.values["handled_since"] == "2026-11-24T12:00:00.000Z"


@pytest.mark.parametrize("alert_id", ["nothing", "00000000-0000-5000-8000-000000000000"])
def test_an_alert_that_is_not_in_this_room_is_not_found(alert_id: str) -> None:
    console, alert = one_alert()
    with pytest.raises(ProblemError) as problem:
        act(console, asked(alert, "close").model_copy(update={"alert_id": alert_id}))
    assert (problem.value.status, problem.value.code) == (404, "no_such_alert")
    assert console.actions.sent == []


def test_an_action_that_nobody_sent_is_not_found() -> None:
    console, alert = one_alert()
    act(console, asked(alert, "acknowledge"))
    for who, action_id in ((OPERATOR, "a-9"), (somebody("operator-1", rooms=("elsewhere",)), "a-1")):
        with pytest.raises(ProblemError, match="no_such_action"):
            console.parts.acting.decision(action_id, who)


@pytest.mark.parametrize(
    ("action", "more", "code"),
    [
        ("shelve", {"reason": "known_works", "until": NOON + timedelta(hours=5)}, "shelf_too_long"),
        ("assign", {"assignee": "operator-3"}, "anothers_alert"),
        ("release", {}, "anothers_alert"),
    ],
)
def test_who_overrules_needs_the_right(action: str, more: dict[str, Any], code: str) -> None:
    console, alert = one_alert()
    act(console, asked(alert, "acknowledge"), somebody("operator-2"))
    what = asked(console.room.alerts[alert.alert_id], action, 2, **more)
    with pytest.raises(ProblemError) as problem:
        act(console, what)
    assert (problem.value.status, problem.value.code) == (403, code)
    assert act(console, what, SUPERVISOR).state == "done"


@pytest.mark.parametrize(
    ("action", "more"),
    [
        ("assign", {"assignee": "operator-1"}),
        ("assign", {}),
        ("shelve", {"reason": "known_works", "until": LATER}),
        ("close", {"verdict": "false"}),
    ],
)
def test_taking_over_is_no_overruling(action: str, more: dict[str, Any]) -> None:
    """Whoever sees that somebody has it may take it, put it aside for a while, or close it."""
    console, alert = one_alert()
    act(console, asked(alert, "acknowledge"), somebody("operator-2"))
    assert act(console, asked(console.room.alerts[alert.alert_id], action, 2, **more)).state == "done"


class Refusing:
    """Refusing: a broker that takes nothing, until it does."""

    def __init__(self) -> None:
        self.refuses = True
        self.sent: list[Message] = []

    async def send(self, message: Message) -> None:
        await asyncio.sleep(0)
        if self.refuses:
            raise DeliveryError("nothing is taken")
        self.sent.append(message)


def test_what_could_not_be_sent_is_sent_when_it_is_asked_again() -> None:
    console, alert = one_alert()
    broker = Refusing()
    acting = OperatorActing(console.rooms, broker, MemoryReports(console.room, lambda: NOON), lambda: NOON)
    with pytest.raises(ProblemError) as problem:
        asyncio.run(settled(acting.act(ROOM, asked(alert, "acknowledge"), OPERATOR)))
    assert (problem.value.status, problem.value.code) == (503, "not_sent")
    with pytest.raises(ProblemError, match="no_such_action"):
        acting.decision("a-1", OPERATOR)
    broker.refuses = False
    pending = asyncio.run(settled(acting.act(ROOM, asked(alert, "acknowledge"), OPERATOR)))
    assert (pending.state, pending.offset, pending.alert_id) == ("pending", None, alert.alert_id)
    assert len(broker.sent) == 1


def test_what_the_message_cannot_have_names_the_field() -> None:
    console, alert = one_alert()
    what = asked(alert, "shelve", until=LATER).model_copy(update={"fact_id": "x" * 81})
    with pytest.raises(ProblemError) as problem:
        act(console, what)
    assert (problem.value.status, list(problem.value.fields)) == (422, ["fact_id"])


def test_an_action_of_another_console_is_known_here() -> None:
    """It is read from the topic, with its alert and who did it: the page may ask either console."""
    console, alert = one_alert()
    act(console, asked(alert, "acknowledge"), somebody("operator-2"))
    second = ConsoleInMemory(console.room, lambda: NOON)
    known = second.parts.acting.decision("a-1", OPERATOR)
    assert (known.state, known.alert_id) == ("done", alert.alert_id)
    asyncio.run(settled(second.parts.acting.act(ROOM, asked(alert, "acknowledge"), somebody("operator-2"))))
    assert second.actions.sent == []


def test_a_report_by_hand_comes_back_as_a_row() -> None:
    console, _ = one_alert()
    report = ReportAsked(report_id="r-1", category="brand", urgency=1, lat=52.3063, lon=4.8573)
    asyncio.run(settled(console.parts.acting.report(ROOM, report, OPERATOR)))
    rows = console.rooms.known_room(ROOM).alerts.in_order()
    assert [row.category for row in rows if row.priority is Priority.P2 or row.category is Category.BRAND]
    assert len(rows) == 2


def test_lists_of_dialogs_are_in_words() -> None:
    console, alert = one_alert()
    act(console, asked(alert, "acknowledge"), somebody("operator-2"))
    dutch, english = (console.parts.acting.choices(ROOM, language) for language in (Language.NL, Language.EN))
    assert [(each.code, each.text) for each in dutch.verdicts] == [
        ("true", "waar"), ("false", "niet waar"), ("test", "test"), ("duplicate", "dubbel"),
    ]  # fmt: skip
    assert {each.code: each.takes for each in english.notes}["persons_on_camera"] == "number"
    assert {each.code for each in dutch.categories} == {each.value for each in Category}
    assert "operator-2" in [each.code for each in dutch.users]
    assert [each.text for each in dutch.notes] != [each.text for each in english.notes]
