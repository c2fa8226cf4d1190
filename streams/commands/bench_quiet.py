"""`toezicht bench quiet`: what a camera costs before which nothing moves."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from streams.commands.capture import require_vision
from streams.commands.up import say
from streams.errors import ConfigurationError


def register(group: typer.Typer) -> None:
    """Add the command to the group `bench`."""

    @group.command()
    def quiet(
        seconds: Annotated[float, typer.Option("--for", min=1, help="How long each part is measured, in seconds")] = 30,
        video: Annotated[
            Path | None,
            typer.Option(
                envvar="TOEZICHT_DEMO_VIDEO", help="Video whose empty background is the scene; composed if left out"
            ),
        ] = None,
        stream: Annotated[Path | None, typer.Option(help="Video in which nothing moves, to play instead")] = None,
        stream_fps: Annotated[float, typer.Option(min=1, max=60, help="Pictures per second of the stream")] = 25,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Share of a core of one camera before which nothing moves: decoded, five pictures per second looked at.

        Beside it decoding alone, in the same run. Goal: 3 % of a core for a stream of 640x360.

        Example: toezicht bench quiet --for 30 --stream-fps 25 --json
        """
        require_vision()
        for option, path in (("--video", video), ("--stream", stream)):
            if path is not None and not path.is_file():
                raise ConfigurationError("command line", option, str(path), "a video file")
        from bench.quiet import measure

        with tempfile.TemporaryDirectory(prefix="toezicht-quiet-") as scratch:
            result = measure(seconds, video, stream, stream_fps, Path(scratch), say)
        print(json.dumps(result) if as_json else "\n".join(f"{name:28} {value}" for name, value in result.items()))
