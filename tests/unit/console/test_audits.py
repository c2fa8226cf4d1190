"""The audit is told what people do, and shown to who may see it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from console.api.parts import Acting, Audits
from console.audits import AuditedActing, KafkaAudits
from console.wire.actions import ActionAsked, Choices, ReportAsked
from console.wire.audit import AuditPage
from console.wire.events import Decision
from console.wire.people import Me, Right, Role
from console.wire.problems import ProblemError
from schemas.actions import Action
from schemas.audit import AuditEntry, AuditEvent
from schemas.base import Message
from schemas.phrases.language import Language
from streams.clients.audit import Finding, Tampering, TrailPage
from streams.errors import DeliveryError
from streams.kafka.errors import ClusterError
from tests.support.audit import audit_event
from tests.support.situations import NOON


def person(user: str, *rights: Right, rooms: tuple[str, ...] = ("amstelveen",)) -> Me:
    """Return somebody with rights."""
    return Me(
        user=user, roles=(Role.VIEWER,), rights=rights, rooms=rooms, language="nl", session_until=NOON, acting_until=NOON,
        login="local",
    )  # fmt: skip


def entry(number: int, actor: str, room: str) -> AuditEntry:
    """Return an entry."""
    told = audit_event(number, actor=actor, control_room_id=room).model_dump(exclude={"cause_id"})
    return AuditEntry(**told, sequence=number, told_at=NOON, previous_hash="0" * 64, hash="a" * 64)


class FakeChain:
    """Fake chain: some entries, in memory, and a cluster that may be away."""

    def __init__(self) -> None:
        self.entries = [
            entry(number, actor, room)
            for number, (actor, room) in enumerate(
                (
                    ("ann", "amstelveen"),
                    ("bob", "amstelveen"),
                    ("ann", "other"),
                    ("bob", "other"),
                    ("ann", ""),
                    ("eve", ""),
                )
            )
        ]
        self.findings: tuple[Finding, ...] = ()
        self.away = False
        self.sent: list[Message] = []

    def page(self, wanted: Callable[[AuditEntry], bool], before: int | None, limit: int) -> TrailPage:
        if self.away:
            raise ClusterError("away")
        found = [each for each in reversed(self.entries) if wanted(each) and (before is None or each.sequence < before)]
        return TrailPage(tuple(found[:limit]), None, self.findings)

    async def send(self, message: Message) -> None:
        if self.away:
            raise DeliveryError("away")
        self.sent.append(message)


CHAIN = FakeChain()


def page(me: Me, room: str | None = None, actor: str | None = None, chain: FakeChain = CHAIN) -> AuditPage:
    """Return a page."""
    audits: Audits = KafkaAudits(chain, chain, lambda: NOON)
    return asyncio.run(audits.page(me, room, actor, None, 100))


@pytest.mark.parametrize(
    ("me", "numbers"),
    [
        (person("ann", Right.AUDIT_OWN), [4, 2, 0]),
        (person("eve", Right.AUDIT_ROOM), [5, 1, 0]),
        (person("eve", Right.AUDIT_ROOM, Right.AUDIT_OWN, rooms=("other",)), [5, 3, 2]),
        (person("aud", Right.AUDIT_ALL, rooms=()), [5, 4, 3, 2, 1, 0]),
        (person("bob", Right.LOOK), []),
    ],
)
def test_who_sees_what(me: Me, numbers: list[int]) -> None:
    """Their own, those of their rooms, all; the newest first."""
    assert [line.sequence for line in page(me).lines] == numbers


def test_a_room_or_a_person_of_them() -> None:
    """Within what they may see; another room is refused."""
    everybody = person("aud", Right.AUDIT_ALL, rooms=())
    assert [line.sequence for line in page(everybody, room="other").lines] == [3, 2]
    assert [line.sequence for line in page(everybody, actor="bob").lines] == [3, 1]
    assert [line.sequence for line in page(person("ann", Right.AUDIT_OWN), actor="bob").lines] == []
    with pytest.raises(ProblemError, match="not_allowed"):
        page(person("eve", Right.AUDIT_ROOM), room="other")


def test_a_chain_that_does_not_hold_is_said_so() -> None:
    """As far as it was read; and a cluster that is away is no empty audit."""
    chain = FakeChain()
    assert page(person("ann", Right.AUDIT_OWN), chain=chain).chain_holds
    chain.findings = (Finding(Tampering.ALTERED, 3, 3, 3),)
    assert not page(person("ann", Right.AUDIT_OWN), chain=chain).chain_holds
    chain.away = True
    with pytest.raises(ProblemError, match="not_readable"):
        page(person("ann", Right.AUDIT_OWN), chain=chain)


def test_what_is_told() -> None:
    """In the session's name; what is too long is cut, what cannot be told is no success."""
    chain = FakeChain()
    audits = KafkaAudits(chain, chain, lambda: NOON + timedelta(seconds=1))
    told = ("acknowledge", "alert", "a" * 500, "x" * 500, "done", "action-1")
    asyncio.run(audits.tell(person("ann"), *told, room="amstelveen"))
    (event,) = chain.sent
    assert isinstance(event, AuditEvent)
    assert (event.actor, event.action, event.control_room_id, event.at) == (
        "ann", "acknowledge", "amstelveen", NOON + timedelta(seconds=1),
    )  # fmt: skip
    assert (len(event.object_id), len(event.reason)) == (120, 300)
    chain.away = True
    with pytest.raises(ProblemError, match="audit_not_told"):
        asyncio.run(audits.tell(person("ann"), *told))
    with pytest.raises(ProblemError, match="audit_not_told"):
        asyncio.run(audits.tell(person("ann"), "no action at all!", *told[1:]))


