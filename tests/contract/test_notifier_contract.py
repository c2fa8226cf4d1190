"""Every notifier keeps the same contract: what it delivers is there, what it cannot is a reason, and nothing tells a secret."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from lxml import etree
from pydantic import ValidationError

from schemas.alerts import AlertState
from streams.notify.cap import NAMESPACE
from streams.notify.delivery.outcome import OutcomeReason
from streams.notify.notice import Notice
from streams.notify.notifiers.base import Addressee, Notifier, NotifierOptions
from streams.notify.notifiers.registry import NOTIFIERS
from tests.support.certificates import certificates
from tests.support.mail import mailbox
from tests.support.mosquitto import free_port, mosquitto
from tests.support.notices import notice_of, partner_alert, partner_dispatch
from tests.support.receiver import SECRET, Reply, receiving

pytestmark = [pytest.mark.integration]
TOLD = Addressee("politie", "Politie", "main", ZoneInfo("Europe/Amsterdam"))
LOCAL = {"hosts": ["127.0.0.1"], "networks": ["127.0.0.0/8"]}
PASSWORD = "s3cret-of-a-test"
PLACE = "Stationsstraat"


@dataclass
class Way:
    """A way out to a server that a test started.

    Attributes:
        options: The channel's.
        texts: Returns what came there, each as one text.
        alert_ids: Returns by which alert each was, as far as it says so.
    """

    options: dict[str, Any]
    texts: Callable[[], list[str]]


@contextmanager
def webhook(folder: Path) -> Iterator[Way]:
    """A partner's server."""
    (folder / "key").write_text(SECRET)
    with receiving() as receiver:
        options = {"url": receiver.url, "allow": LOCAL, "secrets": [{"file": str(folder / "key")}], "timeout_s": 5}
        yield Way(options, lambda: [each.body.decode() for each in receiver.taken if each.signed])


@contextmanager
def cap(folder: Path) -> Iterator[Way]:
    """The same, which gets documents."""
    with webhook(folder) as way:
        yield Way({**way.options, "sender": "toezicht.example"}, way.texts)


@contextmanager
def message(folder: Path) -> Iterator[Way]:
    """A mail server."""
    with mailbox() as box:
        (folder / "url").write_text(
            f"mailto://user:{PASSWORD}@127.0.0.1:{box.port}/?from=a@toezicht.example&to=desk@partner.example&mode=insecure"
        )

        def texts() -> list[str]:
            return [f"{mail['subject']}\n{mail.get_body(('plain',)).get_content()}" for mail in box.read()]  # type: ignore[attr-defined]

        yield Way({"url": {"file": str(folder / "url")}, "allow": LOCAL}, texts)


@contextmanager
def mqtt(folder: Path) -> Iterator[Way]:
    """A real broker with a password."""
    (folder / "password").write_text(PASSWORD)
    with mosquitto(folder, password=PASSWORD) as broker:
        options = {
            "host": "127.0.0.1", "port": broker.port, "tls": False, "allow": LOCAL, "topic": "toezicht/politie",
            "username": "toezicht", "password": {"file": str(folder / "password")},
        }  # fmt: skip
        yield Way(options, lambda: [each.payload.decode() for each in broker.published])


WAYS = {"webhook": webhook, "cap": cap, "message": message, "mqtt": mqtt}


def made(kind: str, options: dict[str, Any]) -> Notifier[Any]:
    """Return a notifier."""
    return NOTIFIERS[kind](NOTIFIERS[kind].options_model.model_validate(options), TOLD)


def deliver(notifier: Notifier[Any], *notices: Notice) -> OutcomeReason:
    """Deliver, and return what became of it."""
    return notifier.deliver(notices, datetime.now(UTC)).reason


def test_every_notifier_has_an_entry() -> None:
    """A new one is held to the contract from its first day."""
    assert set(WAYS) == set(NOTIFIERS)
    assert all(each.kind == kind and each.__doc__ and each.options_model.__doc__ for kind, each in NOTIFIERS.items())
    assert all(issubclass(each.options_model, NotifierOptions) for each in NOTIFIERS.values())


