"""Settings are read from the environment; a wrong one is one line, and a secret is never shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from streams.errors import ConfigurationError
from streams.kafka.options import kafka_client_options
from streams.settings import KafkaSettings, read_settings


def test_plain_cluster() -> None:
    """Without TLS and SASL there is nothing but the addresses."""
    assert kafka_client_options(KafkaSettings(bootstrap_servers="a:1,b:2")) == {
        "reconnect_backoff_max_ms": 2_000,
        "bootstrap_servers": ["a:1", "b:2"],
    }


def test_tls_with_a_client_certificate() -> None:
    """Certificates are given as paths, and those that are not set are left out."""
    kafka = KafkaSettings(
        bootstrap_servers="a:1", security_protocol="SSL", ssl_cafile=Path("/ca.pem"), ssl_certfile=Path("/me.pem")
    )
    assert kafka_client_options(kafka) == {
        "reconnect_backoff_max_ms": 2_000,
        "bootstrap_servers": ["a:1"],
        "security_protocol": "SSL",
        "ssl_cafile": "/ca.pem",
        "ssl_certfile": "/me.pem",
    }


@pytest.mark.parametrize("protocol", ["SASL_PLAINTEXT", "SASL_SSL"])
def test_sasl(protocol: str) -> None:
    """User, password and mechanism are given where the protocol asks for them."""
    kafka = KafkaSettings.model_validate(
        {
            "bootstrap_servers": "a:1",
            "security_protocol": protocol,
            "sasl_username": "intake",
            "sasl_password": SecretStr("geheim"),
        }
    )
    assert kafka_client_options(kafka) == {
        "reconnect_backoff_max_ms": 2_000,
        "bootstrap_servers": ["a:1"],
        "security_protocol": protocol,
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "intake",
        "sasl_plain_password": "geheim",
    }
    assert "geheim" not in repr(kafka)


@pytest.mark.parametrize("protocol", ["SASL_PLAINTEXT", "SASL_SSL"])
@pytest.mark.parametrize(
    "given", [{}, {"USERNAME": "intake"}, {"PASSWORD": "geheim"}, {"USERNAME": "intake", "PASSWORD": ""}]
)
def test_sasl_without_user_or_password(monkeypatch: pytest.MonkeyPatch, protocol: str, given: dict[str, str]) -> None:
    """Who is asked who it is and cannot say is told at once, and not after a broker refused it."""
    monkeypatch.setenv("KAFKA_SECURITY_PROTOCOL", protocol)
    for name, value in given.items():
        monkeypatch.setenv(f"KAFKA_SASL_{name}", value)
    with pytest.raises(ConfigurationError, match=r"KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD: .* is SASL_") as told:
        read_settings()
    assert "geheim" not in str(told.value)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("KAFKA_SECURITY_PROTOCOL", "TLS"),
        ("KAFKA_REPLICATION_FACTOR", "0"),
        ("TOEZICHT_METRICS_PORT", "70000"),
        ("TOEZICHT_LOG_LEVEL", "LOUD"),
        ("TOEZICHT_SNAPSHOT_SECONDS", "-1"),
        ("TOEZICHT_ORGANISATION_NUMBER", "0000000182328844400"),
        ("TOEZICHT_ORGANISATION_NUMBER", "٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠"),
        ("TOEZICHT_SYSTEM_NAME", "camera:toezicht"),
    ],
)
def test_a_wrong_setting_is_one_line(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    """The line names the variable, its value and what was expected."""
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationError) as caught:
        read_settings()
    assert variable in str(caught.value)
    assert value in str(caught.value)
    assert "\n" not in str(caught.value)


def test_who_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's number where none is configured; what was expected of a wrong one is said in words."""
    assert read_settings()[0].source.urn == "urn:nld:oin:00000000000000000000:systeem:toezicht"
    monkeypatch.setenv("TOEZICHT_ORGANISATION_NUMBER", "00000001823288444000")
    monkeypatch.setenv("TOEZICHT_SYSTEM_NAME", "cameras-1")
    assert read_settings()[0].source.urn == "urn:nld:oin:00000001823288444000:systeem:cameras-1"
    monkeypatch.setenv("TOEZICHT_ORGANISATION_NUMBER", "1823288444000")
    with pytest.raises(
        ConfigurationError, match=r"expected the organisation's OIN, 20 digits in quotes, such as '0{20}'"
    ):
        read_settings()
