"""The console's process: its addresses, its end, TLS, floods, and two of them as one."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support.console.access import PASSWORD
from tests.support.situations import ROOM

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]
READY_WITHIN_S = 240.0
"""Only there to end a process that never is."""
ENDS_WITHIN_S = 30.0
"""It takes one second and is given five by its own limits; a hang takes for ever."""
OWN = {"Sec-Fetch-Site": "same-origin"}
STREAM = f"/api/v1/rooms/{ROOM}/stream"


@dataclass
class RunningConsole:
    """A console that answers."""

    process: subprocess.Popen[bytes]
    address: str
    metrics_port: int
    log: Path

    def browser(self, user: str = "jan", **options: Any) -> httpx2.Client:
        """Return a browser that is logged in."""
        browser = httpx2.Client(base_url=self.address, headers=OWN, timeout=20, **options)
        answer = browser.post("/api/v1/session", json={"user": user, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return browser


def first_accounts(folder: Path) -> Path:
    """Return a file of accounts, as the demo hands it over."""
    path = folder / "first.json"
    path.touch(0o600)
    known = {"password": PASSWORD, "must_change": False}
    jan = {"user": "jan", "roles": ["supervisor"], "rooms": [ROOM], **known}
    path.write_text(json.dumps([jan, {"user": "chief", "roles": ["administrator"], **known}]))
    return path


@contextmanager
def running(folder: Path, number: int = 0, **settings: Any) -> Iterator[RunningConsole]:
    """Yield a console that is ready; it is killed at the end where it does not end by itself."""
    folder.mkdir(exist_ok=True)
    ready, log = folder / f"ready-{number}.json", folder / f"console-{number}.log"
    known = {"PORT": "0", "FIRST_ACCOUNTS": str(first_accounts(folder))} | {
        name.upper(): str(value) for name, value in settings.items()
    }
    environment = {**os.environ, "TOEZICHT_DATA": str(folder), "TOEZICHT_READY_FILE": str(ready)}
    environment |= {f"TOEZICHT_CONSOLE_{name}": value for name, value in known.items()}
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.console.process", "50"], env=environment, stdout=file, stderr=file
        )
    try:
        deadline_s = time.monotonic() + READY_WITHIN_S
        while not ready.exists():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline_s, log.read_text()
            time.sleep(0.02)
        address = log.read_text().split("the console is at ")[1].split()[0]
        yield RunningConsole(process, address, json.loads(ready.read_text())["metrics_port"], log)
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningConsole]:
    """Yield one console that the tests of this module share."""
    with running(tmp_path_factory.mktemp("console")) as one:
        yield one


def test_it_answers_that_it_lives_is_ready_and_how_it_is(console: RunningConsole) -> None:
    """Health, readiness, and metrics on a port of their own, where the console's are."""
    with httpx2.Client(base_url=console.address) as anybody:
        assert anybody.get("/healthz").text == "ok\n"
        assert anybody.get("/readyz").status_code == 200
        assert anybody.get("/metrics").headers["content-type"].startswith("text/html")
        assert anybody.get("/api/v1/me").status_code == 401
        assert "server" not in anybody.get("/healthz").headers
    metrics = httpx2.get(f"http://127.0.0.1:{console.metrics_port}/metrics").text
    assert 'toezicht_console_requests_total{status="4xx"}' in metrics


def test_a_password_that_was_handed_over_is_nowhere(console: RunningConsole, tmp_path: Path) -> None:
    """The file is gone; not in the log, the store, the environment or the arguments of the process."""
    folder = console.log.parent
    assert not (folder / "first.json").exists()
    console.browser().close()
    places = [path for path in folder.rglob("*") if path.is_file()]
    places += [Path(f"/proc/{console.process.pid}/{name}") for name in ("environ", "cmdline")]
    assert [path for path in places if PASSWORD.encode() in path.read_bytes()] == []
    assert "jan" not in console.log.read_text()


