"""`toezicht notify` as a process, on a real broker, with a partner's real server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from lxml import etree

from schemas.alerts import AlertState
from schemas.categories import Category, Priority
from schemas.codec import decode
from schemas.dead_letters import DeadLetterReference
from schemas.dispatch import DispatchReceipt
from streams.kafka.admin import apply
from streams.kafka.consumer import Consumer
from streams.kafka.options import kafka_client_options
from streams.kafka.reader import read_messages
from streams.notify.cap import NAMESPACE
from streams.settings import KafkaSettings
from streams.topics import DAY_MS, DEAD_LETTERS, TopicSpec
from tests.support.notices import partner_alert, partner_dispatch
from tests.support.partner_topics import ENVIRONMENT, hook, make_topics, partners_file, put
from tests.support.receiver import Hook, Reply, receiving

pytestmark = [pytest.mark.integration]
WITHIN_S = 240.0
HELD_UP_S = 60.0
"""Twenty messages to a partner that hangs take longer, five seconds and a pause each: who waited for it would not end in time."""


@contextmanager
def notifying(kafka: KafkaSettings, file: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Yield the process that delivers, which ends in good order where nobody killed it."""
    environment = {**os.environ, **ENVIRONMENT, "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers}
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "streams.cli", "notify", "--partners", str(file)], env=environment, stderr=out
        )
        try:
            yield process
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                assert process.wait(20) == 0
        finally:
            if process.poll() is None:
                process.kill()
                process.wait(20)


def ordered(hooks: list[Hook]) -> dict[str, list[int]]:
    """Return the revisions of each alert as they came, each id once, as a receiver keeps them."""
    seen: set[str] = set()
    found: dict[str, list[int]] = defaultdict(list)
    for each in hooks:
        if each.id not in seen:
            seen.add(each.id)
            told = json.loads(each.body)
            found[told["alert_id"]].append(told["revision"])
    return found