class FakeActing:
    """Fake acting: does what it is asked, or refuses it."""

    def __init__(self, refuses: ProblemError | None = None) -> None:
        self.refuses = refuses
        self.done: list[str] = []

    async def act(self, room: str, asked: ActionAsked, me: Me) -> Decision:
        if self.refuses is not None:
            raise self.refuses
        self.done.append(asked.action_id)
        return self.decision(asked.action_id, me)

    def decision(self, action_id: str, me: Me) -> Decision:
        return Decision(
            action_id=action_id, alert_id="a-1", state="pending", offset=None, refused="", code="", values={}
        )

    async def report(self, room: str, asked: ReportAsked, me: Me) -> None:
        self.done.append(asked.report_id)

    def choices(self, room: str, language: Language) -> Choices:
        raise NotImplementedError


CLOSE = ActionAsked(
    action_id="x-1", alert_id="a-1", seen_revision=3, action=Action.CLOSE, verdict="false", reason="nothing_there"
)


def told_of(chain: FakeChain) -> list[tuple[str, ...]]:
    """Return what the audit was told."""
    events = [each for each in chain.sent if isinstance(each, AuditEvent)]
    return [
        (each.actor, each.action, each.object_type, each.object_id, each.reason, each.result, each.control_room_id)
        for each in events
    ]


def test_actions_and_reports_are_told() -> None:
    """Once they are sent; with codes, and no words of people."""
    chain, acting = FakeChain(), FakeActing()
    audited: Acting = AuditedActing(acting, KafkaAudits(chain, chain, lambda: NOON))
    assert asyncio.run(audited.act("amstelveen", CLOSE, person("ann", Right.ACT))).state == "pending"
    assign = CLOSE.model_copy(update={"action": Action.ASSIGN, "assignee": "bob", "verdict": "", "reason": ""})
    asyncio.run(audited.act("amstelveen", assign, person("ann", Right.ACT)))
    report = ReportAsked(report_id="r-1", category="brand", urgency=1, lat=52.3, lon=4.85)
    asyncio.run(audited.report("amstelveen", report, person("ann", Right.ACT)))
    assert told_of(chain) == [
        ("ann", "close", "alert", "a-1", "false nothing_there", "sent", "amstelveen"),
        ("ann", "assign", "alert", "a-1", "to:bob", "sent", "amstelveen"),
        ("ann", "report", "report", "r-1", "brand", "sent", "amstelveen"),
    ]
    assert acting.done == ["x-1", "x-1", "r-1"]


def test_words_of_a_persons_own_never_come_into_the_audit() -> None:
    """Whoever calls the API by hand may send what they like; the chain cannot be cleaned afterwards."""
    chain, acting = FakeChain(), FakeActing()
    audited: Acting = AuditedActing(acting, KafkaAudits(chain, chain, lambda: NOON))
    words = {"verdict": "mevrouw Jansen", "reason": "Dorpsstraat 12", "note": "06-12345678"}
    asyncio.run(audited.act("amstelveen", CLOSE.model_copy(update=words), person("ann", Right.ACT)))
    report = ReportAsked(report_id="r-1", category="mevrouw Jansen", urgency=1, lat=52.3, lon=4.85)
    asyncio.run(audited.report("amstelveen", report, person("ann", Right.ACT)))
    assert [each[4] for each in told_of(chain)] == ["unknown_code unknown_code unknown_code", "unknown_code"]


def test_many_who_look_at_the_audit_keep_nobody_from_telling_it() -> None:
    """However slow the chain is read: who waits for their turn takes no thread from those who act."""
    chain, go = FakeChain(), threading.Event()

    class Slow(FakeChain):
        def page(self, wanted: Callable[[AuditEntry], bool], before: int | None, limit: int) -> TrailPage:
            go.wait(10)
            return super().page(wanted, before, limit)

    async def crowd() -> int:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2))
        audits = KafkaAudits(chain, Slow(), lambda: NOON)
        looking = [
            asyncio.ensure_future(audits.page(person("ann", Right.AUDIT_OWN), None, None, None, 10)) for _ in range(20)
        ]
        await asyncio.sleep(0)
        try:
            await asyncio.wait_for(asyncio.to_thread(lambda: None), 5)
        finally:
            go.set()
        return len(await asyncio.gather(*looking))

    assert asyncio.run(crowd()) == 20


def test_what_is_not_allowed_is_told_and_what_is_wrong_is_not() -> None:
    """A missing right is news; a mistake of the page is not."""
    chain, acting = FakeChain(), FakeActing(ProblemError(403, "not_allowed"))
    audited = AuditedActing(acting, KafkaAudits(chain, chain, lambda: NOON))
    with pytest.raises(ProblemError, match="not_allowed"):
        asyncio.run(audited.act("amstelveen", CLOSE, person("ann")))
    assert [each[5] for each in told_of(chain)] == ["not_allowed"]
    acting.refuses = ProblemError(404, "no_such_alert")
    with pytest.raises(ProblemError, match="no_such_alert"):
        asyncio.run(audited.act("amstelveen", CLOSE, person("ann")))
    assert len(chain.sent) == 1


def test_an_action_that_cannot_be_told_is_not_confirmed() -> None:
    """The page sends it again with its id."""
    chain = FakeChain()
    audited = AuditedActing(FakeActing(), KafkaAudits(chain, chain, lambda: NOON))
    chain.away = True
    with pytest.raises(ProblemError, match="audit_not_told"):
        asyncio.run(audited.act("amstelveen", CLOSE, person("ann", Right.ACT)))