def test_a_stream_goes_on_while_acting_ended_and_says_goodbye_at_the_end(tmp_path: Path) -> None:
    """SIGTERM with an open stream: `bye`, and the process is over well within what supervisors wait, with code 0."""
    with running(tmp_path, acting_minutes=0.02) as one:
        browser = one.browser()
        with browser.stream("GET", STREAM) as stream:
            lines = stream.iter_lines()
            while "event: status" not in next(lines):
                pass
            while browser.put("/api/v1/session", json={}).status_code != 401:
                time.sleep(0.5)
            assert browser.get(f"/api/v1/rooms/{ROOM}/alerts").status_code == 200
            while "event: status" not in next(lines):
                pass
            one.process.send_signal(signal.SIGTERM)
            rest = list(lines)
        assert one.process.wait(ENDS_WITHIN_S) == 0, one.log.read_text()
        assert "event: bye" in rest
        assert '{"reason":"stopping"}' in "".join(rest)
        assert "Traceback" not in one.log.read_text()
        assert "ERROR" not in one.log.read_text()


def test_a_stream_ends_with_its_session(console: RunningConsole) -> None:
    """Whoever is logged out sees no more, and is told why."""
    browser, other = console.browser(), console.browser()
    with browser.stream("GET", STREAM) as stream:
        lines = stream.iter_lines()
        while "event: status" not in next(lines):
            pass
        other.delete("/api/v1/session")
        browser_cookie = dict(browser.cookies)
        httpx2.delete(f"{console.address}/api/v1/session", headers=OWN, cookies=browser_cookie)
        rest = list(lines)
    assert "event: bye" in rest
    assert '{"reason":"session_ended"}' in "".join(rest)


def test_a_thousand_streams_are_refused_beyond_their_number_and_hold_nobody_up(tmp_path: Path) -> None:
    """Each is answered; somebody else's request is too; when they end their places are free again."""
    with running(tmp_path, streams=20, streams_per_user=15) as one, closing(one.browser()) as browser:
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        request = f"GET {STREAM} HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\n\r\n".encode()
        host, port = one.address.removeprefix("http://").split(":")
        with ExitStack() as stack:
            codes = []
            for _ in range(1_000):
                opened = stack.enter_context(socket.create_connection((host, int(port)), timeout=60))
                opened.sendall(request)
                codes.append(opened.recv(12)[-3:])
            assert codes.count(b"200") == 15
            assert codes.count(b"429") == 985
            assert browser.get("/api/v1/me").status_code == 200
        for _ in range(200):
            with browser.stream("GET", STREAM) as stream:
                if stream.status_code == 200:
                    break
            time.sleep(0.1)
        assert stream.status_code == 200


def test_a_body_of_10_mb_is_refused_before_it_is_sent(console: RunningConsole) -> None:
    """With its length, in pieces, and with a length that is not true: the process stays as large as it was."""
    host, port = console.address.removeprefix("http://").split(":")

    def answer(head: str, body: bytes = b"") -> bytes:
        with socket.create_connection((host, int(port)), timeout=20) as opened:
            lines = "Host: x\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\n"
            opened.sendall(f"POST /api/v1/session HTTP/1.1\r\n{lines}{head}\r\n\r\n".encode())
            with suppress(OSError):
                opened.sendall(body)
            return opened.recv(12)[-3:]

    assert answer("Content-Length: 10000000") == b"413"
    assert answer("Transfer-Encoding: chunked", b"989680\r\n" + b"x" * 100_000) == b"411"
    assert answer("Content-Length: 2", b"{}" + b"x" * 1_000_000) == b"422"
    assert answer("Content-Length: 2\r\nContent-Length: 3", b"{}") == b"400"
    with closing(console.browser()) as browser:
        assert browser.get("/api/v1/me").status_code == 200


def test_two_consoles_are_interchangeable(tmp_path: Path) -> None:
    """Logged in at one, at work at the other, logged out of both; each goes on when the other is killed."""
    with running(tmp_path) as one, running(tmp_path, 1) as other:
        browser = one.browser()
        there = httpx2.Client(base_url=other.address, headers=OWN, cookies=dict(browser.cookies))
        assert there.get("/api/v1/me").json()["user"] == "jan"
        one.process.kill()
        one.process.wait()
        assert there.put("/api/v1/session", json={}).status_code == 200
        with closing(other.browser()) as again:
            assert again.get("/api/v1/me").status_code == 200
        there.delete("/api/v1/session")
        assert there.get("/api/v1/me").status_code == 401


