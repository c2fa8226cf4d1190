"""Places and pictures of a console on a real broker: read from the topics, told as they change, older things on demand."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from console.audits import KafkaAudits
from console.pictures.kafka import KafkaPictures
from console.projection.places.kafka import KafkaPlaces
from console.settings import ConsoleSettings
from console.wire.people import Me, Right, Role
from console.wire.pictures import PictureAsked
from schemas.alerts import Alert, AlertState
from schemas.audit import AuditEvent
from schemas.base import derive_id
from schemas.cameras import CameraState, CameraStatus
from schemas.phrases.language import Language
from streams.clock import utc_now
from streams.kafka.reader import read_messages
from streams.settings import KafkaSettings
from streams.topics import (
    ALERT_STATE,
    ALERTS,
    AUDIT,
    CAMERA_STATE,
    CAMERA_STATUS,
    OBSERVATIONS,
)
from tests.support.console.capture import JPEG, Capture, send
from tests.support.console.facts import camera_facts, registry_facts
from tests.support.messages import example
from tests.support.situations import ROOM, observation

pytestmark = pytest.mark.integration

WITHIN_S = 120
"""Only there to end a test that fails."""


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + WITHIN_S
    while not holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


def status(camera: str, state: str, reason: str, at: datetime) -> CameraStatus:
    """Return what was told of a camera."""
    return CameraStatus(camera_id=camera, state=CameraState(state), reason=reason, changed_at=at)


def test_cameras_zones_and_a_shift(empty_kafka: KafkaSettings) -> None:
    """What stood there before, what comes, what is older than memory, and eight hours as a whole."""
    kafka, now = empty_kafka, utc_now()
    forever = now + timedelta(days=9)
    facts = registry_facts(camera_facts("cam-1", until=forever), camera_facts("cam-2", until=forever))
    offline, online = (
        status("cam-2", "offline", "lost", now - timedelta(minutes=30)),
        status("cam-1", "online", "streaming", now),
    )
    alert = example(
        Alert, control_room_id=ROOM, opened_at=now - timedelta(minutes=5), changed_at=now - timedelta(minutes=5),
        occurred_at=now, state=AlertState.NEW, closing="", summary=None,
    )  # fmt: skip
    seconds = [
        observation(now - timedelta(seconds=10 - number), count=number, camera_id="cam-1") for number in range(10)
    ]
    send(kafka, (CAMERA_STATE, offline), (CAMERA_STATUS, offline), (CAMERA_STATE, online), (CAMERA_STATUS, online))
    send(kafka, (ALERTS, alert), (ALERT_STATE, alert), *((OBSERVATIONS, each) for each in seconds))
    places = KafkaPlaces(kafka, facts, ConsoleSettings(), utc_now)
    told: list[tuple[str, str]] = []
    places.tell_by(lambda room, event: told.append((event.name, event.json(Language.NL).decode())))

    async def look() -> None:
        running = asyncio.create_task(places.run())
        await until(places.ready)
        await until(lambda: places.zones(ROOM, Language.NL)[0].count == 9)
        assert [each.state for each in places.cameras(ROOM, Language.NL)] == ["online", "offline"]
        assert places.able(ROOM) == (1, 2)
        told.clear()
        send(kafka, (CAMERA_STATE, status("cam-2", "online", "streaming", utc_now())))
        send(kafka, (OBSERVATIONS, observation(utc_now(), count=30, camera_id="cam-1")))
        await until(lambda: {name for name, _ in told} == {"camera", "zone"})
        assert '"state":"online"' in next(data for name, data in told if name == "camera")
        past = await asyncio.to_thread(
            places.series, ROOM, "cam-1:plein", now - timedelta(hours=20), utc_now(), 3_600, Language.NL
        )
        assert past.step_s == 3_600
        assert any(point.count is not None for point in past.points)
        shift = await places.handover(ROOM, now - timedelta(hours=8), utc_now(), Language.NL)
        assert (shift.open_ids, sum(shift.came.values())) == ((alert.alert_id,), 1)
        ((blind),) = shift.cameras_blind
        assert (blind.camera_id, blind.reason) == ("cam-2", "verbinding weg")
        assert 1_700 < blind.seconds < 2_400
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(look())
    assert not [each for each in threading.enumerate() if each.name == "console-places"]


def test_a_picture_is_asked_for_and_seen_with_the_audits_knowledge(empty_kafka: KafkaSettings) -> None:
    """One reader for many requests; each look stands on the topic before its image is there."""
    kafka, capture = empty_kafka, Capture(empty_kafka)
    audits = KafkaAudits.of(kafka, utc_now)
    pictures = KafkaPictures(kafka, audits.sender, audits, lambda _: ROOM, lambda _room, _alert: True, utc_now)
    me = Me(
        user="ann", roles=(Role.OPERATOR,), rights=(Right.LOOK, Right.SNAPSHOT), rooms=(ROOM,), language="nl",
        session_until=utc_now(), acting_until=utc_now(), login="local",
    )  # fmt: skip
    names = [derive_id("picture", str(number)) for number in range(5)]

    async def look() -> None:
        running = asyncio.create_task(pictures.run())
        await until(pictures.ready)
        capture.start()
        for name in names:
            asked = PictureAsked(request_id=name, camera_id="cam-1", alert_id="a-1")
            await pictures.ask(ROOM, asked, me, Language.NL)
        await until(lambda: all(pictures.picture(name, me, Language.NL).state == "there" for name in names))
        for name in names:
            assert await pictures.image(name, me) == JPEG
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(look())
    capture.ending.set()
    capture.join(WITHIN_S)
    assert [each.user for each in capture.requests] == ["ann"] * 5
    events = list(read_messages(kafka, AUDIT, AuditEvent))
    assert [(each.actor, each.action, each.object_id, each.control_room_id) for each in events] == [
        ("ann", "view_snapshot", "cam-1", ROOM)
    ] * 5
