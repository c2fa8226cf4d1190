"""Session: one persistent session at an MQTT broker: what comes is handed on, and acknowledged when Kafka has it.

QoS 1 without a clean start: the broker keeps what was not acknowledged, also while this process is away, and gives it again.
"""

from __future__ import annotations

import logging
import queue
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from streams.capture.onvif.event import EVENTS_IN
from streams.capture.onvif.settings import PREFIX, OnvifSettings
from streams.errors import ConfigurationError, ToezichtError

log = logging.getLogger(__name__)

QOS: Final = 1
KEEPALIVE_S: Final = 30
MOST_WAITING: Final = 2_000
LONGEST_RECONNECT_S: Final = 30
_FINAL: Final = frozenset(
    {"Bad user name or password", "Not authorized", "Client identifier not valid", "Unsupported protocol version"}
)


@dataclass(frozen=True, slots=True)
class Arrived:
    """Arrived: one message, and the number that acknowledges it."""

    topic: str
    payload: bytes
    number: int


class MqttSession:
    """MQTT session: connects, and connects again, in a thread of its own.

    Args:
        settings: The broker.
        prefixes: The beginnings of cameras' topics.

    Raises:
        ConfigurationError: A certificate cannot be read.
    """

    def __init__(self, settings: OnvifSettings, prefixes: list[str]) -> None:
        self.refused = ""
        self.connected = False
        self._settings = settings
        self._topics = [(f"{prefix}/{EVENTS_IN}/RuleEngine/#", QOS) for prefix in prefixes]
        self._arrived: queue.Queue[Arrived] = queue.Queue(MOST_WAITING)
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=settings.client_id, clean_session=False, protocol=mqtt.MQTTv311,
            manual_ack=True,
        )  # fmt: skip
        if settings.user:
            self._client.username_pw_set(
                settings.user, settings.password.get_secret_value() if settings.password else None
            )
        if settings.tls:
            self._client.tls_set_context(_context(settings))
        self._client.reconnect_delay_set(1, LONGEST_RECONNECT_S)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message

    def start(self) -> None:
        """Begin to connect; a broker that does not answer is tried again."""
        self._client.connect_async(self._settings.host, self._settings.port, KEEPALIVE_S)
        self._client.loop_start()

    def stop(self) -> None:
        """Disconnect; the broker keeps the session."""
        self._client.disconnect()
        self._client.loop_stop()

    def poll(self, wait_s: float) -> list[Arrived]:
        """Return what came, waiting at most so long (s) for the first.

        Raises:
            ToezichtError: The broker refuses this client for good.
        """
        if self.refused:
            address = f"{self._settings.host}:{self._settings.port}"
            raise ToezichtError(f"MQTT at {address} refuses the login: {self.refused}, expected a user that may read")
        found: list[Arrived] = []
        try:
            found.append(self._arrived.get(timeout=wait_s))
            while True:
                found.append(self._arrived.get_nowait())
        except queue.Empty:
            return found

    def acknowledge(self, number: int) -> None:
        """Tell the broker that a message is safe; of a session that broke meanwhile it comes again, and is known then."""
        self._client.ack(number, QOS)

    def _on_connect(self, client: mqtt.Client, _: Any, flags: mqtt.ConnectFlags, reason: ReasonCode, __: Any) -> None:
        if reason.is_failure:
            if str(reason) in _FINAL:
                self.refused = str(reason)
            log.warning("MQTT refuses the connection: %s", reason)
            return
        self.connected = True
        log.info("connected to MQTT, %s", "the session goes on" if flags.session_present else "with a new session")
        client.subscribe(self._topics)

    def _on_disconnect(self, _: mqtt.Client, __: Any, ___: Any, reason: ReasonCode, ____: Any) -> None:
        if self.connected and reason.is_failure:
            log.warning("the connection to MQTT is lost, trying again")
        self.connected = False

    def _on_message(self, _: mqtt.Client, __: Any, message: mqtt.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""
        # Where Kafka is away this waits, nothing is acknowledged, and the broker keeps what comes meanwhile.
        self._arrived.put(Arrived(topic, bytes(message.payload), message.mid if message.qos else 0))


def _context(settings: OnvifSettings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=None if settings.tls_ca is None else str(settings.tls_ca))
        if settings.tls_cert is not None and settings.tls_key is not None:
            context.load_cert_chain(settings.tls_cert, settings.tls_key)
    except (OSError, ssl.SSLError) as error:
        paths = ", ".join(str(path) for path in _named(settings))
        expected = f"certificates and a key without a password (PEM): {type(error).__name__}"
        raise ConfigurationError("environment", f"{PREFIX}_TLS_CA, _TLS_CERT, _TLS_KEY", paths, expected) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _named(settings: OnvifSettings) -> list[Path]:
    return [path for path in (settings.tls_ca, settings.tls_cert, settings.tls_key) if path is not None]
