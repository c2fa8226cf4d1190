"""What a message takes on the wire is counted so that no form of it takes more."""

from __future__ import annotations

import json
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.alerts import Alert, AlertCamera
from schemas.codec import Encoded, encode
from schemas.evidence import Coverage, Verdict
from schemas.size import MOST_BYTES, message_bytes, wire_bytes
from tests.support.messages import NOON, example

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
def test_what_is_counted_is_enough_for_both_forms(reports: int, cameras: int, text: str) -> None:
    """Of whatever size and signs: a webhook's whole request is no larger, and Kafka's record is not."""
    message = large(reports, cameras, text)
    record = encode(message, stage="share", handled_at=NOON, entered_at=NOON)
    assert wire_bytes(record) <= message_bytes(message)
    assert Structured.of(record).size <= wire_bytes(record)


def test_an_alert_itself_may_be_too_large_for_partners() -> None:
    """Forty reports and twenty-five cameras with the longest texts: partners get a view of it, which is small."""
    assert message_bytes(large(40, 25, "\x01" * 300)) > MOST_BYTES
    assert message_bytes(large(40, 25, "5 persons where 2 are usual")) < MOST_BYTES
