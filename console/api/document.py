"""OpenAPI document: what partners and the page's types are made from: `python -m console.api.document [--check]`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

from console.api.app import describe

FILE: Final = Path(__file__).parents[1] / "openapi.json"


def text() -> str:
    """Return the document."""
    return json.dumps(describe(), indent=1, sort_keys=True) + "\n"


def main(arguments: list[str]) -> int:
    """Write the document, or check that the written one is of this code."""
    if arguments == ["--check"]:
        if not FILE.is_file() or FILE.read_text(encoding="utf-8") != text():
            sys.stderr.write(
                "toezicht: console/openapi.json is not of this code; run: python -m console.api.document\n"
            )
            return 1
        return 0
    FILE.write_text(text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
