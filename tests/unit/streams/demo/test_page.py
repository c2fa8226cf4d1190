"""The demo's page: its port, its accounts, and passwords that stand nowhere but in one file and one terminal."""

from __future__ import annotations

import json
import re
import socket
import stat
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from streams.demo.page import DemoPage, choose_port, open_page, why_no_page
from streams.local.supervisor import ProcessSpec


def test_accounts_are_handed_over_in_a_file_that_its_owner_alone_reads(tmp_path: Path) -> None:
    """Each run has passwords of its own."""
    (tmp_path / "console-accounts.json").write_text("of a run before")
    page = open_page(tmp_path, ["amstelveen"])
    assert stat.S_IMODE(page.handed_over.stat().st_mode) == 0o600
    told = json.loads(page.handed_over.read_text())
    assert {each["user"]: each["roles"] for each in told} == {
        "operator": ["operator"],
        "operator-2": ["operator"],
        "supervisor": ["supervisor"],
        "auditor": ["auditor"],
        "beheerder": ["administrator"],
    }
    assert {tuple(each["rooms"]) for each in told} == {("amstelveen",)}
    passwords = [each["password"] for each in told] + [each.password for each in open_page(tmp_path, ["a"]).accounts]
    assert len(set(passwords)) == 10
    assert all(re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", each) for each in passwords)


def test_only_the_console_is_told_and_not_the_passwords(tmp_path: Path) -> None:
    """Its environment names the file; nobody else's does."""
    page = open_page(tmp_path, ["amstelveen"])
    console = page.given_to(ProcessSpec("console", ("console",), {"A": "b"}))
    assert console.environment == {
        "A": "b",
        "TOEZICHT_CONSOLE_PORT": str(page.port),
        "TOEZICHT_CONSOLE_FIRST_ACCOUNTS": str(page.handed_over),
        "TOEZICHT_CONSOLE_ORGANISATION": "Amstelveen (demo)",
    }
    other = ProcessSpec("seeing", ("worker", "detect"))
    assert page.given_to(other) is other
    for account in page.accounts:
        assert account.password not in f"{console} {page}"


def test_passwords_are_shown_in_a_terminal_alone(tmp_path: Path) -> None:
    """What is written into a file or a pipe is kept by somebody."""
    page = open_page(tmp_path, ["amstelveen"])
    shown, kept = "\n".join(page.welcome(terminal=True)), "\n".join(page.welcome(terminal=False))
    for account in page.accounts:
        assert re.search(rf"^  {account.user} +{account.password}   {account.role}$", shown, re.MULTILINE)
        assert account.password not in kept
    assert f"http://127.0.0.1:{page.port}" in shown
    assert f"http://127.0.0.1:{page.port}" in kept


def test_another_port_is_taken_where_somebody_has_the_usual_one() -> None:
    """So that two demos, or one beside a console, can run."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert choose_port(port) not in (port, 0)
    assert choose_port(port) == port


def test_it_is_ready_when_the_console_says_so(tmp_path: Path) -> None:
    """Not where nobody listens, nor while the list is read."""
    status = [503]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status[0] if self.path == "/readyz" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        page = DemoPage(server.server_port, (), tmp_path)
        assert not page.is_ready()
        status[0] = 200
        assert page.is_ready()
        server.shutdown()
        thread.join()
    assert not page.is_ready()


def test_why_there_is_no_page_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The extra, or the built page."""
    monkeypatch.setattr("streams.demo.page.find_spec", lambda name: None)
    assert why_no_page() == "fastapi is not installed, expected the extra console: toezicht[console]"
    monkeypatch.setattr("streams.demo.page.find_spec", lambda name: name)
    monkeypatch.setattr("streams.demo.page.files", lambda name: tmp_path)
    assert "make page" in why_no_page()
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "index.html").write_text("")
    assert why_no_page() == ""
