"""Page: the console of the demo: its port, its accounts, and whether it shows the list yet.

Passwords are handed over in a file that its owner alone can read and that the console deletes; they are in no environment,
argument or log, and are shown in the terminal that started the demo.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from streams.local.pipeline import CONSOLE, CONSOLE_PREFIX
from streams.local.supervisor import ProcessSpec

PREFERRED_PORT: Final = 8090
NEEDS: Final = ("fastapi", "uvicorn", "argon2")
USERS: Final = {
    "operator": "operator",
    "operator-2": "operator",
    "supervisor": "supervisor",
    "auditor": "auditor",
    "beheerder": "administrator",
}
"""The demo's accounts, with their roles: two operators, so that one can see what the other does."""
ALPHABET: Final = "abcdefghijkmnpqrstuvwxyz23456789"
TIMEOUT_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Demo account: a user with the password of this run."""

    user: str
    role: str
    password: str = field(repr=False)


def why_no_page() -> str:
    """Return why this installation cannot show the page, empty where it can."""
    if missing := [name for name in NEEDS if find_spec(name) is None]:
        return f"{missing[0]} is not installed, expected the extra console: toezicht[console]"
    if not files("console").joinpath("static", "index.html").is_file():
        return "the page is not built, expected `make page`"
    return ""


@dataclass(frozen=True, slots=True)
class DemoPage:
    """Demo page: the console of one run of the demo.

    Attributes:
        port: Where it listens, on this machine.
        accounts: Who can log in.
        handed_over: The file that tells the console of them.
    """

    port: int
    accounts: tuple[DemoAccount, ...]
    handed_over: Path

    def given_to(self, spec: ProcessSpec) -> ProcessSpec:
        """Return a process with the page's settings where it is the console, any other as it is."""
        if spec.name != CONSOLE:
            return spec
        known = {"port": str(self.port), "first_accounts": str(self.handed_over), "organisation": "Amstelveen (demo)"}
        settings = {f"{CONSOLE_PREFIX}{name.upper()}": value for name, value in known.items()}
        return replace(spec, environment={**spec.environment, **settings})

    def is_ready(self) -> bool:
        """Return whether the console has read its list whole."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=TIMEOUT_S) as answer:
                return int(answer.status) == 200
        except OSError:
            return False

    def welcome(self, terminal: bool) -> list[str]:
        """Return what to say of the page: its address, and passwords where a terminal shows them and nobody keeps them."""
        lines = [f"the operators' page is at http://127.0.0.1:{self.port}"]
        if not terminal:
            return [*lines, "its passwords are shown in a terminal alone; `toezicht console account` makes new ones"]
        width = max(len(each.user) for each in self.accounts)
        return lines + [f"  {each.user:{width}}  {each.password}   {each.role}" for each in self.accounts]


def open_page(folder: Path, rooms: Sequence[str]) -> DemoPage:
    """Return a page with accounts of its own, each with a random password of 80 bit that a person can type.

    Raises:
        OSError: The folder cannot be written to.
    """
    accounts = tuple(DemoAccount(user, role, _password()) for user, role in USERS.items())
    shared = {"rooms": list(rooms), "must_change": False}  # of this run alone, and its terminal shows them
    told = [{"user": each.user, "roles": [each.role], "password": each.password, **shared} for each in accounts]
    path = folder.resolve() / "console-accounts.json"
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(told, file)
    return DemoPage(choose_port(), accounts, path)


def choose_port(preferred: int = PREFERRED_PORT) -> int:
    """Return the preferred port of this machine, another one where somebody has it."""
    for port in (preferred, 0):
        with socket.socket() as trial, suppress(OSError):
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(("127.0.0.1", port))
            return int(trial.getsockname()[1])
    raise OSError("this machine has no free port")


def _password() -> str:
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))
