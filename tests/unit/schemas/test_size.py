"""What goes to partners fits through every intermediary, however large the situation; as much as has room stays."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.alerts import Alert, AlertCamera
from schemas.codec import Encoded, encode
from schemas.evidence import Coverage, Verdict
from schemas.size import MOST_BYTES, TooManyBytesError, fitted, message_bytes, wire_bytes
from tests.support.messages import NOON, example

LISTS = ("evidence_ids", "cameras", "reports")
WIDE = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
"""Signs take up to four bytes, and a control character six in JSON."""


@dataclass(frozen=True)
class Structured:
    """A record as one JSON document by HTTP, as a webhook sends it."""

    head: bytes
    body: bytes

    @classmethod
    def of(cls, record: Encoded) -> Structured:
        """Return what is on the wire."""
        attributes = {name.removeprefix("ce_"): value.decode() for name, value in record.headers}
        body = json.dumps(attributes).encode()[:-1] + b',"data":' + record.value + b"}"
        head = (
            b"POST /hooks/alerts HTTP/1.1\r\nHost: a-rather-long-name.of-a-partner.example.nl:8443\r\n"
            b"Content-Type: application/cloudevents+json; charset=utf-8\r\nContent-Length: 63999\r\n"
            b"webhook-id: "
            + b"x" * 36
            + b"\r\nwebhook-timestamp: 1764447000\r\nwebhook-signature: v1,"
            + b"x" * 88
            + b"\r\n\r\n"
        )
        return cls(head, body)

    @property
    def size(self) -> int:
        """Return its bytes."""
        return len(self.head) + len(self.body)


def large(reports: int, cameras: int, text: str) -> Alert:
    """Return an alert with many reports and cameras, each with this text where it has one."""
    return example(
        Alert,
        reports=[
            example(Alert).reports[0].model_copy(update={"incident_id": f"incident-{number}", "source_id": text[:120]})
            for number in range(reports)
        ],
        cameras=[
            AlertCamera(
                camera_id=f"cam-{number}",
                distance_m=number,
                coverage=Coverage.IN_VIEW,
                verdict=Verdict.CORROBORATED,
                explanation=text[:300],
            )
            for number in range(cameras)
        ],
        evidence_ids=[f"evidence-{number}" for number in range(reports + cameras)],
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 60), st.integers(0, 60), WIDE)
def test_any_alert_is_made_to_fit(reports: int, cameras: int, text: str) -> None:
    """It is small in both forms that we send; only ends of lists are missing, and no more of them than need be."""
    message = large(reports, cameras, text)
    small, left_out = fitted(message, LISTS)
    record = encode(small, stage="share", handled_at=NOON, entered_at=NOON)
    assert wire_bytes(record) <= message_bytes(small) <= MOST_BYTES
    assert Structured.of(record).size <= wire_bytes(record)
    for field in LISTS:
        kept, all_of_it = getattr(small, field), getattr(message, field)
        assert kept == all_of_it[: len(kept)]
        assert left_out.get(field, 0) == len(all_of_it) - len(kept)
    assert small.model_copy(update={field: getattr(message, field) for field in LISTS}) == message
    shortened = [field for field in LISTS if left_out.get(field)]
    assert shortened == list(LISTS)[: len(shortened)]
    if shortened:
        last = shortened[-1]
        one_more = getattr(message, last)[: len(getattr(small, last)) + 1]
        assert message_bytes(small.model_copy(update={last: one_more})) > MOST_BYTES


def test_forty_reports_and_twenty_five_cameras() -> None:
    """What an alert of a large fire may have: it does not fit where every text is of the longest, and is made to."""
    worst = large(40, 25, "\x01" * 300)
    assert message_bytes(worst) > MOST_BYTES
    small, left_out = fitted(worst, LISTS)
    assert left_out["evidence_ids"] == 65
    assert 0 < left_out["cameras"] < 25
    assert len(small.reports) == 40
    usual, nothing = fitted(large(40, 25, "5 persons where 2 are usual"), LISTS)
    assert nothing == {}
    assert usual == large(40, 25, "5 persons where 2 are usual")


def test_what_cannot_be_made_to_fit_is_no_message() -> None:
    """It is refused with its size; what was larger by one byte than may be is larger."""
    message = large(3, 3, "x" * 100)
    size = message_bytes(message)
    assert fitted(message, LISTS, size) == (message, {})
    assert fitted(message, LISTS, size - 1)[1] == {"evidence_ids": 1}
    with pytest.raises(TooManyBytesError, match=r"alert: \d+ bytes on the wire, expected at most 1000"):
        fitted(message, LISTS, 1_000)
