"""What is told of a client that is refused: one line, who, which right, on what, and what to do; never a password."""

from __future__ import annotations

from pydantic import SecretStr

from streams.kafka.access.admission import access_error
from streams.kafka.errors import AccessError
from streams.settings import KafkaSettings

SECURED = KafkaSettings(
    bootstrap_servers="127.0.0.1:1",
    security_protocol="SASL_SSL",
    sasl_username="decide",
    sasl_password=SecretStr("geheim"),
)


def test_a_right_that_is_lacking() -> None:
    """The user, the right, the topic, the remedy."""
    error = AccessError.lacking(SECURED, [("READ", "TOPIC", "evidence")])
    assert str(error) == 'Kafka at 127.0.0.1:1: user "decide" may not READ topic "evidence": run `toezicht topics acls`'


def test_many_rights_are_one_line() -> None:
    """The first few are named, and the rest is counted."""
    error = AccessError.lacking(SECURED, [("READ", "TOPIC", f"t{number}") for number in range(15)])
    assert 'may not READ topic "t0", READ topic "t1", READ topic "t2" and 12 more: ' in str(error)


def test_no_password_is_told() -> None:
    """Whatever is told of a refusal, the password is no part of it."""
    assert "geheim" not in str(AccessError.refused(SECURED, "user or password is wrong"))
    assert "geheim" not in repr(SECURED)


def test_who_comes_by_a_certificate() -> None:
    """Where there is no user name, the certificate is who comes."""
    kafka = KafkaSettings(bootstrap_servers="127.0.0.1:1", security_protocol="SSL")
    told = str(AccessError.lacking(kafka, [("WRITE", "TOPIC", "alerts")]))
    assert "this client's certificate may not WRITE" in told


def test_a_broker_that_is_away_refuses_nobody() -> None:
    """Whoever asked has its own words for a broker that does not answer."""
    assert access_error(SECURED) is None


def test_a_cluster_without_tls_asks_nobody() -> None:
    """There is nobody to be refused, and nothing is asked."""
    assert not KafkaSettings(bootstrap_servers="127.0.0.1:1").asks_who
    assert not KafkaSettings().asks_who
    assert SECURED.asks_who
