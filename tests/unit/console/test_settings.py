"""Console settings: what cannot be is one line, and no secret is in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from console.settings import ConsoleSettings, read_console_settings
from streams.errors import ToezichtError

OPENID = {"OPENID_ISSUER": "https://id.example", "OPENID_CLIENT_ID": "toezicht", "ADDRESS": "https://toezicht.example"}
KEY = {"OPENID_CLIENT_KEY": "client.pem"}
WRONG: list[tuple[dict[str, str], str]] = [
    ({"HOST": "0.0.0.0"}, "listens on this machine alone"),
    ({"TLS_CERT": "a.pem"}, "TLS_KEY"),
    ({"PORT": "70000"}, "TOEZICHT_CONSOLE_PORT"),
    ({"SESSION_HOURS": "13"}, "TOEZICHT_CONSOLE_SESSION_HOURS"),
    ({"ACTING_MINUTES": "0"}, "TOEZICHT_CONSOLE_ACTING_MINUTES"),
    ({"PROT": "8090"}, "TOEZICHT_CONSOLE_PROT"),
    ({"OPENID_CLIENT_SECRETT": "hunter2"}, "OPENID_CLIENT_SECRETT"),
    (OPENID, "OPENID_CLIENT_KEY or"),
    (OPENID | KEY | {"OPENID_CLIENT_SECRET": "hunter2"}, "OPENID_CLIENT_KEY or"),
    (OPENID | KEY | {"OPENID_CLIENT_ID": ""}, "OPENID_CLIENT_ID"),
    (OPENID | KEY | {"ADDRESS": ""}, "TOEZICHT_CONSOLE_ADDRESS"),
    (OPENID | KEY | {"ADDRESS": "http://toezicht.example"}, "https:// in TOEZICHT_CONSOLE_ADDRESS"),
    (OPENID | KEY | {"OPENID_ISSUER": "http://id.example"}, "https:// in TOEZICHT_CONSOLE_OPENID_ISSUER"),
]


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("TOEZICHT_CONSOLE_"):
            monkeypatch.delenv(name)


@pytest.mark.parametrize(("given", "told"), WRONG, ids=[f"{n}" for n in range(len(WRONG))])
def test_what_cannot_be_is_told_by_its_name(monkeypatch: pytest.MonkeyPatch, given: dict[str, str], told: str) -> None:
    """Also a name that no setting has: a typing error would leave a door as it was."""
    for name, value in given.items():
        monkeypatch.setenv(f"TOEZICHT_CONSOLE_{name}", value)
    with pytest.raises(ToezichtError) as caught:
        read_console_settings()
    assert told in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "given",
    [{}, {"HOST": "0.0.0.0", "TLS_CERT": "a.pem", "TLS_KEY": "b.pem"}, {"HOST": "::", "BEHIND_PROXY": "true"}, OPENID | KEY,
     OPENID | {"OPENID_CLIENT_SECRET": "hunter2"}, OPENID | KEY | {"OPENID_ISSUER": "http://127.0.0.1:1", "ADDRESS": "http://127.0.0.1:2"}],
)  # fmt: skip
def test_what_can_be_is_read(monkeypatch: pytest.MonkeyPatch, given: dict[str, str]) -> None:
    """And no secret shows."""
    for name, value in given.items():
        monkeypatch.setenv(f"TOEZICHT_CONSOLE_{name}", value)
    settings = read_console_settings()
    assert "hunter2" not in repr(settings)
    assert settings.secure is (given.get("HOST") is not None)


def test_every_setting_has_a_sentence_and_stands_in_the_documentation() -> None:
    """The table of docs/console.md is this list, in this order."""
    text = (Path(__file__).parents[3] / "docs" / "console.md").read_text()
    rows = [
        line.split("|")[1].strip().strip("`") for line in text.splitlines() if line.startswith("| `TOEZICHT_CONSOLE_")
    ]
    assert rows == [f"TOEZICHT_CONSOLE_{name.upper()}" for name in ConsoleSettings.model_fields]
    for name, field in ConsoleSettings.model_fields.items():
        assert field.description, name
        assert field.description in text, name
