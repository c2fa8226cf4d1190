"""Reconnects: one camera that is lost again and again, each time after its first pictures, and whether capture grows by it.

A camera's connection goes through a relay of this process, which cuts it. Capture waits half a second to a second, asks the
camera, opens the stream and sends pictures, as after any loss; only then comes the next cut. So each one is a whole reconnect.
"""

from __future__ import annotations

import json
import re
import socket
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from bench.faults.map import registry_document
from bench.soak.samples import SampleLog, Sampling, SoakPlan, java_of
from detectors.sources.base import ReadingOptions, SourceConfig
from detectors.sources.open import open_source
from detectors.sources.pacing import Clock
from detectors.sources.url import parse_rtsp
from streams.clock import boottime_s, utc_now
from streams.errors import ToezichtError
from streams.local.cluster import cluster, processes
from streams.local.pipeline import BrokerSection
from streams.local.supervisor import Child, ProcessSpec
from streams.settings import KafkaSettings, Settings

ADDRESS: Final = "SOAK_CAMERA"
"""The variable of capture that holds the address, with its login: no file has it."""
CAPTURE: Final = "capture"
POLL_S: Final = 0.1
NEXT_WITHIN_S: Final = 120.0
"""After this a camera does not come back: longer than capture's longest pause and all of its time-outs."""
PART_BYTES: Final = 65_536
_READ: Final = re.compile(r"^toezicht_frames_read_total\{[^}]*\} ([0-9.eE+]+)$", re.MULTILINE)


class Relay:
    """Relay: passes connections on to a camera, and can cut all of them.

    Attributes:
        port: Where it listens on this machine.
        cuts: How often it cut what was open.
        taken: How many connections it took so far.
    """

    def __init__(self, host: str, port: int) -> None:
        self._camera = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.cuts = self.taken = 0
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Cut everything that is open."""
        with self._lock:
            ends, self._open = self._open, set()
        for end in ends:
            _end(end)
        self.cuts += 1

    def close(self) -> None:
        """Listen no more."""
        _end(self._listener)
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                camera = socket.create_connection(self._camera, timeout=NEXT_WITHIN_S)
            except OSError:
                client.close()
                continue
            with self._lock:
                self._open |= {client, camera}
                self.taken += 1
            for source, target in ((client, camera), (camera, client)):
                threading.Thread(target=self._pass_on, args=(source, target), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while part := source.recv(PART_BYTES):
                target.sendall(part)
        with self._lock:
            self._open -= {source, target}
        for end in (source, target):
            _end(end)


def soak(
    address: str, reconnects: int, every_s: float, settings: Settings, kafka: KafkaSettings, log: SampleLog,
    say: Callable[[str], None],
) -> dict[str, Any]:  # fmt: skip
    """Cut a camera so often, take samples all the while, and return what was done.

    Args:
        address: The camera's, `rtsp://`.
        reconnects: How often.
        every_s: From one sample to the next (s).
        settings: With the folder for all data.
        kafka: A cluster, or none for one of our own.
        log: Takes the samples.
        say: Told how far it is.

    Raises:
        SourceError: The camera shows nothing.
        ToezichtError: It did not come back after a cut.
    """
    folder = settings.data
    with ExitStack() as stack:
        stack.callback(log.close)
        size = _size(address)
        relay = stack.enter_context(_relayed(address))
        reached = stack.enter_context(cluster(settings, kafka, BrokerSection(port=0), say))
        spec = _capture(address, relay.port, size, reached.bootstrap_servers, folder)
        supervisor = stack.enter_context(processes([spec], settings, say, reached.look_after))
        (child,) = supervisor.children
        plan = SoakPlan(0.0, 0.0, every_s)
        disk = folder / "broker" / "log"
        with Sampling(log, lambda: supervisor.children, java_of(), disk, plan) as sampling:
            _await(lambda: _pictures(child) > 0, child, supervisor.poll)
            while relay.cuts < reconnects:
                _reconnect(relay, child, supervisor.poll)
                if relay.cuts % 50 == 0:
                    say(f"{relay.cuts} reconnects after {sampling.passed_s / 60:.0f} min")
            return {"reconnects": relay.cuts, "seconds": round(sampling.passed_s, 1)}


def _size(address: str) -> tuple[int, int]:
    """Return width and height of the camera's pictures (px)."""
    clock = Clock(now=utc_now, monotonic_s=boottime_s)
    source = open_source(SourceConfig(address), ReadingOptions(), clock, lambda _: None)
    try:
        frame = source.read()
    finally:
        source.close()
    assert frame is not None  # a live stream has no end, it is lost
    height, width = frame.image.shape[:2]
    return width, height


@contextmanager
def _relayed(address: str) -> Iterator[Relay]:
    camera = parse_rtsp(address)
    relay = Relay(camera.host, camera.port)
    try:
        yield relay
    finally:
        relay.close()


def _capture(address: str, port: int, size: tuple[int, int], servers: str, folder: Path) -> ProcessSpec:
    """Return capture of this one camera, reached by the relay."""
    width, height = size
    registry = json.loads(registry_document())
    camera = registry["cameras"][0]
    whole = [[0, 0], [width, 0], [width, height], [0, height]]
    camera |= {"width_px": width, "height_px": height, "source": {"url": f"${{{ADDRESS}}}"}}
    camera["zones"][0]["polygon"] = whole
    path = folder / "registry.yaml"
    path.write_text(json.dumps(registry | {"cameras": [camera]}))
    parts = urlsplit(address)
    login, at, _ = parts.netloc.rpartition("@")
    relayed = parts._replace(netloc=f"{login}{at}127.0.0.1:{port}").geturl()
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": servers,
        "TOEZICHT_DATA": str(folder),
        "TOEZICHT_METRICS_PORT": "0",
        "TOEZICHT_REGISTRY": str(path),
        ADDRESS: relayed,
    }
    return ProcessSpec(CAPTURE, [sys.executable, "-m", "streams.cli", "capture"], environment)


def _reconnect(relay: Relay, child: Child, poll: Callable[[], None]) -> None:
    """Cut, and wait until the camera is asked again and gives a picture: one that was under way at the cut does not count."""
    taken = relay.taken
    relay.cut()
    _await(lambda: relay.taken > taken, child, poll)
    pictures = _pictures(child)
    _await(lambda: _pictures(child) > pictures, child, poll)


def _await(reached: Callable[[], bool], child: Child, poll: Callable[[], None]) -> None:
    deadline_s = time.monotonic() + NEXT_WITHIN_S
    while not reached():
        if time.monotonic() > deadline_s:
            raise ToezichtError(f"the camera is not back after {NEXT_WITHIN_S:.0f} s, see {child.log_file}")
        poll()
        time.sleep(POLL_S)


def _pictures(child: Child) -> float:
    """Return how many pictures capture has read; one that is being started again has read none yet."""
    port = child.metrics_port()
    if port is None:
        return 0.0
    with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return sum(float(found) for found in _READ.findall(answer.read().decode()))
    return 0.0


def _end(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)  # closing alone would leave the other thread waiting
    end.close()
