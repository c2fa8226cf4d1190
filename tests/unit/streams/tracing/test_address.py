"""Addresses of collectors: as OTLP has them, without passwords, and a Logboek's by TLS."""

from __future__ import annotations

import pytest

from streams.errors import ToezichtError
from streams.settings import Settings, read_settings
from streams.tracing.address import checked_collector, checked_logbook


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("", ""),
        ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
        ("https://collector.example/", "https://collector.example/v1/traces"),
        ("https://collector.example/otlp/v1/traces", "https://collector.example/otlp/v1/traces"),
    ],
)
def test_an_address_without_a_path_gets_the_usual_one(given: str, read: str) -> None:
    """As OTLP over HTTP says."""
    assert checked_collector(given) == read


@pytest.mark.parametrize(
    "given",
    ["collector:4317", "ftp://collector.example", "https://", "https://c.example:x", "https://c.example/?a=b", "on"],
)
def test_what_is_none_is_refused_with_what_was_expected(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the variable's name."""
    monkeypatch.setenv("TOEZICHT_TRACES_TO", given)
    with pytest.raises(ToezichtError, match=r"TOEZICHT_TRACES_TO is .*expected an address of OTLP over HTTP"):
        read_settings()


def test_a_password_is_refused_and_has_another_place() -> None:
    """It would be shown with the settings."""
    with pytest.raises(ValueError, match="OTEL_EXPORTER_OTLP_HEADERS"):
        checked_collector("https://user:secret@collector.example")


def test_a_logboek_is_reached_by_tls_or_is_here() -> None:
    """Its lines tell who saw what."""
    assert checked_logbook("https://logboek.example").startswith("https://")
    assert checked_logbook("http://[::1]:4318").startswith("http://")
    with pytest.raises(ValueError, match="https"):
        checked_logbook("http://logboek.example")


def test_nothing_is_traced_unless_somebody_says_where_to() -> None:
    """And of pictures one in a hundred."""
    settings = Settings()
    assert (settings.traces_to, settings.traces_share, settings.traces_pictures_share) == ("", 1.0, 0.01)
