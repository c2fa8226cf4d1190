"""What cameras brought, by alerts decided again without them: useless ones are named, and no useful one is."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from schemas.alerts import Alert, AlertState
from schemas.cameras import CameraState, CameraStatus
from schemas.categories import Category, Priority
from schemas.codec import encode
from schemas.evidence import Evidence, Verdict
from streams import topics
from streams.compliance.dossier import RecordedFacts, dossier, facts_of, outcome, tallies_of, views_of
from streams.domain.audit.chain import next_entry
from streams.domain.compliance.camera_time import CameraTimes, LookingTime, looking_times
from streams.domain.compliance.necessity import (
    AlertOutcome,
    CameraTally,
    Effect,
    Judged,
    Necessity,
    effect_of,
    judged,
    necessity_of,
)
from streams.kafka.record import Record
from streams.replay.recording import recording_of
from tests.support.audit import audit_event
from tests.support.deciding import NOW, RULES, Deciding
from tests.support.situations import NOON, in_view, position, report, seconds, sighting

WEEK = timedelta(days=7)


def planted(kind: str, number: int, facts: RecordedFacts) -> str:
    """Put an alert about one camera among the facts, as the stage makes it; return the camera."""
    name, camera = f"{kind}-{number}", f"{kind}-cam-{number}"
    if kind == "never_asked":
        return camera
    place = position(2_000 * (number + 1), 3_000 * len(kind))
    first = report(name, in_view(camera), category=Category.STRAATROOF, position=place)
    verdict = {
        "corroborates": Verdict.CORROBORATED,
        "contradicts": Verdict.CONTRADICTED,
        "misleads": Verdict.CONTRADICTED,
        "cannot_look": Verdict.CAMERA_UNAVAILABLE,
        "viewed": Verdict.CAMERA_UNAVAILABLE,
    }[kind]
    answer = sighting(name, camera, verdict)
    deciding = Deciding()
    for each in (first, answer):
        facts.evidence[each.evidence_id] = NOW, each
        deciding.take(each)
    (alert,) = deciding.alerts.values()
    closing = {"contradicts": "false"}.get(kind, "true")
    facts.alerts[alert.alert_id] = alert.model_copy(update={"state": AlertState.CLOSED, "closing": closing})
    return camera


def looked(cameras: list[str], span: timedelta = WEEK) -> dict[str, LookingTime]:
    """Return that each looked for so long."""
    return {camera: LookingTime(looked=span, refused={}, away=timedelta(0), blind=timedelta(0)) for camera in cameras}


def test_twenty_useless_cameras_are_named_and_no_useful_one_is() -> None:
    """Useless: never asked, never able to look, or against what persons found. Useful: right once, or looked at once."""
    facts = RecordedFacts()
    useless = [planted(kind, number, facts) for kind, count in (("never_asked", 7), ("cannot_look", 7), ("misleads", 6))
               for number in range(count)]  # fmt: skip
    useful = [planted(kind, number, facts) for kind, count in (("corroborates", 8), ("contradicts", 8), ("viewed", 4))
              for number in range(count)]  # fmt: skip
    cameras = [*useless, *useful]
    assert (len(useless), len(useful), len(facts.alerts)) == (20, 20, 33)
    tallies = tallies_of(facts, RULES, cameras)
    views = {camera: 1 for camera in useful if camera.startswith("viewed")}
    found = dossier(tallies, looked(cameras), views)
    named = {each.camera_id for each in found if necessity_of(each) is Necessity.BROUGHT_NOTHING}
    assert named == set(useless)
    assert {each.camera_id for each in found if necessity_of(each) is Necessity.BROUGHT_SOMETHING} == set(useful)
    assert [each.camera_id for each in found[:20]] == sorted(useless)
    assert tallies["misleads-cam-0"].count(judged=Judged.WRONG) == 1
    assert tallies["cannot_look-cam-0"].answered == 1


def test_a_camera_without_a_chance_is_not_named() -> None:
    """It hardly looked; or it is not known whether it did, or whether anybody saw its pictures."""
    tallies = {"c": CameraTally("c")}
    assert necessity_of(dossier(tallies, looked(["c"], timedelta(hours=23)), {})[0]) is Necessity.HARDLY_LOOKED
    assert necessity_of(dossier(tallies, looked(["c"]), {})[0]) is Necessity.BROUGHT_NOTHING
    assert necessity_of(dossier(tallies, None, {})[0]) is Necessity.NOT_KNOWN
    assert necessity_of(dossier(tallies, {}, {})[0]) is Necessity.NOT_KNOWN
    assert necessity_of(dossier(tallies, looked(["c"]), None)[0]) is Necessity.NOT_KNOWN


P1, P2, P3 = Priority("P1"), Priority("P2"), Priority("P3")


@pytest.mark.parametrize(
    ("with_it", "without", "effect"),
    [
        ((P2, P2, Verdict.CORROBORATED), (None, None, None), Effect.OPENED),
        ((P1, P1, Verdict.CORROBORATED), (P2, P2, Verdict.NO_COVERAGE), Effect.RAISED),
        ((P2, P2, Verdict.UNSEEN), (P1, P1, Verdict.NO_COVERAGE), Effect.LOWERED),
        ((P1, P3, Verdict.CONTRADICTED), (P1, P1, Verdict.NO_COVERAGE), Effect.LOWERED),
        ((P2, P2, Verdict.CONSISTENT), (P2, P2, Verdict.UNSEEN), Effect.TOLD),
        ((P2, P2, Verdict.UNSEEN), (P2, P2, Verdict.NO_COVERAGE), Effect.NONE),
        ((P2, P2, Verdict.CORROBORATED), (P2, P2, Verdict.CORROBORATED), Effect.NONE),
        ((None, None, None), (None, None, None), Effect.NONE),
    ],
)
def test_what_is_otherwise_without_a_camera(
    with_it: tuple[Priority, Priority, Verdict], without: tuple[Priority, Priority, Verdict], effect: Effect
) -> None:
    """The alert's existence, then its priority, then what is the best that any camera said."""
    assert effect_of(AlertOutcome(*with_it), AlertOutcome(*without)) is effect


