"""A child process that the kernel ends when its parent dies, however the parent dies.

This file, run with a program and its arguments, asks Linux for SIGTERM at the parent's death (prctl PR_SET_PDEATHSIG) and then
becomes the program. The signal is bound to the thread that started the child: start children from a thread that lives as
long as the parent should, in practice the main thread.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from typing import Final

PR_SET_PDEATHSIG: Final = 1
"""From linux/prctl.h."""


def pdeath_command(command: Sequence[str]) -> list[str]:
    """Return the command that runs another and has it end with this process."""
    return [sys.executable, "-I", __file__, str(os.getpid()), *command]


def main(arguments: Sequence[str]) -> None:
    """Become the program named by the arguments: the parent's process id, the program, its arguments."""
    parent, *command = arguments
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM) != 0:
        sys.exit(f"prctl failed: {os.strerror(ctypes.get_errno())}")
    if os.getppid() != int(parent):  # it died before the kernel was asked
        sys.exit("the parent process is gone")
    os.execvp(command[0], list(command))


if __name__ == "__main__":
    main(sys.argv[1:])
