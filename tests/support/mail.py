"""A mail server on this machine that takes every mail (SMTP, RFC 5321, as much of it as a client says)."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default


@dataclass
class Mailbox:
    """What came: the mails, and to whom."""

    port: int = 0
    up: bool = True
    mails: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)

    def read(self) -> list[Message]:
        """Return the mails with their headers and text."""
        return [message_from_bytes(each, policy=default) for each in self.mails]


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """Yield a server's mailbox."""
    box = Mailbox()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 test ESMTP" if box.up else "421 later")
            while box.up and (line := self.rfile.readline()):
                verb = line.strip().split(b" ")[0].upper()
                if verb in (b"EHLO", b"HELO"):
                    self.say("250-test\r\n250 AUTH PLAIN")
                elif verb == b"AUTH":
                    self.say("235 ok")
                elif verb == b"DATA":
                    self.say("354 go on")
                    parts = []
                    while (part := self.rfile.readline()) not in (b".\r\n", b""):
                        parts.append(part.removeprefix(b"."))
                    box.mails.append(b"".join(parts))
                    self.say("250 taken")
                elif verb == b"QUIT":
                    self.say("221 bye")
                    return
                else:
                    if verb == b"RCPT":
                        box.recipients.append(line.decode().strip())
                    self.say("250 ok")

        def say(self, text: str) -> None:
            self.wfile.write(text.encode() + b"\r\n")

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        box.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield box
        finally:
            server.shutdown()