@pytest.mark.parametrize(
    ("effect", "said", "closing", "how"),
    [
        (Effect.RAISED, Verdict.CORROBORATED, "true", Judged.RIGHT),
        (Effect.RAISED, Verdict.CORROBORATED, "false", Judged.WRONG),
        (Effect.LOWERED, Verdict.CONTRADICTED, "false", Judged.RIGHT),
        (Effect.LOWERED, Verdict.UNSEEN, "true", Judged.WRONG),
        (Effect.TOLD, Verdict.CONTRADICTED, "false", Judged.RIGHT),
        (Effect.TOLD, Verdict.CONSISTENT, "true", Judged.RIGHT),
        (Effect.OPENED, Verdict.CORROBORATED, "", Judged.NOT_JUDGED),
        (Effect.RAISED, Verdict.CORROBORATED, "test", Judged.NOT_JUDGED),
    ],
)
def test_a_persons_verdict_judges_the_camera(effect: Effect, said: Verdict, closing: str, how: Judged) -> None:
    """What made a false alarm more pressing was wrong, and so was what played down a true one."""
    assert judged(effect, said, closing) is how


def test_an_alert_is_made_of_facts_alone() -> None:
    """The same facts make the same; without any there is none."""
    facts: list[tuple[object, Evidence]] = [(NOW, report("a", in_view("cam-1")))]
    assert outcome(RULES, []) == AlertOutcome(None, None, None)
    assert outcome(RULES, facts) == outcome(RULES, facts)  # type: ignore[arg-type]
    assert outcome(RULES, facts).highest is not None  # type: ignore[arg-type]


def test_facts_are_those_of_alerts_of_the_period() -> None:
    """By when they opened; summaries, exercises and canaries are no work of cameras."""
    deciding = Deciding()
    told = report("a", in_view("cam-1"))
    alert = deciding.one(told)

    def record(topic: str, message: Alert | Evidence, offset: int) -> Record:
        sent = encode(message, stage="test", handled_at=NOW, entered_at=NOW)
        return Record(topic, 0, offset, sent.key, sent.value, sent.headers, NOW)

    exercise = alert.model_copy(update={"alert_id": "drill", "exercise": True})
    recording = recording_of(
        [record(topics.ALERTS, alert, 0), record(topics.ALERTS, exercise, 1), record(topics.EVIDENCE, told, 0)]
    )
    facts = facts_of(recording, NOON - WEEK, NOON + WEEK)
    assert set(facts.alerts) == {alert.alert_id}
    assert facts.evidence[told.evidence_id] == (NOW, told)
    assert facts_of(recording, NOON + WEEK, NOON + 2 * WEEK).alerts == {}


def test_pictures_are_counted_by_the_audit_and_once() -> None:
    """A repeated entry is one; an acknowledgement is no picture; another period is not counted."""
    values, head = [], None
    done: list[dict[str, Any]] = [
        {"action": "view_snapshot"},
        {"action": "acknowledge"},
        {"action": "snapshot", "at": NOON - WEEK},
    ]
    for number, changes in enumerate(done):
        event = audit_event(number, object_type="camera", object_id="c1", **changes)
        entry = next_entry(event, event.message_id(), event.at, head)
        values.append(json.dumps(entry.model_dump(mode="json")).encode())
    assert views_of([*values, values[0], b"no entry"], NOON, NOON + WEEK) == {"c1": 1}


def test_hours_come_from_what_cameras_told() -> None:
    """The command's own way, from statuses to a tally."""
    times = CameraTimes(NOON, NOON + WEEK)
    times.take(
        CameraStatus(camera_id="c1", state=CameraState.ONLINE, reason="streaming", changed_at=NOON + seconds(60))
    )
    (found,) = dossier({"c1": CameraTally("c1")}, looking_times(times.spells()), {})
    assert found.time is not None
    assert found.time.looked == WEEK - timedelta(minutes=1)
