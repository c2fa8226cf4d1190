"""`toezicht snapshot`: a picture of one camera, on request."""

from __future__ import annotations

import logging
import uuid
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from schemas.phrases.catalogue import sentence, told
from schemas.phrases.codes.commands import (
    expected_file,
    expected_identifier,
    snapshot_hidden,
    snapshot_not_written,
    snapshot_refused,
    snapshot_refused_since,
    snapshot_taken,
    snapshot_taken_but,
    snapshot_unblurred,
    snapshot_written,
)
from schemas.phrases.language import Language
from schemas.snapshots import SnapshotReference, SnapshotRequest
from streams.cli.options import moment as read_moment
from streams.cli.options import reachable, started, telling
from streams.clients.snapshots import NoAnswerError, ask
from streams.clock import utc_now
from streams.errors import ConfigurationError


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def snapshot(
        camera: Annotated[str, typer.Argument(help="Id of a camera in the registry")],
        user: Annotated[str, typer.Option(help="Who asks; it is written into the audit")],
        moment: Annotated[
            str,
            typer.Option(help="The moment to show: a time with a zone, or how long ago, such as 10s; now if left out"),
        ] = "",
        alert: Annotated[str, typer.Option(help="Id of the alert that it is for")] = "",
        out: Annotated[Path | None, typer.Option(help="JPEG file to write; nothing is written if left out")] = None,
        unblurred: Annotated[
            bool, typer.Option("--unblurred", help="Ask for a picture with persons in it; few may have one")
        ] = False,
        timeout: Annotated[float, typer.Option(min=1, max=600, help="Seconds to wait for the answer")] = 30.0,
        as_json: Annotated[bool, typer.Option("--json", help="Print the answer as one JSON object")] = False,
        lang: Annotated[Language, typer.Option(help="What it says, errors too: nl or en")] = Language.EN,
    ) -> None:
        """Ask a camera for a picture of the last seconds. Persons and vehicles in it are pixelated.

        `toezicht capture` answers from memory, where it keeps pictures for TOEZICHT_SNAPSHOT_SECONDS. Each request is told
        to the audit. Reads the cluster of KAFKA_BOOTSTRAP_SERVERS, else the one that `toezicht demo` or `toezicht up`
        started on this machine.

        Exit code 1: the picture is refused, or nobody answered.

        Example: toezicht snapshot stadshart-1 --user operator-3 --moment 10s --out picture.jpg
        """
        with telling(lang):
            settings, kafka = started(quiet=True)
            logging.getLogger("kafka").setLevel(logging.CRITICAL)  # what goes wrong is told in one line, not in twenty
            if out is not None and not out.resolve().parent.is_dir():
                raise ConfigurationError("snapshot", "--out", str(out), expected_file())
            request = make_request(camera, user, moment, alert, unblurred)
            try:
                answer = ask(reachable(settings, kafka, "snapshot"), request, timeout)
            except NoAnswerError as error:
                typer.echo(f"toezicht: {error.told_in(lang)}", err=True)
                raise typer.Exit(1) from None
        if out is not None and answer.jpeg:
            out.write_bytes(answer.jpeg)
        typer.echo(
            answer.reference.model_dump_json() if as_json else describe(answer.reference, len(answer.jpeg), out, lang)
        )
        if answer.reference.refused is not None:
            raise typer.Exit(1)


def make_request(camera: str, user: str, moment: str, alert: str, unblurred: bool) -> SnapshotRequest:
    """Return the request for what was given on the command line.

    Raises:
        ConfigurationError: A value cannot be one; names it.
    """
    now = utc_now()
    try:
        return SnapshotRequest(
            request_id=str(uuid.uuid4()),
            camera_id=camera,
            alert_id=alert,
            user=user,
            requested_at=now,
            moment=read_moment("snapshot", "--moment", moment, now) if moment else now,
            unblurred=unblurred,
        )
    except ValidationError as error:
        field = str(error.errors(include_url=False)[0]["loc"][0])
        name, value = {"camera_id": ("CAMERA", camera), "user": ("--user", user)}.get(field, (field, ""))
        raise ConfigurationError("snapshot", name, value, expected_identifier(80)) from None


def describe(reference: SnapshotReference, size_bytes: int, out: Path | None, language: Language) -> str:
    """Return an answer in one line for a person."""
    why = told(reference.phrase, reference.detail, language)
    if reference.refused is not None:
        camera, refused = reference.camera_id, reference.refused.value
        line = snapshot_refused_since(camera, refused, why) if why else snapshot_refused(camera, refused)
        return sentence(line, language)
    assert reference.captured_at is not None
    taken = snapshot_taken(
        reference.camera_id,
        reference.captured_at,
        reference.width_px or 0,
        reference.height_px or 0,
        size_bytes,
        snapshot_hidden() if reference.pixelated else snapshot_unblurred(),
        snapshot_not_written() if out is None else snapshot_written(str(out)),
    )
    return sentence(snapshot_taken_but(taken, why) if why else taken, language)
