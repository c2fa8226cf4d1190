"""What each stage forgets of a case when it is told to, and what it leaves: another case, an open alert, a count."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from schemas.actions import Action
from schemas.alerts import AlertState
from schemas.base import Message
from schemas.categories import Category
from schemas.deletion import REPORTS, Deletion, DeletionGround
from streams import topics
from streams.config.files import load_areas, load_rules, load_safety_plan
from streams.config.partners import load_partners
from streams.settings import read_time_zone
from streams.stages.base import Input, Stage
from streams.stages.corroborate.stage import Corroborate
from streams.stages.hits import Hits
from streams.stages.share import Share
from streams.stages.trends.stage import Trends
from tests.support.deciding import Deciding
from tests.support.hits import reported
from tests.support.messages import example
from tests.support.rows import FakeRows
from tests.support.situations import NOON, ROOM, action, camera, position, registry, report, seconds, watch
from tests.support.trends import alert as counted

LATER = NOON + seconds(1_000)


def deletion(about: str, alerts: tuple[str, ...] = (), facts: tuple[str, ...] = ()) -> Deletion:
    """Return what a stage is told of a case."""
    return Deletion(
        deletion_id="d", about=about, ground=DeletionGround.CASE, alert_ids=alerts, fact_ids=facts, asked_by="officer",
        asked_at=LATER,
    )  # fmt: skip


def give(stage: Stage, rows: FakeRows, message: Message, topic: str = "", now: datetime = LATER) -> list[Any]:
    """Give a stage a message."""
    found = Input(message, b"", topic or message.topics[0], 0, 1, message.message_id(), now)
    return list(stage.handle(found, rows, now))


def naming(rows: FakeRows, *names: str) -> set[str]:
    """Return the kinds of rows whose key or document has one of these."""
    return {
        key.partition("/")[0]
        for key, document in rows.documents.items()
        if any(name in key or name.encode() in document for name in names)
    }


def test_decide_forgets_an_alert_that_is_over_and_no_other() -> None:
    """Its index, links and what would repeat it too; that its report was known stays by its id, so that it opens nothing anew."""
    deciding = Deciding()
    here = deciding.one(report("a", category=Category.WONINGINBRAAK))
    there = deciding.one(report("z", category=Category.WONINGINBRAAK, position=position(5_000)))
    fact, other = here.reports[0].incident_id, there.reports[0].incident_id
    told = deletion(ROOM, (here.alert_id,), (fact,))

    before = dict(deciding.rows.documents)
    deciding.take(told, LATER)
    changed = {key for key in deciding.rows.documents if deciding.rows.documents[key] != before.get(key)}
    assert changed == {f"sequence/{ROOM}"}, "an open alert stays as it is"

    deciding.one(action(here.alert_id, Action.CLOSE), LATER)
    deciding.take(told, LATER)
    assert naming(deciding.rows, here.alert_id) <= {"due"}
    assert naming(deciding.rows, fact) <= {"gone", "due"}
    assert naming(deciding.rows, there.alert_id) >= {"alert", "cell", "fact"}
    assert naming(deciding.rows, other) >= {"alert", "fact"}
    assert deciding.take(report("a", category=Category.WONINGINBRAAK), LATER) == [], "a repeat opens nothing"


def test_decide_says_in_its_log_that_it_was_told() -> None:
    """So a replay of the log takes it at the same place."""
    deciding = Deciding()
    deciding.take(deletion(ROOM, ("nobody",)), LATER)
    assert [output.topic for output in deciding.outputs] == [topics.DECISION_LOG]


def test_share_forgets_whom_an_ended_alert_was_told_to() -> None:
    """Of one that lives partners must still hear that it ends."""
    from schemas.alerts import Alert

    stage, rows = Share(load_partners()), FakeRows()
    for name, state in (("over", AlertState.CLOSED), ("open", AlertState.NEW)):
        give(stage, rows, example(Alert, alert_id=name, state=state, control_room_id=ROOM), topics.ALERTS, NOON)
    assert give(stage, rows, deletion(ROOM, ("over", "open"))) == []
    assert rows.names("shared/") == [f"shared/{ROOM}/open"]


def test_trends_forgets_where_an_alert_was_and_not_that_it_was() -> None:
    """A count tells of nobody."""
    stage = Trends(load_safety_plan(), load_areas(None), read_time_zone("Europe/Amsterdam"))
    rows = FakeRows()
    for name in ("gone", "kept"):
        alert = counted(alert_id=name, category=Category.WONINGINBRAAK, position=position(10))
        give(stage, rows, alert, topics.ALERTS, alert.happened_at())
    counts = {key: rows.documents[key] for key in rows.names("counts/")}
    assert len(rows.names("place/")) == 2
    room = counted().control_room_id
    assert give(stage, rows, deletion(room, ("gone",))) == []
    assert [key.rpartition("/")[2] for key in rows.names("place/")] == ["kept"]
    assert {key: rows.documents[key] for key in rows.names("counts/")} == counts


def test_corroborate_forgets_what_a_camera_was_asked() -> None:
    """And waits for it no more; another report it still answers."""
    stage, rows = Corroborate(registry(camera("cam-1", 0)), load_rules()), FakeRows()
    gone, kept = watch("a"), watch("b")
    for each in (gone, kept):
        give(stage, rows, each, now=each.happened_at())
    assert give(stage, rows, deletion("cam-1", facts=(gone.incident_id,))) == []
    assert naming(rows, gone.incident_id) <= {"due"}
    assert naming(rows, kept.incident_id) >= {"watch", "open"}


def test_hits_forgets_a_report_and_withdraws_its_hits() -> None:
    """Both partners are told; what the other reported stays."""
    stage, rows = Hits(load_partners(), registry(camera("cam-1", 0))), FakeRows()
    mine, theirs = reported("p", "politie-gms"), reported("b", "brandweer-gms")
    for each in (mine, theirs):
        give(stage, rows, each, now=NOON)
    assert rows.names("hit/")
    outputs = give(stage, rows, deletion(REPORTS, facts=(mine.incident_id,)), topics.REPORT_DELETIONS)
    assert [each.message.withdrawn for each in outputs if each.topic != topics.AUDIT] == [True, True]
    assert naming(rows, mine.incident_id) <= {"due"}
    assert naming(rows, theirs.incident_id) >= {"held", "near"}
    assert rows.names("hit/") == []


def test_what_holds_no_rows_of_it_does_nothing() -> None:
    """A case that a stage does not know."""
    rows = FakeRows()
    stages: list[tuple[Stage, str]] = [
        (Share(load_partners()), ROOM),
        (Corroborate(registry(camera("cam-1", 0)), load_rules()), "cam-1"),
    ]
    for stage, about in stages:
        assert give(stage, rows, deletion(about, ("x",), ("y",))) == []
    assert not list(rows.scan("", BaseModel))
