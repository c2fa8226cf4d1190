"""Receipts: what of a response counts as a partner's answer."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.cases import CaseReceipt
from schemas.dispatch import DispatchReceipt
from streams.notify.receipts import read_receipt
from tests.support.notices import AT, notice_of, partner_alert, partner_case, partner_dispatch

NOW = AT + timedelta(seconds=1)
DISPATCH = notice_of(partner_dispatch())


def test_an_outcome_is_a_receipt_of_the_dispatch_that_was_sent() -> None:
    """Words that it holds as well are not taken: they may be about people."""
    body = json.dumps(
        {"outcome": "accepted", "detail": "Jan Jansen comes", "dispatch_id": "d1", "recipient": "brandweer"}
    )
    receipt = read_receipt(body.encode(), DISPATCH, NOW)
    assert isinstance(receipt, DispatchReceipt)
    assert (receipt.dispatch_id, receipt.alert_id, receipt.recipient, receipt.outcome) == (
        "d1",
        "a1",
        "politie",
        "accepted",
    )
    assert receipt.answered_at == NOW
    assert "Jansen" not in receipt.model_dump_json()


@pytest.mark.parametrize(
    "answer",
    [{}, [], "accepted", {"outcome": "perhaps"}, {"outcome": 1}, {"outcome": "accepted", "dispatch_id": "other"}, None],
)
def test_what_is_no_answer_is_none(answer: Any) -> None:
    """The message counts as received all the same."""
    assert read_receipt(json.dumps(answer).encode(), DISPATCH, NOW) is None


def test_an_alert_asks_for_no_answer() -> None:
    """A server that always says the same says nothing about it."""
    assert read_receipt(b'{"outcome": "accepted"}', notice_of(partner_alert()), NOW) is None


def test_a_case_is_answered_too() -> None:
    """Accepted, closed, or referred to whom it is; what it cannot be is no answer."""
    case = notice_of(partner_case())
    receipt = read_receipt(
        b'{"outcome": "referred", "refer_to": "oov", "handover_id": "h1", "note": "a name"}', case, NOW
    )
    assert isinstance(receipt, CaseReceipt)
    assert (receipt.handover_id, receipt.alert_id, receipt.recipient, receipt.refer_to) == (
        "h1",
        "a1",
        "politie",
        "oov",
    )
    for body in (
        b'{"outcome": "en_route"}',
        b'{"outcome": "accepted", "refer_to": "oov"}',
        b'{"outcome": "accepted", "handover_id": "h2"}',
    ):
        assert read_receipt(body, case, NOW) is None
    assert read_receipt(b'{"outcome": "accepted"}', notice_of(partner_case(withdrawn=True)), NOW) is None


@given(st.binary(max_size=300))
def test_whatever_a_server_answers_nothing_breaks(body: bytes) -> None:
    """It is not JSON, or no text at all."""
    assert read_receipt(body, DISPATCH, NOW) is None
