"""Process of cameras' own events: MQTT in, observations out; a message is acknowledged when Kafka has its second."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from schemas.codec import encode
from streams.capture.onvif.event import Attribute, NotTaken, read_event
from streams.capture.onvif.seconds import OnvifSeconds
from streams.capture.onvif.session import Arrived, MqttSession
from streams.capture.onvif.settings import PREFIX, OnvifSettings
from streams.capture.onvif.zones import ZonesOfRules, load_zones
from streams.clock import Clock, utc_now
from streams.config.registry import load_registry
from streams.domain.cameras.legal_basis import permission
from streams.errors import ConfigurationError
from streams.health import HEALTH
from streams.kafka.producer import connect
from streams.kafka.reader import await_topics
from streams.kafka.send_window import SendWindow
from streams.metrics import INTAKE_HEARD_AT, MESSAGES_OUT, ONVIF_DROPPED, ONVIF_EVENTS, from_zero
from streams.process import start_metrics, stop_signals, tell_ready
from streams.settings import KafkaSettings, Settings, read_time_zone
from streams.topics import OBSERVATIONS

log = logging.getLogger(__name__)

STAGE: Final = "onvif"
TAKEN: Final = "taken"
LOOK_S: Final = 0.1
"""How long it waits for a message before it looks for seconds that are over (s)."""
FLUSH_S: Final = 3.0
PRODUCER_OPTIONS: Final = {"linger_ms": 5, "bootstrap_timeout_ms": 5_000, "max_block_ms": 1_000}


class EventSession(Protocol):
    """Event session: where messages come from."""

    def poll(self, wait_s: float) -> list[Arrived]:
        """Return what came."""

    def acknowledge(self, number: int) -> None:
        """Tell that a message is safe."""


class OnvifIntake:
    """ONVIF intake: takes messages, tells seconds, acknowledges what is confirmed.

    Args:
        session: Where messages come from.
        zones: Which rule tells of which zone.
        time_zone: The zone of the cameras' viewing windows.
        connect_window: Makes the window of records, given whom to tell of each that is confirmed.
        clock: Tells now (UTC).
    """

    def __init__(
        self,
        session: EventSession,
        zones: ZonesOfRules,
        time_zone: ZoneInfo,
        connect_window: Callable[[Callable[[str], None]], SendWindow],
        clock: Clock = utc_now,
    ) -> None:
        self._session = session
        self._zones = zones
        self._time_zone = time_zone
        self._clock = clock
        self._seconds = OnvifSeconds()
        self._sent: deque[tuple[int, ...]] = deque()
        self._number = 0
        self.window = connect_window(self._confirmed)
        from_zero(ONVIF_EVENTS, (TAKEN, *NotTaken))
        from_zero(ONVIF_DROPPED, Attribute)
        from_zero(MESSAGES_OUT, [STAGE], [OBSERVATIONS])
        for camera in zones.cameras:
            INTAKE_HEARD_AT.labels(STAGE, camera)

    def turn(self, wait_s: float = LOOK_S) -> None:
        """Take what came, and tell the seconds that are over.

        Raises:
            DeliveryError: The broker refuses a record for good.
            ToezichtError: The MQTT broker refuses this client.
        """
        if not self.window.full:  # else nothing is acknowledged, and the MQTT broker keeps what comes
            for arrived in self._session.poll(wait_s):
                self._take(arrived)
        now = self._clock()
        for told in self._seconds.due(now):
            self._number += 1
            record = encode(told.observation, stage=STAGE, handled_at=now, entered_at=told.observation.newest_frame_at)
            self._sent.append(told.events)
            self.window.put(OBSERVATIONS, record, self._number)
        self.window.turn(0.0 if not self.window.full else wait_s)

    def _take(self, arrived: Arrived) -> None:
        """Take one message; what is not taken is done with."""
        now = self._clock()
        reading = read_event(arrived.topic, arrived.payload)
        for attribute in reading.dropped:
            ONVIF_DROPPED.labels(attribute).inc()
        event = reading.event
        found = event if isinstance(event, NotTaken) else self._zones.find(event)
        if not isinstance(found, NotTaken) and not permission(found[0], now, self._time_zone).allowed:
            found = NotTaken.NOT_PERMITTED
        if isinstance(found, NotTaken) or isinstance(event, NotTaken):
            ONVIF_EVENTS.labels(found if isinstance(found, NotTaken) else event).inc()
            self._acknowledge(arrived.number)
            return
        ONVIF_EVENTS.labels(TAKEN).inc()
        INTAKE_HEARD_AT.labels(STAGE, found[0].id).set_to_current_time()
        self._seconds.take(event, *found, arrived.number, now)

    def _confirmed(self, topic: str) -> None:
        MESSAGES_OUT.labels(STAGE, topic).inc()
        for number in self._sent.popleft():
            self._acknowledge(number)

    def _acknowledge(self, number: int) -> None:
        if number:  # what came with QoS 0 has none
            self._session.acknowledge(number)


def run(settings: Settings, onvif: OnvifSettings, kafka: KafkaSettings) -> None:
    """Take cameras' events until told to stop.

    Raises:
        ToezichtError: A setting or file is wrong, the MQTT broker refuses the login, or Kafka refuses a record for good.
    """
    for name in ("host", "zones"):
        if not getattr(onvif, name):
            expected = "the MQTT broker" if name == "host" else "the file of which rule tells of which zone (YAML)"
            raise ConfigurationError("environment", f"{PREFIX}_{name.upper()}", "", expected)
    if settings.registry is None:
        raise ConfigurationError("environment", "TOEZICHT_REGISTRY", "", "the camera registry (YAML)")
    assert onvif.zones is not None
    zones = load_zones(onvif.zones, load_registry(settings.registry))
    time_zone = read_time_zone(settings.time_zone)
    session = MqttSession(onvif, zones.prefixes)
    stopping = threading.Event()

    def connect_window(confirmed: Callable[[str], None]) -> SendWindow:
        return SendWindow(lambda: connect(kafka, STAGE, **PRODUCER_OPTIONS), kafka.bootstrap_servers, confirmed)

    intake = OnvifIntake(session, zones, time_zone, connect_window)
    intake.window.connect()
    await_topics(kafka, (OBSERVATIONS,), stopping.is_set, time.sleep)
    with stop_signals(stopping):
        session.start()
        turned = HEALTH.turns("events")
        HEALTH.asks("broker", lambda: intake.window.quiet_s)
        tell_ready(STAGE, start_metrics(settings))
        try:
            while not stopping.is_set():
                intake.turn()
                turned()
            deadline_s = time.monotonic() + FLUSH_S
            while intake.window and time.monotonic() < deadline_s:
                intake.window.turn(LOOK_S)
        finally:
            session.stop()
            intake.window.close()
