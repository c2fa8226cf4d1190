"""HTTP: what a server can do to whoever sends to it."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.notify.addresses import AllowedAddresses, Lookup, http_address
from streams.notify.delivery.outcome import OutcomeReason as R
from streams.notify.http import MOST_ANSWER_BYTES, MOST_RETRY_AFTER_S, HttpAnswer, HttpSender, reason_of, retry_after_s
from tests.support.certificates import certificates
from tests.support.receiver import Reply, receiving

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
LOCAL = AllowedAddresses(hosts=("127.0.0.1", "partner.example"), networks=("127.0.0.0/8",))
JSON = ("content-type", "application/json")


def post(
    url: str, timeout_s: float = 5.0, allowed: AllowedAddresses = LOCAL, lookup: Lookup | None = None
) -> HttpAnswer:
    """Send something, and return what became of it."""
    sender = HttpSender(http_address(url, allowed), allowed, timeout_s, lookup=lookup)
    try:
        return sender.post(b"{}", {"content-type": "application/json", "x-test": "1"}, NOW)
    finally:
        sender.close()


def answered(reply: Reply, timeout_s: float = 5.0) -> HttpAnswer:
    """Return what becomes of an answer."""
    with receiving(lambda _: reply) as receiver:
        return post(receiver.url, timeout_s)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (200, R.RECEIVED), (202, R.RECEIVED), (204, R.RECEIVED), (301, R.REDIRECTED),
        (307, R.REDIRECTED), (400, R.MESSAGE_REFUSED), (401, R.CLIENT_ERROR), (404, R.CLIENT_ERROR),
        (410, R.CLIENT_ERROR), (413, R.MESSAGE_REFUSED), (422, R.MESSAGE_REFUSED),
        (429, R.TOO_MANY_REQUESTS), (500, R.SERVER_ERROR), (503, R.SERVER_ERROR),
    ],
)  # fmt: skip
def test_a_status_tells_whether_to_try_again(status: int, reason: R) -> None:
    """What is about the message is final, the rest may pass."""
    assert reason_of(status) is reason
    assert answered(Reply(status)).reason is reason


def test_a_redirect_is_not_followed() -> None:
    """It would lead around every check of the address."""
    with receiving() as other, receiving(lambda _: Reply(307, headers=(("location", other.url),))) as receiver:
        assert post(receiver.url).reason is R.REDIRECTED
        assert other.hooks == []


def test_the_connection_goes_to_the_address_that_was_judged() -> None:
    """The name is asked for once; the server sees the name, and what it means a moment later is of no account."""
    asked: list[str] = []

    async def lookup(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    with receiving() as receiver:
        address = http_address(receiver.url, LOCAL)._replace(host="partner.example")
        sender = HttpSender(address, LOCAL, 5.0, lookup=lookup)
        assert sender.post(b"{}", {}, NOW).reason is R.RECEIVED
        assert asked == ["partner.example"]
        assert receiver.hooks[0].headers["host"] == f"partner.example:{receiver.port}"
        assert sender.post(b"{}", {}, NOW).reason is R.ADDRESS_FORBIDDEN
        assert len(receiver.hooks) == 1
        sender.close()


@pytest.mark.parametrize(("name", "reason"), [("partner.example", R.RECEIVED), ("other.example", R.TLS)])
def test_the_certificate_is_held_to_the_name_and_not_to_the_address(name: str, reason: R, tmp_path: Path) -> None:
    """Whoever has the address, and no certificate of the name, gets nothing."""

    async def lookup(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    files = certificates(tmp_path, name)
    with receiving(certificates=files) as receiver:
        address = http_address(f"https://partner.example:{receiver.port}/hook", LOCAL)
        sender = HttpSender(address, LOCAL, 5.0, files.authority, lookup)
        assert sender.post(b"{}", {}, NOW).reason is reason
        sender.close()
        assert len(receiver.hooks) == (reason is R.RECEIVED)


def test_this_machine_is_forbidden_where_its_network_is_not_allowed() -> None:
    """A host of the list that has a private address."""
    with receiving() as receiver:
        assert post(receiver.url, allowed=AllowedAddresses(hosts=("127.0.0.1",))).reason is R.ADDRESS_FORBIDDEN
        assert receiver.hooks == []


def test_nobody_listening_is_unreachable() -> None:
    """And nothing is raised."""
    with receiving() as receiver:
        url = receiver.url
    assert post(url).reason is R.UNREACHABLE


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b'{"outcome": "accepted"}' * 40, (JSON,), drip_s=0.05),
        Reply(200, before=lambda: time.sleep(1.5)),
    ],
    ids=["a byte now and then", "silence"],
)
def test_a_slow_server_is_left_after_the_time_for_all_of_it(reply: Reply) -> None:
    """A byte now and then resets a socket's timeout, and not this one."""
    assert answered(reply, timeout_s=0.4).reason is R.TIMEOUT


def test_an_answer_is_read_up_to_its_bound_and_never_unpacked() -> None:
    """A large one, one that would unpack to a large one, and one that is no JSON count as received, without a body."""
    assert answered(Reply(200, b'{"outcome": "accepted"}', (JSON,))).body == b'{"outcome": "accepted"}'
    assert answered(Reply(200, b"x" * (MOST_ANSWER_BYTES + 1), (JSON,))) == HttpAnswer(R.RECEIVED)
    assert answered(Reply(200, b"packed", (JSON, ("content-encoding", "gzip")))) == HttpAnswer(R.RECEIVED)
    assert answered(Reply(200, b"<html>", (("content-type", "text/html"),))) == HttpAnswer(R.RECEIVED)
    assert answered(Reply(500, b'{"outcome": "accepted"}', (JSON,))) == HttpAnswer(R.SERVER_ERROR)


def test_an_address_stands_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    """Its path may be a secret."""
    with caplog.at_level(logging.INFO), receiving() as receiver:
        post(receiver.url + "/s3cret-path")
    assert "s3cret-path" not in caplog.text


@pytest.mark.parametrize(
    ("text", "wait_s"),
    [
        ("120", 120.0), (" 5 ", 5.0), ("Tue, 24 Nov 2026 10:02:00 GMT", 120.0), ("Tue, 24 Nov 2026 09:00:00 GMT", 0.0),
        ("99999999999999999999", MOST_RETRY_AFTER_S), ("-5", 0.0), ("", 0.0), ("soon", 0.0), ("٣", 0.0), ("1e9", 0.0),
    ],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date(text: str, wait_s: float) -> None:
    """What is neither asks for nothing."""
    assert retry_after_s(text, NOW) == wait_s


@given(st.text(max_size=100))
def test_whatever_stands_in_retry_after_is_an_hour_at_most(text: str) -> None:
    """Nor does it raise anything."""
    assert 0.0 <= retry_after_s(text, NOW) <= MOST_RETRY_AFTER_S
