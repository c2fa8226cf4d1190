"""Processes on this machine, as tests look for them: none may be left behind."""

from __future__ import annotations

import contextlib
from pathlib import Path


def belonging_to(folder: Path) -> list[bytes]:
    """Return the command lines of all processes that have a folder in their arguments or environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended while we looked, or is the kernel's
            command = (process / "cmdline").read_bytes()
            if str(folder).encode() in command + (process / "environ").read_bytes():
                found.append(command.replace(b"\0", b" "))
    return found
