"""Intake as it runs: the command, a real broker, restarts, signals, and a broker that goes away."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from schemas.base import Message
from schemas.codec import decode
from schemas.dead_letters import DeadLetterReference
from schemas.errors import UndecodableError
from schemas.incidents import Incident, Operation
from streams.clock import utc_now
from streams.intake.intake import Intake
from streams.intake.lines import Line
from streams.intake.sources.categories import load_categories
from streams.intake.sources.recorded import RecordedReports
from streams.kafka.admin import apply
from streams.kafka.producer import connect
from streams.kafka.reader import Reader
from streams.kafka.send_window import SendWindow
from streams.local.broker import LocalBroker, free_port
from streams.settings import KafkaSettings, Settings
from tests.support.intake_command import RUN

pytestmark = pytest.mark.integration


def _environment(broker: str) -> dict[str, str]:
    return os.environ | {"KAFKA_BOOTSTRAP_SERVERS": broker, "TOEZICHT_METRICS_PORT": "0"}


def _command(broker: str, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*RUN, *arguments], env=_environment(broker), input=stdin, capture_output=True, timeout=90, check=False
    )


def _results(done: subprocess.CompletedProcess[bytes]) -> dict[str, int]:
    assert done.returncode == 0, done.stderr.decode()
    results: dict[str, int] = json.loads(done.stdout.splitlines()[-1])["results"]
    return results


def _messages(broker: str, topic: str) -> Iterator[Message]:
    """Yield all messages of a topic, as the product reads them: another test may have left what is compressed, or no message."""
    reader = Reader(KafkaSettings(bootstrap_servers=broker), "test")
    spans = reader.spans((topic,))
    ends = {place: end for place, (_, end) in spans.items()}
    reader.begin({place: first for place, (first, _) in spans.items()})
    while reader.behind(ends):
        for record in reader.poll(0.5):
            if record.value is not None:
                with contextlib.suppress(UndecodableError):
                    yield decode(record.value, record.headers)
    reader.close()


def _incidents(broker: str, source: str) -> list[Incident]:
    return [m for m in _messages(broker, "incidents") if isinstance(m, Incident) and m.source == source]


def _jsonl(*lines: dict[str, Any]) -> str:
    return "".join(json.dumps(line) + "\n" for line in lines)


@pytest.fixture
def source() -> str:
    """Return a partner's name that no other test uses."""
    return f"partner-{uuid.uuid4().hex[:10]}"


def test_a_restarted_intake_still_makes_updates(kafka: KafkaSettings, tmp_path: Path, source: str) -> None:
    """A second process knows from the topic what the first one sent: the same file changes nothing, a change updates."""
    broker = kafka.bootstrap_servers
    file = tmp_path / "reports.jsonl"
    one = {"source": source, "source_id": "1", "category": "bzdsbr", "priority": "P 2"}
    two = {"source": source, "source_id": "2", "category": "bzibwn"}
    file.write_text(_jsonl(one, two))
    assert _results(_command(broker, "recorded", str(file), "--json")) == {"created": 2}
    assert _results(_command(broker, "recorded", str(file), "--json")) == {"duplicate": 2}
    file.write_text(_jsonl(one | {"priority": "P 1"}, two | {"operation": "cancel"}, two))
    results = _results(_command(broker, "recorded", str(file), "--json"))
    assert results == {"updated": 1, "cancelled": 1, "reactivated": 1}
    assert [(m.source_id, m.operation, m.revision) for m in _incidents(broker, source)] == [
        ("1", Operation.CREATE, 0),
        ("2", Operation.CREATE, 0),
        ("1", Operation.UPDATE, 1),
        ("2", Operation.CANCEL, 1),
        ("2", Operation.UPDATE, 2),
    ]


def test_p2000_from_standard_input(kafka: KafkaSettings) -> None:
    """Pager lines arrive as incidents, a broken one as a dead letter, a repeat and a test as nothing."""
    street = "abcdefghijklmnopqrstuvwxyz"[uuid.uuid4().int % 26] * 3 + uuid.uuid4().hex.translate(
        str.maketrans("0123456789", "ghijklmnop")
    )
    head = "FLEX|2021-06-28 16:50:35|1600/2/K/A|12.092|002029568 000126999|ALN|"
    call = f"{head}P 1 BAD-01 Brand woning {street[:20]}straat Amstelveen 132431"
    lines = [call, call, head + "TESTOPROEP", "FLEX|broken", call.replace("P 1", "P 1 (Intrekken Alarm Brw)")]
    stdin = "\n".join(lines).encode()
    done = _command(kafka.bootstrap_servers, "p2000", "--clock", "host", "--json", stdin=stdin)
    assert _results(done) == {"created": 1, "duplicate": 1, "not_for_us": 1, "unreadable": 1, "cancelled": 1}
    mine = [m for m in _incidents(kafka.bootstrap_servers, "p2000") if m.place.startswith(street[:20])]
    assert [m.operation for m in mine] == [Operation.CREATE, Operation.CANCEL]
    assert mine[0].place == f"{street[:20]}straat, Amstelveen"
    letters = [m for m in _messages(kafka.bootstrap_servers, "dead-letters") if isinstance(m, DeadLetterReference)]
    assert letters[-1].offset == 4


