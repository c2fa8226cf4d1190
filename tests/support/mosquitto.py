"""A real MQTT broker (mosquitto) on this machine, with TLS and a password where asked, and what is published on it."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from tests.support.certificates import Certificates

WITHIN_S: Final = 240.0
"""Only there to end a test that fails."""


@dataclass
class Published:
    """What a subscriber got: topic, payload, quality of service, whether retained, content type."""

    topic: str
    payload: bytes
    qos: int
    retained: bool
    content_type: str


@dataclass
class Mosquitto:
    """A broker: its port, and what was published on it."""

    port: int
    published: list[Published] = field(default_factory=list)

    def await_published(self, count: int, within_s: float = 240.0) -> list[Published]:
        """Wait until so many came."""
        deadline_s = time.monotonic() + within_s
        while len(self.published) < count:
            assert time.monotonic() < deadline_s, self.published
            time.sleep(0.02)
        return list(self.published)


def free_port() -> int:
    """Return a port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def mosquitto_server(
    folder: Path, port: int, users: Mapping[str, str], certificate: Path | None = None, key: Path | None = None
) -> Iterator[None]:
    """Run a broker on a port: by TLS where there is a certificate, for these users alone where there are any.

    What it keeps for sessions is in the folder, and outlives it.
    """
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if program is None:
        pytest.fail("mosquitto is missing; run scripts/debian.sh test")
    lines = [
        f"listener {port} 127.0.0.1", "persistence true", f"persistence_location {folder}/", "autosave_interval 1",
        "max_inflight_messages 0", "max_queued_messages 100000", "user root",
        f"allow_anonymous {'false' if users else 'true'}",
    ]  # fmt: skip
    if users:
        passwords = folder / "passwords"
        passwords.write_text("".join(f"{name}:{password}\n" for name, password in users.items()))
        passwords.chmod(0o600)
        tool = shutil.which("mosquitto_passwd") or "/usr/bin/mosquitto_passwd"
        subprocess.run([tool, "-U", str(passwords)], check=True, capture_output=True)
        lines.append(f"password_file {passwords}")
    if certificate is not None:
        lines += [f"certfile {certificate}", f"keyfile {key}"]
    (folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")
    with (folder / "mosquitto.log").open("ab") as log:
        process = subprocess.Popen([program, "-c", str(folder / "mosquitto.conf")], stdout=log, stderr=log)
    try:
        deadline_s = time.monotonic() + WITHIN_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                late = process.poll() is not None or time.monotonic() > deadline_s
                assert not late, (folder / "mosquitto.log").read_text()
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(WITHIN_S)


@contextmanager
def mosquitto(
    folder: Path, certificates: Certificates | None = None, password: str = "", port: int = 0
) -> Iterator[Mosquitto]:
    """Yield a broker and a subscriber to all of it."""
    port = port or free_port()
    users = {"toezicht": password} if password else {}
    proof = (None, None) if certificates is None else (certificates.cert, certificates.key)
    with mosquitto_server(folder, port, users, *proof), _subscribed(port, certificates, password) as broker:
        yield broker


@contextmanager
def _subscribed(port: int, certificates: Certificates | None, password: str) -> Iterator[Mosquitto]:
    client, broker, ready = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5), Mosquitto(port), threading.Event()

    def message(_: Any, __: Any, came: Any) -> None:
        kind = getattr(came.properties, "ContentType", "")
        broker.published.append(Published(came.topic, came.payload, came.qos, came.retain, kind))

    client.on_message = message
    client.on_subscribe = lambda *_: ready.set()
    if password:
        client.username_pw_set("toezicht", password)
    if certificates is not None:
        client.tls_set(str(certificates.authority))
        client.tls_insecure_set(True)  # the subscriber is no part of what is tested
    try:
        client.connect("127.0.0.1", port)
        client.loop_start()
        client.subscribe("#", qos=1)
        assert ready.wait(WITHIN_S)
        yield broker
    finally:
        with contextlib.suppress(Exception):
            client.disconnect()
            client.loop_stop()
