"""`toezicht bench quiet`: what a camera costs before which nothing moves."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.capture import require_vision
from streams.cli.up import say
from streams.errors import ConfigurationError

if TYPE_CHECKING:
    from bench.quiet.stream import StreamKind


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
        size: Annotated[str, typer.Option(help="Width and height of the stream that is made")] = "640x360",
        stream_fps: Annotated[int, typer.Option(min=1, max=60, help="Its pictures per second")] = 25,
        megabits: Annotated[float, typer.Option(min=0.05, max=50, help="Mbit/s that it fills")] = 1.0,
        key_frame_seconds: Annotated[
            float, typer.Option(min=0.04, max=60, help="Seconds between its key frames")
        ] = 1.0,
        profile: Annotated[str, typer.Option(help="Of H.264: baseline, main or high")] = "main",
        b_pictures: Annotated[int, typer.Option(min=0, max=4, help="B-pictures between two others")] = 0,
        entries: Annotated[int, typer.Option(min=0, max=60, help="How often somebody enters afterwards")] = 4,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Share of a core of one camera before which nothing moves, and when it wakes up, for both ways of decoding.

        An H.264 stream is made and played as if it came live: decoded in full, and key frames alone while quiet. Beside the
        camera decoding alone, in the same run. Goal: 3 % of a core. Then a person enters who is 20 px high where
        the picture is 640 px wide; when the camera wakes up is told in the stream's own time.

        Example: toezicht bench quiet --for 30 --megabits 1 --json
        """
        require_vision()
        for option, path in (("--video", video), ("--stream", stream)):
            if path is not None and not path.is_file():
                raise ConfigurationError("command line", option, str(path), "a video file")
        kind = _kind(size, stream_fps, megabits, key_frame_seconds, profile, b_pictures)
        from bench.quiet.measure import measure

        with tempfile.TemporaryDirectory(prefix="toezicht-quiet-") as scratch:
            result = measure(seconds, video, stream, kind, entries, Path(scratch), say)
        print(json.dumps(result) if as_json else "\n".join(f"{name:28} {value}" for name, value in result.items()))


def _kind(size: str, fps: int, megabits: float, key_frame_s: float, profile: str, b_pictures: int) -> StreamKind:
    from bench.quiet.stream import PROFILES, StreamKind

    match = re.fullmatch(r"(\d{2,4})x(\d{2,4})", size)
    if match is None or int(match[1]) % 2 or int(match[2]) % 2:
        raise ConfigurationError("command line", "--size", size, "even numbers of pixels, such as 640x360")
    if profile not in PROFILES or (profile == "baseline" and b_pictures):
        raise ConfigurationError("command line", "--profile", profile, "baseline without B-pictures, main or high")
    return StreamKind((int(match[1]), int(match[2])), fps, megabits, key_frame_s, profile, b_pictures)
