"""Webhook: how an event is written and signed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError
from standardwebhooks import Webhook

from schemas.codec import Headers
from streams.kafka.record import Record
from streams.notify.delivery.outcome import Outcome, OutcomeReason
from streams.notify.http import HttpAnswer, HttpSender
from streams.notify.notice import Notice, read_notice
from streams.notify.notifiers.base import Addressee
from streams.notify.notifiers.webhook import BATCH, STRUCTURED, WebhookNotifier, WebhookOptions
from tests.support.notices import AT, encoded, notice_of, partner_alert
from tests.support.receiver import SECRET

OTHER = "whsec_" + "b3RoZXIgc2VjcmV0IG9mIGEgdGVzdCwgMzIgYnl0ZXM="
TOLD = Addressee("politie", "Politie", "hook", ZoneInfo("Europe/Amsterdam"))


class Wire(HttpSender):
    """Keeps what would be sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[bytes, Mapping[str, str]]] = []

    def post(self, body: bytes, headers: Mapping[str, str], now: datetime) -> HttpAnswer:
        self.sent.append((body, headers))
        return HttpAnswer(OutcomeReason.RECEIVED)


def options(folder: Path, **changes: Any) -> WebhookOptions:
    """Return options with a key in a file."""
    (folder / "key").write_text(SECRET + "\n")
    values = {
        "url": "https://partner.example/hook",
        "allow": {"hosts": ["partner.example"]},
        "secrets": [{"file": str(folder / "key")}],
    }
    return WebhookOptions.model_validate({**values, **changes})


def sent(given: WebhookOptions, *notices: Notice) -> tuple[bytes, dict[str, str]]:
    """Return the body and the headers of what is sent."""
    wire = Wire()
    assert WebhookNotifier(given, TOLD, wire).deliver(notices, datetime.now(UTC)) == Outcome(OutcomeReason.RECEIVED)
    ((body, headers),) = wire.sent
    return body, dict(headers)


def test_binary_mode_has_the_attributes_in_headers_and_the_message_as_it_is(tmp_path: Path) -> None:
    """None of what our own stages tell each other leaves the house."""
    notice = notice_of(partner_alert())
    body, headers = sent(options(tmp_path), notice)
    assert body == encoded(partner_alert()).value
    assert headers["webhook-id"] == headers["ce-id"] == notice.id == partner_alert().message_id()
    assert headers["ce-type"] == partner_alert().ce_type()
    assert (headers["ce-specversion"], headers["content-type"]) == ("1.0", "application/json")
    assert headers["ce-time"] == "2026-11-24T10:00:00.000000Z"
    assert {name for name in headers if name.startswith("ce-")} == {
        "ce-id", "ce-source", "ce-type", "ce-specversion", "ce-time", "ce-subject",
    }  # fmt: skip
    assert Webhook(SECRET).verify(body, headers)["alert_id"] == "a1"


def test_structured_mode_has_all_in_the_body(tmp_path: Path) -> None:
    """With the message as `data`."""
    body, headers = sent(options(tmp_path, mode="structured"), notice_of(partner_alert()))
    event = json.loads(body)
    assert headers["content-type"] == STRUCTURED
    assert event["data"] == json.loads(encoded(partner_alert()).value)
    assert (event["id"], event["specversion"], event["datacontenttype"]) == (
        headers["webhook-id"],
        "1.0",
        "application/json",
    )
    Webhook(SECRET).verify(body, headers)


def test_several_are_a_batch_of_whole_events_with_one_id(tmp_path: Path) -> None:
    """The same ones have the same id when they are sent again."""
    notices = [notice_of(partner_alert(alert_id=f"a{number}")) for number in range(3)]
    body, headers = sent(options(tmp_path), *notices)
    assert headers["content-type"] == BATCH
    assert [each["id"] for each in json.loads(body)] == [each.id for each in notices]
    again, headers_again = sent(options(tmp_path), *notices)
    assert (again, headers_again["webhook-id"]) == (body, headers["webhook-id"])
    Webhook(SECRET).verify(body, headers)


