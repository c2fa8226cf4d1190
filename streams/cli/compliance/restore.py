"""`toezicht restore`: a backup, brought back to an empty cluster."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from streams.backup.journal import Told, read_journal
from streams.backup.manifest import JOURNAL, BackupError, Manifest, read_manifest
from streams.backup.restore import Restorer, TopicReturn
from streams.cli.compliance.backup import tell_audit
from streams.cli.options import reachable, say, started
from streams.clock import utc_now
from streams.config.partners import load_partners, wanted_topics
from streams.domain.audit.verify import ChainCheck
from streams.errors import ConfigurationError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("restore")(_restore)


def _restore(
    backup: Annotated[Path, typer.Argument(help="The backup's folder, as `toezicht backup` printed it")],
    user: Annotated[str, typer.Option(help="Who brings it back; stands in the audit")],
    deletions: Annotated[
        Path | None, typer.Option(help=f"The journal of what was deleted; {JOURNAL} beside the backup if left out")
    ] = None,
    no_deletions: Annotated[
        bool,
        typer.Option("--no-deletions", help="There is no journal: nothing was deleted since, as you can answer for"),
    ] = False,
    files_to: Annotated[
        Path | None, typer.Option(help="A new folder for the files that decide; they stay in the backup if left out")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Verify it and tell what would return; write nothing")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs")] = False,
) -> None:
    """Bring a backup back to an empty cluster: topics are made, and records keep key, headers and the time they were first taken.

    Every file is held against its SHA-256 first, and the audit's chain is verified in the end. What would be deleted by now is
    left out, and so is what was deleted since the backup was made, by the journal that `delete` and `hold release` write: the
    stages are told of it again, and obey when they run.

    Whoever runs it may do everything on the cluster: no user of ours may write the audit's chain but its writer.

    Start nothing of toezicht before it is done, delete the workers' state folders, and start then. A cluster that is not empty is
    refused. What breaks off in the middle is begun anew on a new cluster.

    Exit code 0 where all is well, 1 where the audit's chain does not hold, 2 where nothing, or not all, was brought back.

    Example: toezicht restore /var/backups/toezicht/backup-20261130T031500Z --user beheer --dry-run
    """
    settings, kafka = started(quiet=True)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # what goes wrong is told in one line, not in twenty
    manifest = read_manifest(backup)
    since = [] if no_deletions else _since(deletions or backup.resolve().parent / JOURNAL, manifest)
    now = utc_now()
    cluster = kafka if dry_run else reachable(settings, kafka, "topics")
    restorer = Restorer(cluster, backup, manifest, now, since, say)
    check: ChainCheck | None = None
    if dry_run:
        restorer.look()
    else:
        check = restorer.restore(wanted_topics(load_partners(settings.partners)))
        returned = sum(each.returned for each in restorer.outcomes)
        tell_audit(cluster, user, "restore", backup.resolve().name, f"{returned} records", manifest)
    if files_to is not None and not dry_run:
        _copy_files(backup, manifest, files_to)
    _tell(manifest, restorer.outcomes, since, check, as_json=as_json)
    if check is not None and check.count:
        raise typer.Exit(1)


def _since(path: Path, manifest: Manifest) -> list[Told]:
    if not path.exists():
        raise ConfigurationError(
            "restore", "--deletions", str(path),
            f"the journal of what was deleted since {manifest.made_at:%Y-%m-%d %H:%M} UTC, or --no-deletions",
        )  # fmt: skip
    return read_journal(path, manifest.made_at)


def _copy_files(backup: Path, manifest: Manifest, to: Path) -> None:
    try:
        to.mkdir(mode=0o700, parents=True)
        for part in manifest.files:
            shutil.copy(backup / part.file, to / Path(part.file).name)
            say(f"{to / Path(part.file).name}: was {part.path} ({part.what})")
    except OSError as error:
        raise BackupError(f"{to}: cannot be written ({error.strerror}), expected a new folder") from None


def _tell(
    manifest: Manifest,
    outcomes: Sequence[TopicReturn],
    since: Sequence[Told],
    check: ChainCheck | None,
    *,
    as_json: bool,
) -> None:
    deleted = sorted({name for _, told in since for name in getattr(told, "alert_ids", ())})
    if as_json:
        topics = {
            each.topic: {"returned": each.returned} | {why.value: count for why, count in each.others.items()}
            for each in outcomes
        }
        chain = None if check is None else {"holds": check.count == 0, "head": str(check.head or "")}
        told = {"made_at": manifest.model_dump(mode="json")["made_at"], "topics": topics, "deleted_since": deleted}
        typer.echo(json.dumps(told | {"audit": chain}))
        return
    for each in outcomes:
        typer.echo(f"  {each}")
    total = sum(each.returned for each in outcomes)
    typer.echo(
        f"{total} records {'would come' if check is None else 'came'} back, of {manifest.made_at:%Y-%m-%d %H:%M} UTC"
    )
    typer.echo(f"deleted since, and told to the stages again: {len(since)} words about {len(deleted)} alerts")
    if check is not None:
        holds = "holds" if check.count == 0 else f"DOES NOT HOLD: {check.count} findings, see `toezicht audit verify`"
        typer.echo(f"the audit's chain {holds}; head: {check.head or 'none'}")
