"""A worker of `decide` whose state the framework itself recovers, record by record: what `bench start` compares with."""

from __future__ import annotations

from typing import Any

from streams.cli.main import main
from streams.runtime.faust import app as framework


class NothingRestored:
    """Stands where the restoring in bulk stands, and leaves all to the framework."""

    under_way = False

    def __init__(self, *_: Any) -> None:
        """Take what the other takes."""

    async def __call__(self, *_: Any) -> None:
        """Restore nothing."""


if __name__ == "__main__":
    vars(framework)["Restoring"] = NothingRestored
    main()
