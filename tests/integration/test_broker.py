"""The local broker is a real Kafka: it keeps data, stops with its parent, and says in one line what is wrong."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

from streams.local.broker import BrokerError, LocalBroker
from streams.settings import Settings

pytestmark = pytest.mark.integration
CACHE = Settings().cache


def test_data_survives_a_restart(tmp_path: Path) -> None:
    """A record that was confirmed is there after stop and start, on another port."""
    with LocalBroker(tmp_path, CACHE, port=0) as first:
        admin = KafkaAdminClient(bootstrap_servers=first.bootstrap_servers)
        admin.create_topics([NewTopic("kept", 1, 1)])
        admin.close()
        producer = KafkaProducer(bootstrap_servers=first.bootstrap_servers, acks="all")
        producer.send("kept", b"value").get(30)
        producer.close()
    with LocalBroker(tmp_path, CACHE, port=0) as second:
        consumer = KafkaConsumer(bootstrap_servers=second.bootstrap_servers, consumer_timeout_ms=30_000)
        consumer.assign([TopicPartition("kept", 0)])
        consumer.seek_to_beginning()
        assert next(iter(consumer)).value == b"value"
        consumer.close()


def _await_answer(local: LocalBroker) -> None:
    deadline = time.monotonic() + 240
    while not local.answers():
        assert local.running(), local.how_it_ended()
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_one_that_was_killed_starts_again_on_its_port_with_its_data(tmp_path: Path) -> None:
    """Whoever knows its address need not be told a new one; the log of the run before is kept beside the new one."""
    with LocalBroker(tmp_path, CACHE, port=0) as local:
        admin = KafkaAdminClient(bootstrap_servers=local.bootstrap_servers)
        admin.create_topics([NewTopic("kept", 1, 1)])
        admin.close()
        producer = KafkaProducer(bootstrap_servers=local.bootstrap_servers, acks="all")
        producer.send("kept", b"value").get(30)
        producer.close()
        address, pid = local.bootstrap_servers, local.pid
        local.kill()
        assert (local.running(), local.answers(), local.how_it_ended()) == (False, False, "killed by SIGKILL")
        local.start_again()
        _await_answer(local)
        assert local.bootstrap_servers == address
        assert local.pid != pid
        consumer = KafkaConsumer(bootstrap_servers=address, consumer_timeout_ms=30_000)
        consumer.assign([TopicPartition("kept", 0)])
        consumer.seek_to_beginning()
        assert next(iter(consumer)).value == b"value"
        consumer.close()
        assert (tmp_path / "broker.log.1").exists()


def test_one_that_is_stopped_by_a_signal_lives_and_does_not_answer(tmp_path: Path) -> None:
    """The kernel still takes connections for it; a probe must not be taken in by that."""
    with LocalBroker(tmp_path, CACHE, port=0) as local:
        _await_answer(local)
        assert local.pid is not None
        os.kill(local.pid, signal.SIGSTOP)
        while psutil.Process(local.pid).status() != psutil.STATUS_STOPPED:
            time.sleep(0.01)
        assert (local.running(), local.answers()) == (True, False)
        local.kill()
        assert not local.running()


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
    assert process.returncode == 1
    last = errors.strip().splitlines()[-1]
    assert last.startswith("toezicht: Apache Kafka 4.1.1 could not be downloaded")
    assert "KAFKA_BOOTSTRAP_SERVERS" in last
    assert "Traceback" not in errors
    assert [path.name for path in (tmp_path / "empty").iterdir()] == ["download.lock"]


def test_a_taken_port_is_exit_code_1_and_a_wrong_one_2(tmp_path: Path) -> None:
    """A problem is told apart from wrong use; the line names the port."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        process = _run(tmp_path, CACHE, "--port", str(port))
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert errors.strip().splitlines()[-1].startswith(f"toezicht: port {port} on 127.0.0.1 is taken")
    process = _run(tmp_path, CACHE, "--port", "70000")
    process.communicate(timeout=60)
    assert process.returncode == 2


def test_a_heap_that_is_too_small_is_said_in_one_line(tmp_path: Path, broker: str) -> None:
    """Java's own words are found in its log, not those of a run before."""
    with pytest.raises(BrokerError, match=r"memory is short for a heap of 8 MiB: .*OutOfMemoryError") as caught:
        LocalBroker(tmp_path, CACHE, port=0, heap_mb=8).start()
    assert "\n" not in str(caught.value)


def test_kafka_says_why_it_died(tmp_path: Path, broker: str) -> None:
    """Data that Kafka refuses: the error is the cause that Kafka logged, without its stack; nothing is left behind."""
    local = LocalBroker(tmp_path, CACHE, port=0)
    with local:
        written = tmp_path / "log" / "meta.properties"
        kept = written.read_text()
    written.write_text(kept.replace("version=1", "version=999"))
    with pytest.raises(BrokerError, match=r"Kafka died while starting: [\w.]+Exception: .*meta\.properties"):
        local.start()
    assert not local.running()
    written.write_text(kept.replace("node.id=1", "node.id=7"))
    with pytest.raises(BrokerError, match=f"the data in {tmp_path} were written by another cluster"):
        local.start()


def test_it_ends_when_its_parent_is_killed(tmp_path: Path, broker: str) -> None:
    """A kill -9 of the command leaves no Java process behind; the next start finds data and port free."""
    process = _run(tmp_path, CACHE, "--json")
    assert process.stdout is not None
    java = json.loads(process.stdout.readline())["pid"]
    process.kill()
    process.communicate()
    with LocalBroker(tmp_path / "broker", CACHE, port=0):  # waits until the Java before let go of the data
        assert not _lives(java)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
