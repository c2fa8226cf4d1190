"""`toezicht backup`: what must outlive a lost cluster, in a folder."""

from __future__ import annotations

import json
import logging
import re
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final

import typer

from schemas.audit import AuditEvent
from schemas.base import derive_id, iso_utc
from streams.backup.manifest import Manifest, read_manifest
from streams.backup.save import KEEP, KEEP_AT_MOST, Saver, deciding_files, outlived
from streams.cli.options import reachable, say, started
from streams.clients.telling import MessageTeller
from streams.clock import utc_now
from streams.compliance.deletion import present
from streams.config.partners import load_partners, wanted_topics
from streams.errors import ConfigurationError
from streams.settings import KafkaSettings

NAME: Final = "backup"
_DAYS: Final = re.compile(r"(\d{1,3})d")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("backup")(_backup)


def _backup(
    user: Annotated[str, typer.Option(help="Who makes it; stands in the audit")],
    to: Annotated[Path | None, typer.Option(help="Folder where backups stand; TOEZICHT_BACKUPS if left out")] = None,
    keep: Annotated[str, typer.Option(help="How long it is kept, in days, at most 14d: a later run deletes it")] = "7d",
    also: Annotated[
        list[Path] | None,
        typer.Option(help="Another file to take along, such as the console's accounts; may be repeated"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs")] = False,
) -> None:
    """Copy what cannot be made again: the audit, holds, counts, what the stages know now, and the files that decide.

    Nothing has to stand still for it. What derives from images is in it only as far as it will not be four weeks old before the
    backup is deleted, and no picture is, but those of cases that are held. What came in and was decided on is not. Backups of
    this folder that are past their time are deleted first: run it daily. `toezicht restore` brings one back.

    It is PERSONAL DATA and is not encrypted: its files are for their user alone (0600). Encrypt what leaves this machine.

    Example: toezicht backup --to /var/backups/toezicht --user backup
    """
    settings, kafka = started(quiet=True)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # what goes wrong is told in one line, not in twenty
    folder = to or settings.backups
    if folder is None:
        raise ConfigurationError("backup", "--to", "", "a folder, or TOEZICHT_BACKUPS")
    span = _span(keep)
    cluster = reachable(settings, kafka, NAME)
    now = utc_now()
    gone = outlived(folder, now)
    for path in gone:
        shutil.rmtree(path)
        say(f"{path}: past its time, deleted")
    files = [*deciding_files(settings), *(("--also", path) for path in also or ())]
    specs = present(cluster, wanted_topics(load_partners(settings.partners)))
    place = Saver(cluster, folder, now, span, say).save(specs, files)
    manifest = read_manifest(place)
    _audit(cluster, user, place, manifest)
    if settings.backups is None or settings.backups.resolve() != folder.resolve():
        say(f"TOEZICHT_BACKUPS is not {folder}: what is deleted from now on is not noted there, and would come back")
    if as_json:
        typer.echo(json.dumps({"backup": str(place), "deleted": [str(path) for path in gone]} | _facts(manifest)))
    else:
        typer.echo(
            f"{place}: {_records(manifest)} records of {len(manifest.topics)} topics, {len(manifest.files)} files"
        )
        typer.echo(f"delete it by {manifest.delete_by:%Y-%m-%d %H:%M} UTC; it is personal data, and not encrypted")
        typer.echo(f"audit head: {manifest.audit_head or 'none'}")


def _span(text: str) -> timedelta:
    found = _DAYS.fullmatch(text)
    span = timedelta(days=int(found[1])) if found else timedelta(0)
    if not timedelta(0) < span <= KEEP_AT_MOST:
        raise ConfigurationError("backup", "--keep", text, f"1d to {KEEP_AT_MOST.days}d, such as {KEEP.days}d")
    return span


def _audit(kafka: KafkaSettings, user: str, place: Path, manifest: Manifest) -> None:
    tell_audit(kafka, user, "backup", place.name, f"{_records(manifest)} records", manifest)


def tell_audit(kafka: KafkaSettings, user: str, action: str, about: str, result: str, manifest: Manifest) -> None:
    """Tell the audit that somebody made a copy of what must last, or brought one back.

    Raises:
        DeliveryError: The broker did not take it.
    """
    now = utc_now()
    teller = MessageTeller(kafka, NAME)
    try:
        teller.tell(
            AuditEvent(
                cause_id=derive_id(action, about, iso_utc(now)),
                actor=user,
                action=action,
                object_type="cluster",
                object_id=about[:120],
                reason=f"made {iso_utc(manifest.made_at)}, to be deleted by {iso_utc(manifest.delete_by)}",
                result=result[:40],
                at=now,
            )
        )
    finally:
        teller.close()


def _facts(manifest: Manifest) -> dict[str, object]:
    return {"audit_head": manifest.audit_head, "records": _records(manifest)} | manifest.model_dump(
        mode="json", include={"made_at", "delete_by", "topics", "files"}
    )


def _records(manifest: Manifest) -> int:
    return sum(part.records for part in manifest.topics)
