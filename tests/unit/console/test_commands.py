"""The command `console`: what it teaches, and accounts that are made at the machine."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from console import commands
from console.access.accounts import LocalAccounts
from console.access.store import AccessStore
from console.assemble import make_account
from console.wire.people import Role
from streams.cli.main import build_app
from streams.errors import ConfigurationError, ToezichtError

RUNNER = CliRunner()


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that the console keeps its store in."""
    monkeypatch.setenv("TOEZICHT_DATA", str(tmp_path))
    return tmp_path / "console" / "access.sqlite"


def test_the_help_teaches() -> None:
    """What it is, what it needs, its first account, an example, and where more stands."""
    text = RUNNER.invoke(build_app("console"), ["console", "--help"]).output
    for word in (
        "KAFKA_BOOTSTRAP_SERVERS",
        "TOEZICHT_CONSOLE_PORT",
        "beheerder",
        "Example:",
        "docs/console.md",
        "account",
    ):
        assert word in text, word
    text = RUNNER.invoke(build_app("console"), ["console", "account", "--help"]).output
    for word in ("--role", "--room", "terminal", "Example:"):
        assert word in text, word


def test_without_the_extra_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing of it is imported before."""
    monkeypatch.setattr(commands, "find_spec", lambda name: None if name == "uvicorn" else name)
    for arguments in (["console"], ["console", "account", "jan", "--role", "viewer"]):
        result = RUNNER.invoke(build_app("console"), arguments)
        assert isinstance(result.exception, ToezichtError)
        assert str(result.exception) == "uvicorn is not installed, expected the extra console: toezicht[console]"
    program = (
        "import sys; from streams.cli.main import build_app; build_app('console'); sys.exit('fastapi' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_an_account_is_made_at_the_machine(data: Path) -> None:
    """Again gives it a new password; the store has it for whichever console comes."""
    first = make_account("nacht-1", [Role.OPERATOR], ["amstelveen"])
    assert re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", first)
    assert make_account("nacht-1", [Role.OPERATOR], ["amstelveen"]) != first
    store = AccessStore(data)
    [account] = LocalAccounts(store).all()
    assert (account.user, account.roles, account.rooms, account.must_change) == (
        "nacht-1", (Role.OPERATOR,), ("amstelveen",), True,
    )  # fmt: skip
    store.close()


@pytest.mark.parametrize(
    ("user", "roles", "rooms", "told"),
    [
        ("a b", [Role.OPERATOR], ["amstelveen"], "user"),
        ("jan", [Role.OPERATOR], ["a b"], "--room"),
        ("jan", [Role.OPERATOR], [], "--room"),
        ("jan", [Role.ADMINISTRATOR, Role.OPERATOR], [], "--room"),
    ],
)
def test_a_wrong_account_is_one_line(data: Path, user: str, roles: list[Role], rooms: list[str], told: str) -> None:
    """And none is made."""
    with pytest.raises(ConfigurationError) as caught:
        make_account(user, roles, rooms)
    assert told in str(caught.value)
    assert not data.exists()


def test_the_last_administrator_stays_one_at_the_machine_too(data: Path) -> None:
    """Nobody could make accounts on the page any more."""
    make_account("chief", [Role.ADMINISTRATOR], [])
    with pytest.raises(ToezichtError, match="another enabled administrator"):
        make_account("chief", [Role.VIEWER], ["amstelveen"])


def test_a_password_is_shown_in_a_terminal_and_goes_into_no_file(data: Path) -> None:
    """A pipe or a file is kept by somebody."""
    command = [sys.executable, "-m", "streams.cli", "console", "account", "chief", "--role", "administrator"]
    piped = subprocess.run(command, capture_output=True, text=True, check=False)
    assert piped.returncode == 2
    assert piped.stderr == "toezicht: account shows a password, expected a terminal and no file\n"
    assert not data.exists()
    here, there = pty.openpty()
    shown = subprocess.run(command, stdout=there, stderr=subprocess.PIPE, check=False)
    os.close(there)
    text = os.read(here, 10_000).decode()
    os.close(here)
    assert shown.returncode == 0, shown.stderr
    assert re.search(r"account chief, password ([a-z2-9]{4}-){3}[a-z2-9]{4} – shown once", text)