def test_sigterm_confirms_what_was_read(kafka: KafkaSettings, source: str) -> None:
    """A running intake ends within ten seconds, with everything that it read on the topic."""
    process = subprocess.Popen(
        [*RUN, "recorded", "-", "--json"],
        env=_environment(kafka.bootstrap_servers),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    process.stdin.write(_jsonl({"source": source, "source_id": "1"}).encode())
    process.stdin.flush()
    deadline = time.monotonic() + 60
    while not _incidents(kafka.bootstrap_servers, source) and time.monotonic() < deadline:
        time.sleep(0.2)
    began_s = time.monotonic()
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=20)
    assert time.monotonic() - began_s < 10
    assert process.returncode == 0
    assert json.loads(output)["results"] == {"created": 1}
    assert [m.source_id for m in _incidents(kafka.bootstrap_servers, source)] == ["1"]


def test_bad_ways_to_call_it(kafka: KafkaSettings, tmp_path: Path) -> None:
    """An empty file, a missing one, a wrong option and a broker that is not there are one line and an exit code."""
    broker = kafka.bootstrap_servers
    empty = tmp_path / "empty.jsonl"
    empty.write_text("")
    for address, arguments, code, said in (
        (broker, ["recorded", str(empty)], 1, "no line in it"),
        (broker, ["recorded", str(tmp_path / "missing.jsonl")], 2, "No such file"),
        (broker, ["recorded", str(tmp_path)], 2, "not a folder"),
        (broker, ["recorded", str(empty), "--start", "noon"], 2, "--start"),
        (broker, ["p2000", "--clock", "sun"], 2, "--clock"),
        (broker, ["p2000", "--gazetteer", str(empty)], 2, "empty.jsonl:1"),
        ("", ["p2000"], 2, "KAFKA_BOOTSTRAP_SERVERS"),
    ):
        done = _command(address, *arguments)
        assert done.returncode == code, done.stderr.decode()
        assert said in done.stderr.decode().splitlines()[-1]


@pytest.mark.slow
@pytest.mark.parametrize("within_s", [600.0, 5.0], ids=["the producer waits", "the producer gives up"])
def test_a_broker_that_goes_away_for_ten_seconds(tmp_path: Path, source: str, within_s: float) -> None:
    """Reports read meanwhile wait, and all arrive in order when it is back, also those that the client gave up by then."""
    broker = LocalBroker(tmp_path, Settings().cache, port=free_port())
    said: list[str] = []
    with broker:
        kafka = KafkaSettings(bootstrap_servers=broker.bootstrap_servers)
        apply(kafka)

        def producer() -> Any:
            return connect(kafka, "intake-test", within_s, bootstrap_timeout_ms=2_000, max_block_ms=1_000)

        window = SendWindow(producer, kafka.bootstrap_servers, say=said.append)
        intake = Intake(RecordedReports(load_categories()), window, utc_now)
        numbers = iter(range(1, 10_000))

        def take(count: int) -> None:
            for _ in range(count):
                content = json.dumps({"source": source, "source_id": str(next(numbers))}).encode()
                intake.take(Line(1, content, len(content)))

        take(50)
        assert intake.flush(60, time.monotonic) == 0
        broker.kill()
        reader = threading.Thread(target=take, args=(700,))
        reader.start()
        time.sleep(10)
        assert reader.is_alive(), "more was read than may be unconfirmed"
        broker.start_again()
        reader.join(120)
        assert not reader.is_alive()
        assert intake.flush(120, time.monotonic) == 0
        assert intake.close() == ""
        arrived = dict.fromkeys(m.source_id for m in _incidents(kafka.bootstrap_servers, source))
        assert list(arrived) == [str(n) for n in range(1, 751)]
    assert said == [
        f"waiting for Kafka at {kafka.bootstrap_servers}: 500 records are not confirmed and kept, no more is read",
        f"Kafka at {kafka.bootstrap_servers} answers again",
    ]
