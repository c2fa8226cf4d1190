"""Who may send what: a file that its owner alone can read, replaced while the process runs."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

from streams.config.yaml import FileError
from streams.errors import ConfigurationError
from streams.intake.http.credentials import Credentials, load_credentials
from tests.support.intake_http import OTHER_SECRET, SECRET, sender, write_senders


def _faulty() -> float | None:
    return REGISTRY.get_sample_value("toezicht_intake_credentials_faulty")


def test_senders_are_found_by_their_id(tmp_path: Path) -> None:
    """With what they may, and with both secrets while one is replaced."""
    path = write_senders(tmp_path / "intake.yaml", sender(secrets=[SECRET, OTHER_SECRET]), sender("ggd"))
    found = Credentials(path).find("politie-gms")
    assert found is not None
    assert (found.may, found.sources, len(found.secrets)) == (("incidents",), ("politie-gms",), 2)
    assert Credentials(path).find("nobody") is None


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_what_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    """A secret that others of the machine can read is none."""
    path = write_senders(tmp_path / "intake.yaml", sender())
    path.chmod(mode)
    with pytest.raises(ConfigurationError, match=r"its permissions is '0\d+', expected 0600"):
        load_credentials(path)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"secrets": ["whsec_c2hvcnQ="]}, "a secret has 5 bytes, expected 24 to 64"),
        ({"secrets": ["whsec_Zwartjanssen!"]}, "a secret is no base64"),
        ({"secrets": []}, "expected one or two secrets"),
        ({"secrets": [SECRET, SECRET, SECRET]}, "at most 2"),
        ({"sources": []}, "to send incidents it needs secrets, and the sources"),
        ({"sources": ["canary"]}, "the source canary is our own"),
        ({"sources": ["operator"]}, "the source operator is our own"),
        ({"secrets": [], "tokens_sha256": ["0" * 64]}, "to send incidents it needs secrets"),
        ({"may": ["everything"]}, "'incidents', 'signalen' or 'meldingen'"),
        ({"per_minute": 0}, "greater than or equal to 1"),
        ({"secret": SECRET}, "Extra inputs"),
    ],
)
def test_a_faulty_file_is_told_without_its_secrets(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    """One line says where and what was expected; no value of the file is in it."""
    path = write_senders(tmp_path / "intake.yaml", sender(**changes))
    with pytest.raises(FileError, match=told) as caught:
        load_credentials(path)
    assert SECRET not in str(caught.value)
    assert "Zwartjanssen" not in str(caught.value)
    assert "c2hvcnQ" not in str(caught.value)


def test_two_senders_with_one_id_are_refused(tmp_path: Path) -> None:
    """Which of them it is could not be told."""
    with pytest.raises(FileError, match="two senders have the id politie-gms"):
        load_credentials(write_senders(tmp_path / "intake.yaml", sender(), sender()))


def test_a_token_is_known_by_its_hash_alone(tmp_path: Path) -> None:
    """Whoever reads the file cannot send with it."""
    digest = hashlib.sha256(b"a token").hexdigest()
    path = write_senders(tmp_path / "intake.yaml", {"id": "signalen", "may": ["signalen"], "tokens_sha256": [digest]})
    found = Credentials(path).find("signalen")
    assert found is not None
    assert found.has_token(b"a token")
    assert not found.has_token(digest.encode())
    assert not found.has_token(b"")


def test_a_changed_file_holds_from_the_next_look_on(tmp_path: Path) -> None:
    """Without a restart: senders come and go."""
    path = write_senders(tmp_path / "intake.yaml", sender())
    credentials = Credentials(path)
    assert not credentials.look_again()
    write_senders(path, sender("ggd"))
    assert credentials.look_again()
    assert credentials.ids() == ["ggd"]
    assert credentials.find("politie-gms") is None


@pytest.mark.parametrize("how", ["broken", "readable by others", "gone"])
def test_a_file_that_became_faulty_changes_nothing(tmp_path: Path, how: str, caplog: pytest.LogCaptureFixture) -> None:
    """Partners go on, and operations are told by a metric and one line without secrets."""
    path = write_senders(tmp_path / "intake.yaml", sender())
    credentials = Credentials(path)
    if how == "broken":
        write_senders(path, sender(secrets=["whsec_c2hvcnQ="]))
    elif how == "gone":
        path.unlink()
    else:
        path.chmod(0o644)
    with caplog.at_level(logging.ERROR):
        assert not credentials.look_again()
        assert not credentials.look_again()
    assert credentials.find("politie-gms") is not None
    assert _faulty() == 1.0
    assert len(caplog.records) == 1
    assert "c2hvcnQ" not in caplog.text
    write_senders(path, sender())
    assert credentials.look_again()
    assert _faulty() == 0.0
