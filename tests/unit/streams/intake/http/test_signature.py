"""The signature proves who sent a document and when; whatever else the headers hold is refused under a bounded code."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.intake.http.signature import TOLERANCE, NotSigned, Signed, verify
from tests.support.intake_http import NOW, OTHER_SECRET, SECRET, signed

BODY = b'{"source": "politie-gms"}'
SECOND = timedelta(seconds=1)


def _verified(headers: dict[str, str], body: bytes = BODY, secrets: tuple[str, ...] = (SECRET,)) -> Signed | NotSigned:
    return verify(body, headers["webhook-id"], headers["webhook-timestamp"], headers["webhook-signature"], secrets, NOW)


def test_the_example_of_the_standard_is_verified() -> None:
    """The vector of Standard Webhooks' own libraries: their secret, message and signature."""
    found = verify(
        b'{"test": 2432232314}',
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "1614265330",
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",),
        datetime.fromtimestamp(1614265330, UTC),
    )
    assert isinstance(found, Signed)


def test_each_of_two_secrets_is_good() -> None:
    """While one is replaced, either side may be first."""
    for secret in (SECRET, OTHER_SECRET):
        found = _verified(signed(BODY, secret=secret), secrets=(SECRET, OTHER_SECRET))
        assert found == Signed("m1", NOW.replace(microsecond=0))
    both = signed(BODY)["webhook-signature"] + " " + signed(BODY, secret=OTHER_SECRET)["webhook-signature"]
    assert isinstance(_verified(signed(BODY) | {"webhook-signature": both}, secrets=(OTHER_SECRET,)), Signed)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"webhook-id": "m2"}, "signature_wrong"),
        ({"webhook-id": ""}, "signature_missing"),
        ({"webhook-id": "m.1"}, "signature_missing"),
        ({"webhook-id": "m\r\nSet-Cookie: a"}, "signature_missing"),
        ({"webhook-id": "m" * 129}, "signature_missing"),
        ({"webhook-timestamp": "noon"}, "signature_missing"),
        ({"webhook-timestamp": "1764417630.5"}, "signature_missing"),
        ({"webhook-timestamp": "٣"}, "signature_missing"),
        ({"webhook-timestamp": "999999999999"}, "signature_too_old"),
        ({"webhook-timestamp": "0"}, "signature_too_old"),
        ({"webhook-timestamp": str(int(NOW.timestamp()) + 1)}, "signature_wrong"),
        ({"webhook-signature": ""}, "signature_wrong"),
        ({"webhook-signature": "v1"}, "signature_wrong"),
        ({"webhook-signature": "v1,"}, "signature_wrong"),
        ({"webhook-signature": "v1,é"}, "signature_wrong"),
        ({"webhook-signature": "v2,AAAA"}, "signature_wrong"),
        ({"webhook-signature": " ".join(["v1,AAAA"] * 10_000)}, "signature_wrong"),
    ],
)
def test_any_other_header_is_refused(changes: dict[str, str], code: str) -> None:
    """With the code of what is wrong."""
    found = _verified(signed(BODY) | changes)
    assert isinstance(found, NotSigned)
    assert found.code == code


def test_another_body_or_another_secret_is_refused() -> None:
    """One changed byte is enough; without a secret nothing is proven."""
    for body, secrets in ((BODY + b" ", (SECRET,)), (BODY, (OTHER_SECRET,)), (BODY, ())):
        found = _verified(signed(BODY), body, secrets)
        assert isinstance(found, NotSigned)
        assert found.code == "signature_wrong"


def test_a_timestamp_counts_for_five_minutes_both_ways() -> None:
    """To the second, by the clock that is given."""
    for off in (-TOLERANCE, TOLERANCE - SECOND):
        assert isinstance(_verified(signed(BODY, at=NOW + off)), Signed)
    for off in (-TOLERANCE - SECOND, TOLERANCE + SECOND):
        found = _verified(signed(BODY, at=NOW + off))
        assert isinstance(found, NotSigned)
        assert found.code == "signature_too_old"


def test_what_is_no_utf_8_is_told_so() -> None:
    """JSON between systems is UTF-8 (RFC 8259)."""
    found = _verified(signed(b"\xff"), b"\xff")
    assert isinstance(found, NotSigned)
    assert found.code == "not_utf8"


@given(st.text(), st.text(), st.text(), st.binary())
def test_no_headers_make_it_raise(message_id: str, timestamp: str, signature: str, body: bytes) -> None:
    """And none of them is taken for a signature."""
    assert isinstance(verify(body, message_id, timestamp, signature, (SECRET,), NOW), NotSigned)
