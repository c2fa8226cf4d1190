"""The local broker is a real Kafka: it keeps data, stops with its parent, and says in one line what is wrong."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

from streams.broker import BrokerError, LocalBroker
from streams.settings import Settings

pytestmark = pytest.mark.integration
CACHE = Settings().cache


def test_data_survives_a_restart(tmp_path: Path) -> None:
    """A record that was confirmed is there after stop and start, on another port."""
    with LocalBroker(tmp_path, CACHE, port=0) as first:
        KafkaAdminClient(bootstrap_servers=first.bootstrap_servers).create_topics([NewTopic("kept", 1, 1)])
        producer = KafkaProducer(bootstrap_servers=first.bootstrap_servers, acks="all")
        producer.send("kept", b"value").get(30)
        producer.close()
    with LocalBroker(tmp_path, CACHE, port=0) as second:
        consumer = KafkaConsumer(bootstrap_servers=second.bootstrap_servers, consumer_timeout_ms=30_000)
        consumer.assign([TopicPartition("kept", 0)])
        consumer.seek_to_beginning()
        assert next(iter(consumer)).value == b"value"
        consumer.close()


def test_a_second_broker_on_the_same_data_or_port_is_refused(tmp_path: Path) -> None:
    """Both errors are one line and name the folder or the port."""
    with LocalBroker(tmp_path, CACHE, port=0) as running:
        with pytest.raises(BrokerError, match=f"another broker is running on the data in {tmp_path}"):
            LocalBroker(tmp_path, CACHE, port=0).start()
        with pytest.raises(BrokerError, match=f"port {running.port} on 127.0.0.1 is taken"):
            LocalBroker(tmp_path / "other", CACHE, port=running.port).start()


def test_short_memory_is_said_before_anything_starts(tmp_path: Path) -> None:
    """The error names what there is and what is needed."""
    with pytest.raises(BrokerError, match="100 MiB of memory are free, Kafka with a heap of 512 MiB needs 712"):
        LocalBroker(tmp_path, CACHE, port=0, available_mb=lambda: 100).start()


def _run(tmp_path: Path, cache: Path, *options: str) -> subprocess.Popen[str]:
    """Start the command without any network: all proxies point at a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.1:{probe.getsockname()[1]}"
    environment = {**os.environ, "TOEZICHT_CACHE": str(cache), "TOEZICHT_DATA": str(tmp_path)}
    environment |= dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"), dead)
    environment |= {"NO_PROXY": "", "no_proxy": ""}
    return subprocess.Popen(
        [sys.executable, "-m", "streams.cli", "broker", "--port", "0", *options],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_works_without_a_network_and_stops_on_sigterm(tmp_path: Path, broker: str) -> None:
    """Once downloaded (the session's broker did that), the command starts offline, says so, and ends with code 0."""
    process = _run(tmp_path, CACHE)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("broker ready at 127.0.0.1:")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 0


def test_a_failed_download_is_one_line(tmp_path: Path) -> None:
    """With an empty cache and no network the error says what to do, without a traceback."""
    process = _run(tmp_path, tmp_path / "empty")
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 2
    last = errors.strip().splitlines()[-1]
    assert last.startswith("toezicht: Apache Kafka 4.1.1 could not be downloaded")
    assert "KAFKA_BOOTSTRAP_SERVERS" in last
    assert "Traceback" not in errors


def test_it_ends_when_its_parent_is_killed(tmp_path: Path, broker: str) -> None:
    """A kill -9 of the command leaves no Java process behind."""
    process = _run(tmp_path, CACHE, "--json")
    assert process.stdout is not None
    import json

    java = json.loads(process.stdout.readline())["pid"]
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 60
    while Path(f"/proc/{java}").exists() and "Z" not in Path(f"/proc/{java}/stat").read_text().split()[2]:
        assert time.monotonic() < deadline, "Java still runs"
        time.sleep(0.05)
