"""A real RTSP server as a child process: GStreamer's, as Debian packages it (`rtsp_server.py`)."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SERVER = Path(__file__).with_name("rtsp_server.py")
PYTHON = "/usr/bin/python3"
USER, PASSWORD = "bob", "pw-Zq7-unlikely"
NEEDED = "import gi; [gi.require_version(n, '1.0') for n in ('Gst', 'GstRtsp', 'GstRtspServer')]; \
from gi.repository import Gst, GstRtspServer; Gst.init(None); \
missing = [n for n in ('x264enc', 'rtph264pay', 'videotestsrc') if not Gst.ElementFactory.find(n)]; assert not missing"


def server_runs() -> bool:
    """Return whether Debian's packages are there."""
    if not Path(PYTHON).exists():
        return False
    return subprocess.run([PYTHON, "-c", NEEDED], capture_output=True, timeout=60, check=False).returncode == 0


class Server:
    """The server as a child process."""

    def __init__(self, port: int, method: str, transport: str) -> None:
        command = [PYTHON, str(SERVER), str(port), method, USER, PASSWORD, transport]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def url(self, password: str = PASSWORD, path: str = "/cam") -> str:
        return f"rtsp://{USER}:{password}@127.0.0.1:{self.port}{path}"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


@contextmanager
def serving(method: str = "none", transport: str = "any", port: int = 0) -> Iterator[Server]:
    """Run a server for a while."""
    server = Server(port, method, transport)
    try:
        yield server
    finally:
        server.kill()