def test_while_a_key_is_replaced_both_sign_and_a_new_file_counts_at_once(tmp_path: Path) -> None:
    """A partner that knows either of them takes the message; nothing is started anew."""
    given = options(tmp_path, secrets=[{"file": str(tmp_path / "key")}, {"file": str(tmp_path / "next")}])
    (tmp_path / "next").write_text(OTHER)
    body, headers = sent(given, notice_of(partner_alert()))
    for secret in (SECRET, OTHER):
        Webhook(secret).verify(body, headers)
    (tmp_path / "key").write_text(OTHER)
    body, headers = sent(given, notice_of(partner_alert()))
    assert len(set(headers["webhook-signature"].split())) == 1


@pytest.mark.parametrize("content", [None, "", "whsec_", "whsec_not base64 at all!", "whsec_é"])
def test_a_key_that_is_none_sends_nothing_and_tells_nothing_of_it(tmp_path: Path, content: str | None) -> None:
    """It is tried again: somebody may be replacing it."""
    given, wire = options(tmp_path), Wire()
    (tmp_path / "key").unlink()
    if content is not None:
        (tmp_path / "key").write_text(content)
    outcome = WebhookNotifier(given, TOLD, wire).deliver((notice_of(partner_alert()),), AT)
    assert (outcome.reason, wire.sent) == (OutcomeReason.SECRET_UNREADABLE, [])


@pytest.mark.parametrize("value", ["x\r\nx-evil: 1", "x\nx", "é\x00", 'a"b%c', "x\u2028y", "a b"])
def test_an_attribute_adds_no_header(tmp_path: Path, value: str) -> None:
    """What is not plain is percent-encoded, a line break is none."""
    key, body, headers = encoded(partner_alert())
    changed: Headers = [(n, value.encode() if n in ("ce_subject", "ce_id") else v) for n, v in headers]
    notice = read_notice(Record("partner-politie", 0, 0, key, body, changed, AT), "politie", False)
    assert notice is not None
    _, told = sent(options(tmp_path), notice)
    assert "x-evil" not in told
    assert all(v.isascii() and v.isprintable() for v in told.values())
    assert not {"\r", "\n", '"', " "} & set(told["ce-subject"] + told["webhook-id"])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"secrets": []}, "secrets"),
        ({"secrets": [{"file": "k"}] * 3}, "secrets"),
        ({"secrets": [{}]}, "secrets"),
        ({"secrets": [{"file": "k", "variable": "K"}]}, "secrets"),
        ({"secrets": ["whsec_abc"]}, "secrets"),
        ({"url": "http://partner.example/"}, "https"),
        ({"url": "https://elsewhere.example/"}, "allow"),
        ({"allow": {"hosts": []}}, "allow"),
        ({"timeout_s": 0}, "timeout_s"),
        ({"give_up_after_s": 10}, "give_up_after_s"),
        ({"retries": 3}, "retries"),
    ],
)
def test_options_that_cannot_be_are_refused(tmp_path: Path, changes: dict[str, Any], field: str) -> None:
    """A secret in the file itself among them."""
    with pytest.raises(ValidationError, match=field):
        options(tmp_path, **changes)


def test_a_signature_is_of_its_moment(tmp_path: Path) -> None:
    """Whoever replays it later is found out by its time."""
    wire = Wire()
    old = datetime.now(UTC) - timedelta(minutes=6)
    WebhookNotifier(options(tmp_path), TOLD, wire).deliver((notice_of(partner_alert()),), old)
    body, headers = wire.sent[0]
    assert headers["webhook-timestamp"] == str(int(old.timestamp()))
    with pytest.raises(Exception, match="too old"):
        Webhook(SECRET).verify(body, dict(headers))
