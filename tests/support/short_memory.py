"""The command line with a worker that remembers what an input caused for seconds, not for a day: for tests of forgetting."""

from __future__ import annotations

from typing import Final

from streams.cli.main import main
from streams.runtime import processed

REMEMBERED_S: Final = 5

if __name__ == "__main__":
    processed.REMEMBERED_S = REMEMBERED_S  # type: ignore[misc]
    main()
