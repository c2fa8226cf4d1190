"""MQTT: CloudEvents in structured mode, at QoS 1, never retained, by TLS (CloudEvents MQTT binding 1.0.2, MQTT 5)."""

from __future__ import annotations

import contextlib
import re
import ssl
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from threading import Event, Lock
from typing import Annotated, Any, ClassVar, Final

import orjson
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from pydantic import Field, model_validator

from streams.notify.addresses import HOST, AddressError, AllowedAddresses, loopback, pinned
from streams.notify.delivery.outcome import Outcome, OutcomeReason
from streams.notify.loop import run_within
from streams.notify.notice import Notice
from streams.notify.notifiers.base import Addressee, Notifier, NotifierOptions
from streams.notify.notifiers.webhook import BATCH, STRUCTURED, event
from streams.notify.secrets import SecretError, SecretSource

_KEEP_ALIVE_S: Final = 30
_FAILED: Final = 128
"""MQTT 5, § 2.4: reason codes from here on are failures."""
_LEVEL: Final = re.compile(r"[^A-Za-z0-9._:-]")


class MqttOptions(NotifierOptions):
    """MQTT options: the broker, who we are there, and below which topic we publish.

    Attributes:
        host: The broker; `allow` must name it.
        port: 8883 where left out.
        topic: Messages are published to `<topic>/alerts/<alert_id>` and `<topic>/dispatches/<dispatch_id>`, several to
            `<topic>/several`.
        tls: Whether by TLS; without it for this machine alone, where a test listens.
        ca_file: Authorities to trust (PEM) in place of the machine's.
        username: As whom; the password is in `password`.
        client_cert_file: A certificate (PEM) by which the broker knows us, with its key in `client_key_file`.
        timeout_s: How long connecting, and the broker's confirmation, may take (s).
    """

    host: Annotated[str, Field(pattern=HOST)]
    port: Annotated[int, Field(ge=1, le=65_535)] = 8_883
    allow: AllowedAddresses
    topic: Annotated[str, Field(pattern=r"^[^+#\x00/][^+#\x00]{0,199}$")]
    tls: bool = True
    ca_file: Path | None = None
    client_cert_file: Path | None = None
    client_key_file: Path | None = None
    username: Annotated[str | None, Field(max_length=200)] = None
    password: SecretSource | None = None
    timeout_s: Annotated[float, Field(gt=0, le=60)] = 5.0

    @model_validator(mode="after")
    def _is_allowed(self) -> MqttOptions:
        if not self.allow.names(self.host):
            raise ValueError("host: expected a host of allow.hosts")
        if not self.tls and not loopback(self.host):
            raise ValueError("tls: expected true: without TLS 127.0.0.1 and ::1 alone are taken, where a test listens")
        if self.client_key_file is not None and self.client_cert_file is None:
            raise ValueError("client_cert_file: expected one beside client_key_file")
        return self


class _PinnedContext(ssl.SSLContext):
    """TLS to an address that was judged, with the certificate of the name that stands for it."""

    host: str = ""

    def wrap_socket(self, *args: Any, **options: Any) -> ssl.SSLSocket:
        """Return the socket; the certificate must be the host's."""
        return super().wrap_socket(*args, **{**options, "server_hostname": self.host})