def test_an_address_that_a_trusted_proxy_tells_is_whose_request_it_is(tmp_path: Path) -> None:
    """And one that anybody else tells counts for nothing, or a stolen cookie could come from wherever it likes."""
    theirs, elsewhere = {"X-Forwarded-For": "10.0.0.7"}, {"X-Forwarded-For": "10.9.9.9"}
    known: dict[str, Any] = {"behind_proxy": "true", "bind_address": "true"}
    with running(tmp_path, **known) as one, running(tmp_path, 1, proxies="192.0.2.1", **known) as other:
        answer = httpx2.post(
            f"{one.address}/api/v1/session",
            json={"user": "jan", "password": PASSWORD},
            headers=OWN | theirs,
            timeout=20,
        )
        name, _, token = answer.headers["set-cookie"].split(";")[0].partition("=")
        cookie = {"Cookie": f"{name}={token}"}

        def me(console: RunningConsole, headers: dict[str, str]) -> tuple[int, str]:
            told = httpx2.get(f"{console.address}/api/v1/me", headers=headers | cookie, timeout=20)
            return told.status_code, told.json().get("code", "")

        assert me(one, theirs) == (200, "")
        assert me(one, elsewhere) == (401, "other_address")
        assert me(other, theirs) == (401, "other_address")


def test_it_speaks_tls_of_today_alone(tmp_path: Path) -> None:
    """With the ciphers that are called good; cookies are then of this host alone, and browsers keep to TLS."""
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj",
         "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    with running(tmp_path / "data", tls_cert=certificate, tls_key=key) as one:
        context = ssl.create_default_context(cafile=str(certificate))
        with httpx2.Client(base_url=one.address, verify=context, headers=OWN) as browser:
            answer = browser.post("/api/v1/session", json={"user": "jan", "password": PASSWORD})
            assert answer.headers["set-cookie"].startswith("__Host-toezicht=")
            assert answer.headers["strict-transport-security"]
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.load_verify_locations(certificate)
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        host, port = one.address.removeprefix("https://").split(":")
        with pytest.raises(OSError), socket.create_connection((host, int(port))) as opened:
            old.wrap_socket(opened, server_hostname="127.0.0.1")


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"tls_cert": "none.pem", "tls_key": "none.pem"}, "TOEZICHT_CONSOLE_TLS_CERT"),
        ({"host": "192.0.2.1", "behind_proxy": "true"}, "a free port of this machine"),
        ({"theme": "none.css"}, "TOEZICHT_CONSOLE_THEME"),
        ({"first_accounts": "/proc/self/mem"}, "TOEZICHT_CONSOLE_FIRST_ACCOUNTS"),
        ({"store": "/proc/none/access.sqlite"}, "TOEZICHT_CONSOLE_STORE"),
    ],
)
def test_a_wrong_setting_is_one_line_and_code_2(tmp_path: Path, settings: dict[str, str], told: str) -> None:
    """Before anything is read or served."""
    environment = {**os.environ, "TOEZICHT_DATA": str(tmp_path), "TOEZICHT_CONSOLE_PORT": "0"}
    environment |= {f"TOEZICHT_CONSOLE_{name.upper()}": value for name, value in settings.items()}
    process = subprocess.run(
        [sys.executable, "-m", "tests.support.console.process", "5"], env=environment, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert process.returncode == 2, process.stderr
    assert told in process.stderr.splitlines()[-1]
    assert "Traceback" not in process.stderr


def test_a_port_that_is_taken_is_one_line(console: RunningConsole, tmp_path: Path) -> None:
    """With the setting's name."""
    port = console.address.rpartition(":")[2]
    environment = {**os.environ, "TOEZICHT_DATA": str(tmp_path), "TOEZICHT_CONSOLE_PORT": port}
    process = subprocess.run(
        [sys.executable, "-m", "tests.support.console.process", "5"], env=environment, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert process.returncode == 2
    assert "TOEZICHT_CONSOLE_PORT" in process.stderr