@pytest.mark.parametrize("kind", WAYS)
def test_what_it_says_it_delivered_is_there_and_an_exercise_is_marked(kind: str, tmp_path: Path) -> None:
    """An alert, a dispatch and an exercise; several as one where it can, each with its id."""
    with ExitStack() as stack:
        way = stack.enter_context(WAYS[kind](tmp_path))
        notifier = made(kind, way.options)
        stack.callback(notifier.close)
        assert deliver(notifier, notice_of(partner_alert())) is OutcomeReason.RECEIVED
        assert deliver(notifier, notice_of(partner_dispatch(exercise=True))) is OutcomeReason.RECEIVED
        _until(lambda: len(way.texts()) == 2)
        alert, dispatch = way.texts()
        assert "a1" in alert
        assert PLACE in alert
        assert "d1" in dispatch
        assert any(mark in dispatch for mark in ("OEFENING", "Exercise", '"exercise":true'))
        assert not any(mark in alert for mark in ("OEFENING", "Exercise", '"exercise":true'))
        if notifier.groups:
            assert (
                deliver(notifier, *(notice_of(partner_alert(alert_id=f"several-{n}")) for n in range(3)))
                is OutcomeReason.RECEIVED
            )
            _until(lambda: len(way.texts()) == 3)
            assert all(f"several-{n}" in way.texts()[2] for n in range(3))


