"""The commands of `toezicht intake`, as a process of their own that imports nothing else of the command line."""

from __future__ import annotations

import sys
from typing import Final

RUN: Final = (
    sys.executable,
    "-c",
    "import sys, typer\n"
    "from streams.cli.intake import commands as intake\n"
    "from streams.errors import ToezichtError\n"
    "app = typer.Typer()\n"
    "intake.register(app)\n"
    "try:\n"
    "    app(['intake', *sys.argv[1:]])\n"
    "except ToezichtError as error:\n"
    "    print('toezicht:', error, file=sys.stderr)\n"
    "    sys.exit(2)\n",
)
"""What stands before the arguments."""