def test_what_is_on_the_topic_is_received_signed_in_order_and_once(empty_kafka: KafkaSettings, tmp_path: Path) -> None:
    """Also over a restart in good order: nothing comes a second time."""
    make_topics(empty_kafka, "politie")
    with receiving() as receiver:
        file = partners_file(tmp_path, {"politie": {"hook": hook(receiver)}})
        put(empty_kafka, (partner_alert(alert_id=f"a{n % 5}", revision=n // 5) for n in range(25)), "partner-politie")
        with notifying(empty_kafka, file, tmp_path / "log"):
            receiver.await_taken(25)
        put(empty_kafka, (partner_alert(alert_id=f"a{n % 5}", revision=5) for n in range(5)), "partner-politie")
        with notifying(empty_kafka, file, tmp_path / "log"):
            taken = receiver.await_taken(30)
    assert all(each.signed for each in taken)
    assert max(Counter(each.id for each in taken).values()) == 1
    assert ordered(taken) == {f"a{n}": list(range(6)) for n in range(5)}
    assert receiver.secret not in (tmp_path / "log").read_text()


def test_a_kill_while_a_partner_is_down_loses_nothing_and_its_ids_tell_what_came_twice(
    empty_kafka: KafkaSettings, tmp_path: Path
) -> None:
    """The server answers with 503, then is not there, the process is killed with -9, and all comes in order."""
    make_topics(empty_kafka, "politie")
    down = threading.Event()
    with receiving(lambda _: Reply(503) if down.is_set() else Reply()) as receiver:
        port = receiver.port
        file = partners_file(tmp_path, {"politie": {"hook": hook(receiver)}})
        put(empty_kafka, (partner_alert(alert_id=f"a{n % 10}", revision=n // 10) for n in range(40)), "partner-politie")
        with notifying(empty_kafka, file, tmp_path / "log") as process:
            receiver.await_taken(20)
            down.set()
            put(
                empty_kafka,
                (partner_alert(alert_id=f"a{n % 10}", revision=n // 10) for n in range(40, 80)),
                "partner-politie",
            )
            time.sleep(1.0)
            process.kill()
            process.wait(20)
        before = list(receiver.taken)
    with notifying(empty_kafka, file, tmp_path / "log"):
        time.sleep(2.0)  # nobody listens
        with receiving(port=port) as back:
            deadline_s = time.monotonic() + WITHIN_S
            while len({each.id for each in before + back.taken}) < 80:
                assert time.monotonic() < deadline_s, len({each.id for each in before + back.taken})
                time.sleep(0.05)
            after = list(back.taken)
    assert ordered(before + after) == {f"a{n}": list(range(8)) for n in range(10)}
    repeated = sum(each.id in {b.id for b in before} for each in after)
    assert repeated <= 40  # what was received since the last commit; the receiver drops it by its id


def test_a_partner_that_hangs_holds_up_no_other(empty_kafka: KafkaSettings, tmp_path: Path) -> None:
    """Nor one that refuses each of its messages, which are set aside with the reason."""
    make_topics(empty_kafka, "politie", "brandweer", "hor")
    forever = threading.Event()
    with (
        receiving(lambda _: Reply(before=lambda: bool(forever.wait(30)))) as hangs,
        receiving() as well,
        receiving(lambda _: Reply(422)) as refuses,
    ):
        channels = {"politie": hangs, "brandweer": well, "hor": refuses}
        file = partners_file(tmp_path, {name: {"hook": hook(each)} for name, each in channels.items()})
        for partner in channels:
            messages = [partner_alert(partner=partner, alert_id=f"a{n}") for n in range(20)]
            put(empty_kafka, messages, f"partner-{partner}")
        with notifying(empty_kafka, file, tmp_path / "log"):
            well.await_taken(20, HELD_UP_S)
            deadline_s = time.monotonic() + HELD_UP_S
            while len(letters := list(read_messages(empty_kafka, DEAD_LETTERS, DeadLetterReference))) < 20:
                assert time.monotonic() < deadline_s
                time.sleep(0.2)
            forever.set()
    assert {(each.stage, each.reason, each.topic) for each in letters} == {("notify", "not_delivered", "partner-hor")}
    assert "refuses this message" in letters[0].detail
    assert len(refuses.hooks) == 20


def test_a_receipt_in_the_response_comes_on_the_partners_answers_topic(
    empty_kafka: KafkaSettings, tmp_path: Path
) -> None:
    """A dispatch is answered at once by a machine; an alert is not."""
    make_topics(empty_kafka, "politie")
    answer = Reply(202, b'{"outcome": "accepted"}', (("content-type", "application/json"),))
    with receiving(lambda _: answer) as receiver:
        file = partners_file(tmp_path, {"politie": {"hook": hook(receiver)}})
        put(empty_kafka, [partner_alert(), partner_dispatch()], "partner-politie")
        with notifying(empty_kafka, file, tmp_path / "log"):
            receiver.await_taken(2)
    (receipt,) = on_topic(empty_kafka, "partner-politie-answers")
    assert (receipt.dispatch_id, receipt.recipient, receipt.outcome) == ("d1", "politie", "accepted")


def test_health_goes_by_channels_that_may_carry_it_and_leaves_no_content_behind(
    empty_kafka: KafkaSettings, tmp_path: Path
) -> None:
    """A dead letter is kept longer than the health topic's day, so it has only where it stood."""
    make_topics(empty_kafka, "ambulance")
    with receiving(lambda _: Reply(422)) as may, receiving() as may_not:
        channels = {"may": {**hook(may), "health": True}, "may-not": hook(may_not)}
        file = partners_file(tmp_path, {"ambulance": channels})
        ill = partner_alert(partner="ambulance", category=Category.MEDISCH_ONWEL, priority=Priority.P1)
        put(empty_kafka, [ill], "partner-ambulance-health")
        put(empty_kafka, [partner_alert(partner="ambulance", alert_id="other")], "partner-ambulance")
        with notifying(empty_kafka, file, tmp_path / "log"):
            may_not.await_taken(1)
            deadline_s = time.monotonic() + WITHIN_S
            while len(letters := list(read_messages(empty_kafka, DEAD_LETTERS, DeadLetterReference))) < 2:
                assert time.monotonic() < deadline_s
                time.sleep(0.2)
    assert [json.loads(each.body)["alert_id"] for each in may_not.taken] == ["other"]
    assert sorted((each.topic, each.original_bytes == 0) for each in letters) == [
        ("partner-ambulance", False), ("partner-ambulance-health", True),
    ]  # fmt: skip


def test_a_channel_for_health_without_its_topic_is_told(empty_kafka: KafkaSettings, tmp_path: Path) -> None:
    """It would wait for ever for what its partner is not granted."""
    apply(empty_kafka, [TopicSpec("partner-hor", "room", DAY_MS)])
    with receiving() as receiver:
        file = partners_file(tmp_path, {"hor": {"hook": {**hook(receiver), "health": True}}})
        environment = {**os.environ, **ENVIRONMENT, "KAFKA_BOOTSTRAP_SERVERS": empty_kafka.bootstrap_servers}
        command = [sys.executable, "-m", "streams.cli", "notify", "--partners", str(file)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=WITHIN_S, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == (
        f"toezicht: {file}: partners.hor.delivery.channels.hook.health is True, expected false, or the topic partner-hor-health: "
        "grant hor what concerns health, and run `toezicht topics apply`"
    )


def test_a_cap_channel_that_starts_again_refers_to_what_was_sent_before(
    empty_kafka: KafkaSettings, tmp_path: Path
) -> None:
    """It reads the topic from the beginning; a Cancel of what it never sent is not sent."""
    make_topics(empty_kafka, "politie")
    with receiving() as receiver:
        channel = {**hook(receiver, sender="toezicht.example"), "kind": "cap"}
        file = partners_file(tmp_path, {"politie": {"cap": channel}})
        put(empty_kafka, [partner_alert(revision=0), partner_alert(revision=1)], "partner-politie")
        with notifying(empty_kafka, file, tmp_path / "log"):
            receiver.await_taken(2)
        gone = partner_alert(alert_id="other", revision=3, withdrawn=True)
        put(empty_kafka, [gone, partner_alert(revision=2, state=AlertState.CANCELLED)], "partner-politie")
        with notifying(empty_kafka, file, tmp_path / "log"):
            taken = receiver.await_taken(3)
    roots = [etree.fromstring(each.body) for each in taken]
    assert [root.findtext(f"{{{NAMESPACE}}}msgType") for root in roots] == ["Alert", "Update", "Cancel"]
    assert [len((root.findtext(f"{{{NAMESPACE}}}references") or "").split()) for root in roots] == [0, 1, 2]


def on_topic(kafka: KafkaSettings, topic: str) -> list[DispatchReceipt]:
    """Return the receipts on a topic."""
    consumer = Consumer(topic, **kafka_client_options(kafka), auto_offset_reset="earliest", enable_auto_commit=False,
                        group_id=None, consumer_timeout_ms=3_000)  # fmt: skip
    try:
        found = [decode(record.value, record.headers) for record in consumer]
    finally:
        consumer.close()
    return [each for each in found if isinstance(each, DispatchReceipt)]
