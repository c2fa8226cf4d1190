"""`toezicht cameras discover`: which cameras of a network answer."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from streams.cli.options import require_vision
from streams.settings import read_settings


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def discover(
        interface: Annotated[str, typer.Option(help="This machine's own address in the cameras' network (IPv4)")],
        seconds: Annotated[float, typer.Option(min=1, max=60, help="How long it listens (s)")] = 4.0,
        registry: Annotated[Path | None, typer.Option(help="Say which of them this registry has already")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per camera")] = False,
    ) -> None:
        """Ask the cameras of one network who they are, by ONVIF's discovery, and list who answers.

        The question is one multicast datagram, sent twice, that no router hands on; it goes out only when you call this, and only
        by the network that you name. Cameras answer where ONVIF and its discovery are switched on in them. Nothing is opened and
        no login is tried: what is listed is what they say of themselves.

        Where a camera's stream is stands on its own page, or in its manual; `toezicht cameras try` takes it from there.

        Exit code 1: no camera answered.

        Example: toezicht cameras discover --interface 10.0.3.2
        """
        read_settings()
        require_vision()
        from streams.cameras.discovery import discover as ask
        from streams.config.registry import load_registry

        known = "" if registry is None else "\n".join(camera.source.url for camera in load_registry(registry).cameras)
        found = ask(interface, seconds)
        for camera in found:
            there = _names(known, camera.host)
            if as_json:
                typer.echo(json.dumps({**asdict(camera), "in_registry": there}))
            else:
                parts = (camera.name, camera.hardware, camera.service, "in the registry" if there else "")
                typer.echo(f"{camera.host:<15}  {'  '.join(part for part in parts if part)}".rstrip())
        if not found:
            typer.echo(
                "no camera answered: is ONVIF's discovery on in them, and is this the address in their network?",
                err=True,
            )
            raise typer.Exit(1)


def _names(addresses: str, host: str) -> bool:
    """Return whether one of the registry's addresses has this host."""
    return any(f"{mark}{host}{end}" in addresses for mark in ("//", "@") for end in ("/", ":"))
