"""`toezicht cases`: who has which case, what is due first in front; what is accepted or over only where it is asked for."""

from __future__ import annotations

import json
from datetime import timedelta
from types import TracebackType
from typing import Any

import pytest

from schemas.alerts import Alert
from schemas.base import Message
from schemas.cases import CaseOutcome, CaseReceipt, handover_identity
from schemas.categories import Category, Priority
from streams import topics
from streams.cli import cases as module
from streams.cli.main import main
from streams.config.partners import load_partners
from streams.stages.base import Input
from streams.stages.share import Share
from tests.support.messages import NOON, ROOM, example
from tests.support.rows import FakeRows
from tests.support.situations import tick

STREET = "Plantedlaan, Amstelveen"


def rows() -> dict[str, bytes]:
    """Return the rows of `share` with a case of each kind: referred, overdue, accepted, and one about health."""
    stage, kept = Share(load_partners()), FakeRows()

    def give(message: Message, topic: str, days: float = 0) -> None:
        now = NOON + timedelta(days=days)
        stage.handle(Input(message, b"", topic, 0, 0, message.message_id(), now), kept, now)

    def answer(alert_id: str, **changes: Any) -> None:
        identity = handover_identity(ROOM, alert_id, "oov", 1)
        receipt = example(CaseReceipt, alert_id=alert_id, handover_id=identity, recipient="oov", **changes)
        give(receipt, topics.answers_topic("oov"), 4.5)

    home = example(
        Alert, category=Category.WOONFRAUDE_OVERBEWONING, operator_list=False, priority=Priority.P4, reports=(), place=STREET,
        expires_at=NOON + timedelta(days=9),
    )  # fmt: skip
    for number in range(3):
        give(home.model_copy(update={"alert_id": f"home-{number}"}), topics.ALERTS)
    give(tick("room", NOON + timedelta(days=4.1)), topics.ROOM_TICKS, 4.1)
    answer("home-0", outcome=CaseOutcome.REFERRED, refer_to="corporatie")
    answer("home-1")
    give(
        home.model_copy(update={"alert_id": "distress", "category": Category.VERWARD_PERSOON, "exercise": True}),
        topics.ALERTS, 4.6,
    )  # fmt: skip
    return dict(kept.documents)


class FakeReader:
    """A reader of a cluster that is not there."""

    def __init__(self, *_: object) -> None: ...

    def __enter__(self) -> FakeReader:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close nothing."""


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Run the command on these rows; return what it prints."""
    found = rows()
    monkeypatch.setattr(module, "Reader", FakeReader)
    monkeypatch.setattr(module, "state_now", lambda _, stage: {0: found} if stage == "share" else {})
    monkeypatch.setattr(module, "reachable", lambda _, kafka: kafka)
    monkeypatch.setattr("sys.argv", ["toezicht", "cases", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code in {None, 0}
    return capsys.readouterr().out


def test_what_is_open_is_listed_and_what_is_due_first_in_front(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who has it, how far it is, since when and until when, from whom it came; no place."""
    told = run(monkeypatch, capsys)
    lines = [line.split() for line in told.splitlines()[3:]]
    assert [(line[0], line[-1]) for line in lines] == [("ggd", "distress"), ("corporatie", "home-0"), ("oov", "home-2")]
    assert "(exercise)" in told
    assert [line[1] for line in lines[1:]] == ["asked", "overdue"]
    assert lines[1][-2] == "oov"
    assert "Planted" not in told


def test_all_and_one_partner_for_a_program(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Accepted ones have no category any more, and nobody is waited for."""
    found = json.loads(run(monkeypatch, capsys, "--all", "--partner", "oov", "--json"))
    assert [(each["alert_id"], each["standing"], each["category"]) for each in found] == [
        ("home-2", "overdue", "woonfraude_overbewoning"), ("home-1", "accepted", None),
    ]  # fmt: skip
    assert [each["due_at"] for each in found] == [None, None]
    assert found[0]["kept_until"].startswith("2026-12-08")


def test_where_there_is_none_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """One line."""
    assert run(monkeypatch, capsys, "--partner", "brandweer") == "no case is anybody's\n"