class MqttNotifier(Notifier[MqttOptions]):
    """MQTT: a connection that is made anew, to an address that is judged anew, whenever it is lost."""

    kind: ClassVar[str] = "mqtt"
    options_model: ClassVar[type[NotifierOptions]] = MqttOptions

    def __init__(self, options: MqttOptions, told: Addressee) -> None:
        super().__init__(options, told)
        self._client: Client | None = None
        self._lock = Lock()
        self._refused: dict[int, int] = {}

    def deliver(self, notices: Sequence[Notice], now: datetime) -> Outcome:
        """Publish one event, or several as a batch, and wait for the broker's PUBACK."""
        try:
            with self._lock:
                client = self._connected()
            return Outcome(self._publish(client, notices))
        except Exception as error:
            return Outcome(_reason(error))

    def close(self) -> None:
        """Disconnect."""
        with self._lock:
            client = self._client
        if client is not None:
            self._drop(client)

    def _publish(self, client: Client, notices: Sequence[Notice]) -> OutcomeReason:
        several = len(notices) > 1
        body = orjson.dumps([event(each) for each in notices] if several else event(notices[0]))
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.ContentType = BATCH if several else STRUCTURED
        try:
            sent = client.publish(self._topic(notices), body, qos=1, retain=False, properties=properties)
            sent.wait_for_publish(self.options.timeout_s)
            taken = sent.is_published()
        except (RuntimeError, ValueError):
            self._drop(client)
            return OutcomeReason.UNREACHABLE
        if not taken:
            self._drop(client)
            return OutcomeReason.TIMEOUT
        return OutcomeReason.CLIENT_ERROR if self._refused.pop(sent.mid, 0) >= _FAILED else OutcomeReason.RECEIVED

    def _topic(self, notices: Sequence[Notice]) -> str:
        if len(notices) > 1:
            return f"{self.options.topic}/several"
        (notice,) = notices
        kind = "dispatches" if notice.dispatch_id else "cases" if notice.handover_id else "alerts"
        return f"{self.options.topic}/{kind}/{_LEVEL.sub('_', notice.about)}"

    def _connected(self) -> Client:
        """Return a client that is connected.

        Raises:
            AddressError: The host may not be connected to.
            SecretError: The password cannot be read.
            OSError: Nobody answers, or refuses us.
            TimeoutError: The answer took too long.
        """
        if self._client is not None and self._client.is_connected():
            return self._client
        if self._client is not None:
            self._drop(self._client)
        options = self.options
        at = run_within(pinned(options.host, options.port, options.allow), options.timeout_s)
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"toezicht-notify-{self.told.partner}-{self.told.channel}",
            protocol=MQTTv5,
            reconnect_on_failure=False,
        )
        client.connect_timeout = options.timeout_s
        if options.username is not None:
            client.username_pw_set(options.username, options.password.read() if options.password else None)
        if options.tls:
            client.tls_set_context(_tls(options))
        answered, codes = Event(), []

        def connected(_: Any, __: Any, ___: Any, code: Any, ____: Any) -> None:
            codes.append(code.is_failure)
            answered.set()

        def published(_: Any, __: Any, mid: int, code: Any, ____: Any) -> None:
            if code.value >= _FAILED:
                self._refused[mid] = code.value

        client.on_connect, client.on_publish = connected, published
        client.connect(at, options.port, _KEEP_ALIVE_S)
        client.loop_start()
        if not answered.wait(options.timeout_s) or codes[0]:
            self._drop(client)
            raise OSError("the broker does not take us")
        self._client = client
        return client

    def _drop(self, client: Client) -> None:
        if self._client is client:
            self._client = None
        with contextlib.suppress(OSError, ValueError, RuntimeError):
            client.disconnect()
            client.loop_stop()


def _reason(error: Exception) -> OutcomeReason:
    """Return why there is no connection."""
    if isinstance(error, AddressError):
        return error.reason
    kinds = {
        SecretError: OutcomeReason.SECRET_UNREADABLE,
        TimeoutError: OutcomeReason.TIMEOUT,
        ssl.SSLError: OutcomeReason.TLS,
        OSError: OutcomeReason.UNREACHABLE,
        ValueError: OutcomeReason.UNREACHABLE,
    }
    return next((reason for kind, reason in kinds.items() if isinstance(error, kind)), OutcomeReason.DEFECT)


def _tls(options: MqttOptions) -> ssl.SSLContext:
    context = _PinnedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.host = options.host
    if options.ca_file is None:
        context.load_default_certs()
    else:
        context.load_verify_locations(str(options.ca_file))
    if options.client_cert_file is not None:
        context.load_cert_chain(
            str(options.client_cert_file), str(options.client_key_file) if options.client_key_file else None
        )
    return context
