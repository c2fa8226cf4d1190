"""The worker of `bench detect` that drops nothing: the real stage in the real runner, without its limit of age."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from streams.clock import utc_now
from streams.process import start_logging, tell_ready
from streams.runtime.state_folder import exclusive
from streams.settings import read_settings
from streams.stages.base import PictureStage
from streams.worker.run import run_stages
from streams.worker.stages import make_stages


def main(arguments: Sequence[str]) -> None:
    """Run as a process: STATE_FOLDER."""
    settings, kafka = read_settings()
    start_logging(settings)
    (stage,) = make_stages(["detect"], settings)
    assert isinstance(stage, PictureStage)
    stage.max_age_s = 0.0
    folder = Path(arguments[0])
    with exclusive(folder):
        error = asyncio.run(run_stages([stage], kafka, folder, utc_now, lambda: tell_ready("detect", 0)))
    if error is not None:
        sys.exit(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
