"""`toezicht cameras try`: what a camera sends, before it is in the registry."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from schemas.phrases.catalogue import text_of
from streams.cli.options import require_vision
from streams.errors import ConfigurationError, ToezichtError
from streams.settings import read_settings


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("try")
    def try_(
        url: Annotated[str, typer.Argument(help="Its address; ${NAME} is taken from the environment as it is")],
        camera_id: Annotated[str, typer.Option("--id", help="Id in the entry; made of the address if left out")] = "",
        seconds: Annotated[float, typer.Option(min=1, max=120, help="How long it is watched (s)")] = 8.0,
        transport: Annotated[str, typer.Option(metavar="tcp|udp", help="How RTP comes")] = "tcp",
        picture: Annotated[Path | None, typer.Option(help="Write one picture here (JPEG), coarse all over")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, without the entry")] = False,
    ) -> None:
        r"""Watch a camera for some seconds: its coding, size, rate, key frames, delay and login, and what to set in it.

        It ends with the entry for the registry, to be pasted; what only a person knows is empty there. No login that is refused
        is tried twice. Put a password in a variable, as it is, so that it is not in the list of processes:

        \b
        CAM_LOGIN='viewer:p@ss/word' toezicht cameras try 'rtsp://${CAM_LOGIN}@10.0.3.7/stream2'

        A camera that is in no registry has no masks, so the picture is a mosaic of 48 cells: enough to see that it is the right
        camera and upright, and too coarse to know anybody. `cameras check --open --pictures` writes masked ones.

        Exit code 1: it gives no picture, with the reason.

        Example: toezicht cameras try rtsp://10.0.3.7/stream2 --id plein-1
        """
        read_settings()
        require_vision()
        from detectors.errors import SourceError
        from detectors.sources.logins import Logins
        from detectors.sources.trial import try_source
        from streams.cameras.trial import entry, lines_of, proposed_id, what_to_set
        from streams.capture.process import SYSTEM_CLOCK

        named = camera_id or proposed_id(url)
        try:
            trial = try_source(_config(url, transport), SYSTEM_CLOCK, seconds, Logins())
        except SourceError as error:
            typer.echo(json.dumps({"fault": error.fault, "detail": error.detail}) if as_json else text_of(error.what))
            raise typer.Exit(1) from None
        told = list(what_to_set(trial))
        if picture is not None and trial.image is not None:
            _write(picture, trial.image)
        if as_json:
            figures: dict[str, Any] = {name: value for name, value in asdict(trial).items() if name != "image"}
            typer.echo(json.dumps({**figures, "set": told}))
            return
        for line in lines_of(trial):
            typer.echo(line)
        for line in told or ["nothing: it is as it should be"]:
            typer.echo(f"to set     {line}")
        typer.echo(
            f"\nEntry for the registry, below `cameras:`; fill in what is empty:\n\n{entry(named, url, trial)}",
            nl=False,
        )


def _config(url: str, transport: str) -> Any:
    from detectors.sources.base import SourceConfig
    from streams.config.registry import expanded
    from streams.config.yaml import UnsetVariableError

    ways: dict[str, Literal["tcp", "udp"]] = {"tcp": "tcp", "udp": "udp"}
    if transport not in ways:
        raise ConfigurationError("cameras try", "--transport", transport, "tcp or udp")
    try:
        return SourceConfig(expanded(url, os.environ), transport=ways[transport])
    except UnsetVariableError as unset:
        raise ToezichtError(f"cameras try: {unset}") from None


def _write(path: Path, image: Any) -> None:
    """Write a picture in which nobody can be known."""
    from streams.cameras.still import coarse_jpeg

    try:
        path.write_bytes(coarse_jpeg(image))
    except OSError as error:
        raise ConfigurationError("cameras try", "--picture", str(path), f"a file to write ({error.strerror})") from None
