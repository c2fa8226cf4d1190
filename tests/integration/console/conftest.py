"""Fixtures of the tests as a person: a control room that runs, a browser, and people at it; each module has its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from schemas.cameras import CameraState, CameraStatus
from streams.clock import utc_now
from streams.settings import KafkaSettings
from streams.topics import CAMERA_STATE
from tests.support.console.browser import Person, running_browser
from tests.support.console.capture import Capture, send
from tests.support.console.running import ControlRoom, running_room
from tests.support.console.seats import TALL, People


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Yield the browser, or skip."""
    with running_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def room(
    chromium: Browser, local_broker: KafkaSettings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ControlRoom]:
    """Yield a control room that runs, whose two cameras see."""
    with running_room(local_broker, tmp_path_factory.mktemp("room")) as running:
        online = [
            CameraStatus(camera_id=camera, state=CameraState.ONLINE, reason="streaming", changed_at=utc_now())
            for camera in ("cam-1", "cam-2")
        ]
        send(local_broker, *((CAMERA_STATE, each) for each in online))
        yield running


@pytest.fixture(scope="module")
def capture(room: ControlRoom) -> Iterator[Capture]:
    """Yield what answers requests for pictures."""
    answering = Capture(room.kafka)
    answering.start()
    yield answering
    answering.ending.set()
    answering.join()


@pytest.fixture
def people(room: ControlRoom, chromium: Browser) -> Iterator[People]:
    """Yield who seats people."""
    seating = People(room, chromium)
    yield seating
    seating.leave()


@pytest.fixture(scope="module")
def seated_anna(room: ControlRoom, chromium: Browser) -> Iterator[Person]:
    """Yield an operator who works all through a module, logged in by the form, on a screen that shows all its alerts."""
    person = Person(chromium, room.console.address, viewport=TALL).login("anna")
    yield person
    person.leave()


@pytest.fixture
def anna(seated_anna: Person) -> Person:
    """Return that operator with the page as it is when it opens."""
    seated_anna.go("/")
    return seated_anna
