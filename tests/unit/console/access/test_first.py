"""First accounts: handed over once, in a file that nobody else can read and that is gone afterwards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from console.access.first import read_and_delete
from console.wire.people import Role
from streams.errors import ConfigurationError
from tests.support.console.access import PASSWORD, make_access
from tests.support.mutation import Mutator, fuzz

GOOD: list[dict[str, Any]] = [
    {"user": "operator", "roles": ["operator"], "rooms": ["amstelveen"], "password": PASSWORD},
    {"user": "beheerder", "roles": ["administrator", "auditor"], "password": PASSWORD},
]


def written(path: Path, text: str, mode: int = 0o600) -> Path:
    path.touch(mode)
    path.write_text(text)
    path.chmod(mode)
    return path


def test_the_file_is_read_once(tmp_path: Path) -> None:
    """And a console that is started again finds none, which is no fault."""
    path = written(tmp_path / "first.json", json.dumps(GOOD))
    found = read_and_delete(path)
    assert [(each.user, each.roles) for each in found] == [
        ("operator", (Role.OPERATOR,)),
        ("beheerder", (Role.ADMINISTRATOR, Role.AUDITOR)),
    ]
    assert PASSWORD not in repr(found)
    assert not path.exists()
    assert read_and_delete(path) == ()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_one_that_others_can_read_is_refused_and_deleted(tmp_path: Path, mode: int) -> None:
    """Its passwords may be known."""
    path = written(tmp_path / "first.json", json.dumps(GOOD), mode)
    with pytest.raises(ConfigurationError, match="its owner alone"):
        read_and_delete(path)
    assert not path.exists()


@pytest.mark.parametrize(
    "text",
    ["", "{", "{}", '["x"]', json.dumps([GOOD[0] | {"password": "short"}]), json.dumps([GOOD[0] | {"roles": ["king"]}]),
     json.dumps([GOOD[0] | {"user": "a b"}]), json.dumps([GOOD[0] | {"more": 1}])],
)  # fmt: skip
def test_what_is_no_list_of_accounts_is_one_line_without_its_content(tmp_path: Path, text: str) -> None:
    """The line goes to a log."""
    with pytest.raises(ConfigurationError) as caught:
        read_and_delete(written(tmp_path / "first.json", text))
    assert PASSWORD not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_any_mutated_file_is_read_or_refused(tmp_path: Path) -> None:
    """And never anything else."""
    draw, path = Mutator(29), tmp_path / "first.json"

    def read(text: bytes) -> object:
        path.touch(0o600)
        path.write_bytes(text)
        return read_and_delete(path)

    tally = fuzz(read, lambda: draw.line([json.dumps(GOOD).encode()]), 3_000, (ConfigurationError,))
    assert tally["ConfigurationError"]
    assert tally["tuple"]


def test_an_account_that_is_made_again_gets_its_new_password(tmp_path: Path) -> None:
    """The way back for who forgot theirs; the audit knows that it was done at the machine."""
    access = make_access(tmp_path)
    access.account("jan", Role.OPERATOR)
    caller = access.login("jan")
    access.account("JAN", Role.VIEWER)
    assert [(each.user, each.roles) for each in access.sessions.accounts()] == [("jan", (Role.VIEWER,))]
    assert access.told() == [
        ("terminal", "make-account", "operator", "done"),
        ("jan", "login", "local", "done"),
        ("terminal", "change-account", "viewer", "done"),
    ]
    assert access.login("jan", token=caller.token).token != caller.token
