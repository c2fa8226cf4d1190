"""An RTSP camera on 127.0.0.1 that answers and sends no pictures: what becomes of a login, and of each request, is told to it.

Where pictures are needed, `rtsp_server.py` is a real one.
"""

from __future__ import annotations

import base64
import hashlib
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

USER, PASSWORD = "admin", "right-Zq7"
BASIC = 'Basic realm="cam"'
DIGEST = 'Digest realm="cam", nonce="n0"'
SHA256 = 'Digest realm="cam", nonce="n0", algorithm=SHA-256, qop="auth"'
SDP = "\r\n".join(
    ["v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=cam", "c=IN IP4 0.0.0.0", "t=0 0", "a=control:*", "m=video 0 RTP/AVP 96",
     "a=rtpmap:96 H264/90000", "a=fmtp:96 packetization-mode=1", "a=control:trackID=0", ""]
)  # fmt: skip


@dataclass
class RtspCamera:
    """How the camera answers, and what it was asked.

    Attributes:
        challenges: How it asks for a login; none for a camera without.
        statuses: By method, what it answers to a request whose login is right: `453 Not Enough Bandwidth`.
        headers: By method, lines that its answer has besides.
        description: Its SDP.
        password: The right one.
        requests: What came, such as `DESCRIBE` and `DESCRIBE Digest`.
        refused: Logins that were wrong.
    """

    challenges: tuple[str, ...] = ()
    statuses: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    description: str = SDP
    password: str = PASSWORD
    requests: list[str] = field(default_factory=list)
    refused: int = 0
    port: int = 0

    def url(self, password: str = PASSWORD, path: str = "/cam") -> str:
        """Return its address with a password in it, percent-encoded where it must be."""
        return f"rtsp://{USER}:{password}@127.0.0.1:{self.port}{path}"

    @property
    def logins(self) -> int:
        """Return how often a password was sent."""
        return sum(" " in request for request in self.requests)

    def answer(self, request: str) -> str:
        """Return the answer to a request's head."""
        method, uri, _ = request.split(" ", 2)
        told = dict(line.split(": ", 1) for line in request.split("\r\n")[1:] if ": " in line)
        login = told.get("Authorization", "")
        self.requests.append(f"{method} {login.split(' ')[0]}" if login else method)
        open_to_all = method == "OPTIONS" or not self.challenges
        if login and not open_to_all and not self._is_right(method, login):
            self.refused += 1
            login = ""
        if not login and not open_to_all:
            asks = "".join(f"WWW-Authenticate: {challenge}\r\n" for challenge in self.challenges)
            return f"RTSP/1.0 401 Unauthorized\r\nCSeq: {told['CSeq']}\r\n{asks}\r\n"
        status = self.statuses.get(method, "200 OK")
        head = f"RTSP/1.0 {status}\r\nCSeq: {told['CSeq']}\r\n{self.headers.get(method, '')}"
        if method == "DESCRIBE" and status == "200 OK":
            return f"{head}Content-Base: {uri}/\r\nContent-Length: {len(self.description)}\r\n\r\n{self.description}"
        if method == "SETUP" and status == "200 OK":
            head += f"Session: 4711;timeout=60\r\nTransport: {told['Transport']}\r\n"
        return f"{head}\r\n"

    def _is_right(self, method: str, login: str) -> bool:
        if login.startswith("Basic "):
            return login == "Basic " + base64.b64encode(f"{USER}:{self.password}".encode()).decode()

        def md5(text: str) -> str:
            return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

        said = dict(re.findall(r'(\w+)="([^"]*)"', login))
        first, second = md5(f"{USER}:cam:{self.password}"), md5(f"{method}:{said['uri']}")
        return str(said["response"]) == md5(f"{first}:n0:{second}")


@contextmanager
def serving(camera: RtspCamera) -> Iterator[RtspCamera]:
    """Let a camera answer on a free port until the block ends."""
    listener = socket.create_server(("127.0.0.1", camera.port))
    camera.port = listener.getsockname()[1]

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=_converse, args=(camera, connection), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield camera
    finally:
        # Closing alone would leave `accept` waiting.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def _converse(camera: RtspCamera, connection: socket.socket) -> None:
    received = b""
    with connection:
        while True:
            try:
                part = connection.recv(4096)
            except OSError:
                return
            if not part:
                return
            received += part
            while b"\r\n\r\n" in received:
                head, _, received = received.partition(b"\r\n\r\n")
                connection.sendall(camera.answer(head.decode()).encode())
