"""A real MQTT broker (mosquitto) on this machine, with TLS and a password where asked, and what is published on it."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from tests.support.certificates import Certificates


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

    def await_published(self, count: int, within_s: float = 60.0) -> list[Published]:
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
def mosquitto(
    folder: Path, certificates: Certificates | None = None, password: str = "", port: int = 0
) -> Iterator[Mosquitto]:
    """Yield a broker and a subscriber to all of it."""
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if program is None:
        pytest.fail("mosquitto is missing; run scripts/debian.sh test")
    port = port or free_port()
    lines = [f"listener {port} 127.0.0.1", "persistence false", f"allow_anonymous {'false' if password else 'true'}"]
    if password:
        (folder / "passwords").write_text("")
        tool = shutil.which("mosquitto_passwd") or "/usr/bin/mosquitto_passwd"
        subprocess.run([tool, "-b", str(folder / "passwords"), "toezicht", password], check=True, capture_output=True)
        (folder / "passwords").chmod(0o644)  # it gives up root's rights before it reads
        lines.append(f"password_file {folder / 'passwords'}")
    if certificates is not None:
        lines += [f"certfile {certificates.cert}", f"keyfile {certificates.key}"]
    (folder / "mosquitto.conf").write_text("\n".join([*lines, "user root"]))
    process = subprocess.Popen(
        [program, "-c", str(folder / "mosquitto.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
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
        deadline_s = time.monotonic() + 30
        while True:
            try:
                client.connect("127.0.0.1", port)
                break
            except OSError:
                assert process.poll() is None
                assert time.monotonic() < deadline_s
                time.sleep(0.05)
        client.loop_start()
        client.subscribe("#", qos=1)
        assert ready.wait(30)
        yield broker
    finally:
        with contextlib.suppress(Exception):
            client.disconnect()
            client.loop_stop()
        process.terminate()
        process.wait(20)
