"""The drawing's page answers who has its address, from its own page, and nobody else."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from streams.cameras.drawing.server import MOST_BYTES, POLICY, DrawingBoard, DrawingServer
from streams.cameras.drawing.shapes import DrawnShapes
from streams.errors import ToezichtError

CAMERA = {"id": "c", "name": "C", "width_px": 64, "height_px": 48, "sharp": True, "shapes": {}}
DRAWN = {"masks": [], "zones": [{"id": "z", "name": "", "polygon": [[0, 0], [9, 0], [9, 9]]}]}


@dataclass
class Running:
    """A server that runs, and what was saved."""

    server: DrawingServer
    thread: threading.Thread
    saved: list[DrawnShapes] = field(default_factory=list)
    refuses: str = ""

    def save(self, drawn: DrawnShapes) -> str:
        if self.refuses:
            raise ToezichtError(self.refuses)
        self.saved.append(drawn)
        return "saved."

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> http.client.HTTPResponse:
        """Return the answer, read."""
        connection = http.client.HTTPConnection("127.0.0.1", int(self.server.origin.rsplit(":", 1)[1]), timeout=60)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            answer.content = answer.read()  # type: ignore[attr-defined]
            return answer
        finally:
            connection.close()

    def post(self, body: bytes, **headers: str) -> http.client.HTTPResponse:
        usual = {"Origin": self.server.origin, "Content_Type": "application/json"}
        return self.ask("POST", f"/{self.server.token}/save", body, **{**usual, **headers})


@pytest.fixture
def running() -> Iterator[Running]:
    """Yield a server for a while."""
    saving: list[Running] = []
    server = DrawingServer(DrawingBoard(CAMERA, b"\xff\xd8jpeg", lambda drawn: saving[0].save(drawn)))
    thread = threading.Thread(target=server.serve)
    saving.append(Running(server, thread))
    thread.start()
    yield saving[0]
    server.saved.set()
    thread.join()
    server.close()


def test_the_page_and_what_it_needs(running: Running) -> None:
    """All of it under the token, with a policy that lets it load nothing from elsewhere, and kept by nobody."""
    for name, kind in (
        ("", "text/html"),
        ("page.js", "text/javascript"),
        ("page.css", "text/css"),
        ("still.jpg", "image/jpeg"),
    ):
        answer = running.ask("GET", f"/{running.server.token}/{name}")
        assert answer.status == 200
        assert str(answer.getheader("Content-Type")).startswith(kind)
        assert answer.getheader("Content-Security-Policy") == POLICY
        assert answer.getheader("Cache-Control") == "no-store"
        assert answer.getheader("Referrer-Policy") == "no-referrer"
        assert b"http://" not in answer.content.replace(b"http://www.w3.org/2000/svg", b"")  # type: ignore[attr-defined]
    assert "unsafe" not in POLICY


@pytest.mark.parametrize(
    "path",
    ["/", "/wrong/", "/{token}", "/{token}/../x", "/{token}/server.py", "/{token}/page.html", "/%E9/"],
)
def test_other_paths_are_not_there(running: Running, path: str) -> None:
    """Neither without the token, nor files that are no part of the page."""
    assert running.ask("GET", path.format(token=running.server.token)).status == 404


def test_who_comes_by_another_name_is_refused(running: Running) -> None:
    """A site whose name leads to this machine has another Host, and a page of another site another Origin."""
    assert running.ask("GET", f"/{running.server.token}/", Host="evil.example").status == 404
    body = json.dumps(DRAWN).encode()
    assert running.post(body, Host="evil.example").status == 404
    assert running.post(body, Origin="https://evil.example").status == 403
    assert running.post(body, Content_Type="text/plain").status == 403
    assert running.ask("POST", f"/{running.server.token}/save", body, Content_Type="application/json").status == 403
    assert running.saved == []


def test_what_is_wrong_is_told_and_it_goes_on(running: Running) -> None:
    """Of the drawing, and of the registry that does not take it."""
    answer = running.post(b'{"masks": [[[0, 0]]]}')
    assert answer.status == 422
    assert any("masks.0" in line for line in json.loads(answer.content)["errors"])  # type: ignore[attr-defined]
    running.refuses = "r.yaml:3: zone z crosses itself\nr.yaml:9: more"
    answer = running.post(json.dumps(DRAWN).encode())
    assert (answer.status, len(json.loads(answer.content)["errors"])) == (422, 2)  # type: ignore[attr-defined]
    assert running.post(b"x", Content_Length=str(MOST_BYTES + 1)).status == 413
    assert running.post(b"", Content_Length="-1").status == 413
    assert running.thread.is_alive()


def test_it_ends_when_something_was_saved(running: Running) -> None:
    """The answer arrives first."""
    answer = running.post(json.dumps(DRAWN).encode())
    assert (answer.status, json.loads(answer.content)) == (200, {"saved": "saved."})  # type: ignore[attr-defined]
    running.thread.join(60)
    assert not running.thread.is_alive()
    assert running.saved == [DrawnShapes.model_validate(DRAWN)]


def test_each_address_is_another(running: Running) -> None:
    """Nobody guesses it."""
    other = DrawingServer(running.server.board)
    assert other.token != running.server.token
    assert len(other.token) >= 43
    other.close()
