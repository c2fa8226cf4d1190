"""OpenAPI document: what partners and the page's types are made from: `python -m console.api.document [--check]`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

from console.api.app import describe
from streams.presentation.generated import write_or_check

FILE: Final = Path(__file__).parents[1] / "openapi.json"


def text() -> str:
    """Return the document."""
    return json.dumps(describe(), indent=1, sort_keys=True) + "\n"


def main(arguments: list[str]) -> int:
    """Write the document, or check that the written one is of this code."""
    return write_or_check(FILE, text(), "console.api.document", arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