@pytest.mark.parametrize("kind", WAYS)
def test_nobody_listening_is_a_reason_and_tells_no_secret(
    kind: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is raised, and what is logged at the finest level has neither key nor password."""
    with caplog.at_level(logging.DEBUG):
        with WAYS[kind](tmp_path) as way:
            options = way.options
        notifier = made(kind, options)
        outcome = deliver(notifier, notice_of(partner_alert()))
        notifier.close()
    assert outcome in (OutcomeReason.UNREACHABLE, OutcomeReason.TIMEOUT, OutcomeReason.NOT_CONFIRMED)
    for secret in (PASSWORD, SECRET, SECRET.removeprefix("whsec_")):
        assert secret not in caplog.text
        assert secret not in repr(notifier.options)


@pytest.mark.parametrize("kind", WAYS)
def test_an_address_that_is_not_allowed_is_not_connected_to(kind: str, tmp_path: Path) -> None:
    """A host that is no part of the list is refused, and so is this machine where its network is not allowed."""
    with WAYS[kind](tmp_path) as way:
        notifier = made(kind, {**way.options, "allow": {"hosts": ["127.0.0.1"]}})
        assert deliver(notifier, notice_of(partner_alert())) is OutcomeReason.ADDRESS_FORBIDDEN
        notifier.close()
        other = {**way.options, "allow": {**LOCAL, "hosts": ["partner.example"]}}
        try:
            notifier = made(kind, other)
        except ValidationError:
            return
        assert deliver(notifier, notice_of(partner_alert())) is OutcomeReason.ADDRESS_FORBIDDEN
        notifier.close()
        assert way.texts() == []


@pytest.mark.parametrize("kind", WAYS)
def test_a_secret_that_cannot_be_read_is_a_reason(kind: str, tmp_path: Path) -> None:
    """And when the file is there again, it is read without a new start."""
    with WAYS[kind](tmp_path) as way:
        notifier = made(kind, way.options)
        name = {"message": "url", "mqtt": "password"}.get(kind, "key")
        content = (tmp_path / name).read_text()
        (tmp_path / name).unlink()
        assert deliver(notifier, notice_of(partner_alert())) is OutcomeReason.SECRET_UNREADABLE
        (tmp_path / name).write_text(content)
        assert deliver(notifier, notice_of(partner_alert())) is OutcomeReason.RECEIVED
        notifier.close()


def test_cap_refers_to_what_was_sent_also_before_this_process(tmp_path: Path) -> None:
    """Alert, Update, Cancel; an end of which nobody heard the beginning is nothing to send."""
    revisions = [
        partner_alert(revision=0), partner_alert(revision=2),
        partner_alert(revision=3, state=AlertState.CANCELLED), partner_alert(revision=4),
    ]  # fmt: skip
    with cap(tmp_path) as way:
        notifier = made("cap", way.options)
        notifier.recall(notice_of(revisions[0]))
        assert [deliver(notifier, notice_of(each)) for each in revisions[1:]] == [OutcomeReason.RECEIVED] * 3
        unknown = notice_of(partner_alert(alert_id="other", withdrawn=True))
        assert deliver(notifier, unknown) is OutcomeReason.NOTHING_TO_CANCEL
        notifier.close()
        roots = [etree.fromstring(each.encode()) for each in way.texts()]
    assert [root.findtext(f"{{{NAMESPACE}}}msgType") for root in roots] == ["Update", "Cancel", "Alert"]
    references = [
        [each.split(",")[1] for each in (root.findtext(f"{{{NAMESPACE}}}references") or "").split()] for root in roots
    ]
    assert references == [["a1.0"], ["a1.0", "a1.2"], []]


def test_what_was_not_delivered_is_referred_to_by_nothing(tmp_path: Path) -> None:
    """A document that failed is sent again as it was."""
    replies = iter([Reply(503), Reply(), Reply()])
    (tmp_path / "key").write_text(SECRET)
    with receiving(lambda _: next(replies)) as receiver:
        options = {
            "url": receiver.url,
            "allow": LOCAL,
            "secrets": [{"file": str(tmp_path / "key")}],
            "sender": "t.example",
        }
        notifier = made("cap", options)
        first, second = notice_of(partner_alert()), notice_of(partner_alert(revision=1))
        outcomes = [deliver(notifier, each) for each in (first, first, second)]
        notifier.close()
    assert outcomes == [OutcomeReason.SERVER_ERROR, OutcomeReason.RECEIVED, OutcomeReason.RECEIVED]
    assert receiver.hooks[0].body == receiver.hooks[1].body
    assert receiver.hooks[0].id == receiver.hooks[1].id
    assert b"<references>t.example,a1.0," in receiver.hooks[2].body


def test_mqtt_is_confirmed_not_retained_and_says_what_it_is(tmp_path: Path) -> None:
    """QoS 1, a topic per alert to which no text adds a level, a CloudEvent; and it goes on after the broker was away."""
    port = free_port()
    with mosquitto(tmp_path, port=port) as broker:
        options = {"host": "127.0.0.1", "port": port, "tls": False, "allow": LOCAL, "topic": "toezicht/politie"}
        notifier = made("mqtt", options)
        assert deliver(notifier, notice_of(partner_alert(alert_id="a/#+1"))) is OutcomeReason.RECEIVED
        assert deliver(notifier, notice_of(partner_dispatch())) is OutcomeReason.RECEIVED
        first, second = broker.await_published(2)
    assert (first.topic, first.qos, first.retained) == ("toezicht/politie/alerts/a___1", 1, False)
    assert second.topic == "toezicht/politie/dispatches/d1"
    assert first.content_type == "application/cloudevents+json"
    assert json.loads(first.payload)["data"]["alert_id"] == "a/#+1"
    assert deliver(notifier, notice_of(partner_alert())) is not OutcomeReason.RECEIVED
    with mosquitto(tmp_path, port=port) as broker:
        assert deliver(notifier, notice_of(partner_alert())) is OutcomeReason.RECEIVED
        broker.await_published(1)
        notifier.close()


@pytest.mark.parametrize(
    ("name", "reason"), [("127.0.0.1", OutcomeReason.RECEIVED), ("other.example", OutcomeReason.TLS)]
)
def test_mqtt_by_tls_holds_the_certificate_to_the_host(name: str, reason: OutcomeReason, tmp_path: Path) -> None:
    """Though it connects to an address that was judged."""
    files = certificates(tmp_path, name)
    with mosquitto(tmp_path, files) as broker:
        options = {
            "host": "127.0.0.1", "port": broker.port, "allow": LOCAL, "topic": "toezicht", "ca_file": str(files.authority),
        }  # fmt: skip
        notifier = made("mqtt", options)
        assert deliver(notifier, notice_of(partner_alert())) is reason
        notifier.close()


def _until(holds: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline_s
        time.sleep(0.02)
