"""Save: a backup of what must last on a cluster, and of the files of this machine that decide.

A backup is what a cluster would have after a crash. Where all topics end is asked within one moment, the stages' rows first, so
that what is beside them is no older than they are; the audit's chain is then cut at its writer's head. Nothing has to stand still
for it.
"""

from __future__ import annotations

import gzip
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final

from schemas.deletion import Hold
from streams import topics
from streams.backup.manifest import (
    MANIFEST,
    PREFIX,
    BackupError,
    FilePart,
    Manifest,
    TopicPart,
    line_of,
    read_manifest,
    sha256_of,
)
from streams.backup.parts import TAKEN, newest_only
from streams.compliance.holds import read_holds
from streams.config.registry import load_registry
from streams.domain.audit.chain import HeadRow
from streams.domain.audit.verify import Head, read_entry
from streams.domain.cameras.registry import TsaiCalibration
from streams.domain.compliance.returning import Forgotten, Returning, held_returns, kept_until
from streams.environment import GROUPS, is_secret, variables
from streams.kafka.reader import Reader, Spans
from streams.kafka.record import Record
from streams.runtime.processed import PREFIX as DONE
from streams.settings import KafkaSettings, Settings
from streams.stages.audit import HEAD
from streams.stages.decide.tick_order import TICKED
from streams.stages.row_versions import ROWS
from streams.topics import CHANGELOGS, TopicSpec

NAME: Final = "backup"
KEEP: Final = timedelta(days=7)
"""How long a backup is kept where nobody says otherwise: what derives from images is then in it for 20 days of its 27."""
KEEP_AT_MOST: Final = timedelta(days=14)
SETTLE_S: Final = 10.0
"""How long the audit's chain may take to reach its writer's head: they are written side by side."""
SETTLE_STEP_S: Final = 0.5
DECIDING: Final = ("registry", "rules", "partners", "safety_plan", "areas", "plan", "shadow_rules")
"""The settings that name a file which decides; models are large and come from elsewhere."""
_SQLITE: Final = b"SQLite format 3\0"
_STATES: Final = frozenset(spec.name for spec in CHANGELOGS)

Progress = Callable[[str], None]


def silent(_line: str) -> None:
    """Tell nobody how far it is."""


@dataclass
class Saver:
    """Saver: writes one backup into a new folder.

    Args:
        kafka: The cluster.
        folder: Where backups stand; it is made.
        now: When it begins (UTC).
        keep: How long it is kept: what may not be so old by then is left out.
        say: Told how far it is, a line each.
    """

    kafka: KafkaSettings
    folder: Path
    now: datetime
    keep: timedelta = KEEP
    say: Progress = silent
    _head: HeadRow | None = None
    _parts: list[TopicPart] = field(default_factory=list)
    _holds: Mapping[str, Hold] = field(default_factory=dict)

    @property
    def delete_by(self) -> datetime:
        """Return by when the backup must be gone (UTC)."""
        return self.now + self.keep

    def save(self, present: Iterable[TopicSpec], files: Iterable[tuple[str, Path]]) -> Path:
        """Write all of it, and return its folder.

        Args:
            present: The topics that the cluster has.
            files: The files to take along, each with what named it.

        Raises:
            BackupError: A file cannot be read or written.
            ClusterError: Topics cannot be read.
        """
        place = self.folder / f"{PREFIX}{self.now:%Y%m%dT%H%M%SZ}"
        part = place.with_suffix(".part")
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if place.exists():
                raise BackupError(f"{place}: is there already, expected no backup of this second")
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir(mode=0o700)
            (part / "topics").mkdir(mode=0o700)
            (part / "files").mkdir(mode=0o700)
            self._topics(part, [spec for spec in present if spec.name in TAKEN])
            taken = take_files(part, files)
            manifest = Manifest(
                made_at=self.now,
                delete_by=self.delete_by,
                release=version("toezicht"),
                audit_head="" if self._head is None else str(Head(self._head.sequence, self._head.hash)),
                audit_head_offset=-1 if self._head is None else self._head.offset,
                topics=tuple(self._parts),
                files=tuple(taken),
                settings=settings_in_force(),
            )
            with _private(part / MANIFEST) as file:
                file.write(manifest.model_dump_json(indent=2).encode() + b"\n")
            part.rename(place)
        except OSError as error:
            raise BackupError(f"{error.filename or part}: cannot be written ({error.strerror})") from None
        return place

    def _topics(self, part: Path, specs: Sequence[TopicSpec]) -> None:
        # rows first: what they say is told elsewhere too by the time that is asked for
        order = sorted(specs, key=lambda spec: (spec.name not in _STATES, spec.name == topics.AUDIT, spec.name))
        names = {spec.name for spec in order}
        self._holds = read_holds(self.kafka) if topics.HOLDS in names else {}
        with Reader(self.kafka, NAME) as reader:
            spans: Spans = {}
            for spec in order:
                spans |= reader.spans((spec.name,))
            for spec in order:
                own = {place: span for place, span in spans.items() if place[0] == spec.name}
                kept = self._write(part, spec, self._settled(spec, reader, reader.read_spans(own)))
                self._parts.append(kept)
                left_out = f", {kept.left_out} left out" if kept.left_out else ""
                self.say(f"{spec.name}: {kept.records} records{left_out}")

    def _settled(self, spec: TopicSpec, reader: Reader, records: Iterator[Record]) -> Iterator[Record]:
        """Yield a topic's records; note the writer's head in its rows, and read the chain on until it is reached."""
        newest: bytes | None = None
        reached = -1
        for record in records:
            if spec.name == topics.changelog("audit") and record.key == HEAD.encode():
                newest = record.value
            if spec.name == topics.AUDIT_CHAIN:
                reached = max(reached, _sequence(record))
            yield record
        if newest is not None:
            self._head = ROWS.read(HEAD, newest, HeadRow)
        if spec.name == topics.AUDIT_CHAIN and self._head is not None:
            yield from _rest_of_chain(reader, self._head, reached)

    def _write(self, part: Path, spec: TopicSpec, records: Iterator[Record]) -> TopicPart:
        """Write a topic's file: of a compacted topic the newest record of each key, without those that were deleted."""
        name = f"topics/{spec.name}.jsonl.gz"
        written = left_out = 0
        newest: dict[tuple[int, bytes], tuple[int, int] | None] = {}
        with (
            _private(part / name) as raw,
            gzip.GzipFile("", "wb", 6, raw, mtime=0) as file,
            TemporaryFile(dir=part) as spool,
        ):
            for record in records:
                if _worthless(record):
                    continue
                may = self._may_be_kept(spec, record)
                if not newest_only(spec):
                    written, left_out = written + may, left_out + (not may)
                    file.write(line_of(record) if may else b"")
                    continue
                key = record.partition, record.key or b""
                newest.pop(key, None)  # so that the keys stand in the order of their newest records
                if record.value is not None:
                    line = line_of(record) if may else b""
                    newest[key] = (spool.tell(), len(line)) if may else None
                    spool.write(line)
            for found in newest.values():
                left_out += found is None
                if found is not None:
                    spool.seek(found[0])
                    file.write(spool.read(found[1]))
                    written += 1
        return TopicPart(topic=spec.name, file=name, sha256=sha256_of(part / name), records=written, left_out=left_out)

    def _may_be_kept(self, spec: TopicSpec, record: Record) -> bool:
        """Return whether a record may be there for as long as the backup is kept; of the chain only what its writer knows of."""
        if spec.name == topics.AUDIT_CHAIN:
            return self._head is not None and _sequence(record) <= self._head.sequence
        if spec.name == topics.HOLDS:
            key = (record.key or b"").decode("utf-8", "replace")
            return held_returns(key, self._holds, Forgotten(), self.delete_by) is Returning.RETURNS
        limit = timedelta(milliseconds=spec.retention_ms or 0)
        return not spec.from_images or kept_until(record.appended_at, limit) >= self.delete_by


def _rest_of_chain(reader: Reader, head: HeadRow, reached: int) -> Iterator[Record]:
    """Yield what comes on the chain until it has its writer's newest entry.

    Raises:
        BackupError: It does not come.
    """
    deadline_s = time.monotonic() + SETTLE_S
    while reached < head.sequence:
        if time.monotonic() > deadline_s:
            told = f"audit-chain ends with entry {reached}, and its writer's state says {head.sequence}"
            raise BackupError(f"{told}: expected a chain that `toezicht audit verify` finds whole")
        time.sleep(SETTLE_STEP_S)
        begun, spans = reader.stands, reader.spans((topics.AUDIT_CHAIN,))
        for record in reader.read_spans({place: (max(a, begun.get(place, a)), b) for place, (a, b) in spans.items()}):
            reached = max(reached, _sequence(record))
            yield record


def take_files(part: Path, named: Iterable[tuple[str, Path]]) -> list[FilePart]:
    """Copy files into a backup, each with what named it; a database of accounts as it is at one moment.

    Raises:
        BackupError: One cannot be read.
    """
    found = []
    for number, (what, path) in enumerate(named, 1):
        name = f"files/{number:02d}-{path.name}"
        try:
            with path.open("rb") as source:
                if source.read(len(_SQLITE)) == _SQLITE:
                    _copy_database(path, part / name)
                else:
                    source.seek(0)
                    with _private(part / name) as file:
                        shutil.copyfileobj(source, file)
        except (OSError, sqlite3.Error) as error:
            raise BackupError(f"{path}: cannot be read ({error}), expected a file of {what}") from None
        found.append(FilePart(what=what, path=str(path), file=name, sha256=sha256_of(part / name)))
    return found


def deciding_files(settings: Settings) -> list[tuple[str, Path]]:
    """Return the files that decide, each with the setting that names it; the registry with the camera models that it names."""
    named = [(name, getattr(settings, name)) for name in DECIDING]
    found = [(f"TOEZICHT_{name.upper()}", path) for name, path in named if path is not None]
    if settings.registry is not None:
        given = (camera.calibration for camera in load_registry(settings.registry).cameras)
        models = {each.file for each in given if isinstance(each, TsaiCalibration)}
        found += [("calibration", settings.registry.parent / name) for name in sorted(models)]
    return found


def settings_in_force() -> dict[str, str]:
    """Return the variables of ours that are set, without any whose value is a secret."""
    found: dict[str, str] = {}
    for group in GROUPS:
        kind = group.kind()
        for variable, field_name in variables(kind).items():
            value = os.environ.get(variable)
            if value and not is_secret(kind, field_name):
                found[variable] = value
    return dict(sorted(found.items()))


def outlived(folder: Path, now: datetime) -> list[Path]:
    """Return the backups of a folder that must be gone by now, and what was left of one that broke off."""
    found = [path for path in sorted(folder.glob(f"{PREFIX}*.part")) if path.is_dir()]
    for path in sorted(folder.glob(f"{PREFIX}*Z")):
        if (path / MANIFEST).is_file() and read_manifest(path).delete_by <= now:
            found.append(path)
    return found


def _copy_database(path: Path, to: Path) -> None:
    with _private(to):
        pass
    source, target = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True), sqlite3.connect(to)
    try:
        source.backup(target)
    finally:
        target.close()
        source.close()


def _sequence(record: Record) -> int:
    read = read_entry(record.value)
    return -1 if read is None else read[0].sequence


def _worthless(record: Record) -> bool:
    """Return whether a row is of the old cluster alone: what an input caused, and which tick was the newest."""
    kind = (record.key or b"").decode("utf-8", "replace")
    return record.topic in _STATES and (kind.startswith(DONE) or kind == TICKED)


def _private(path: Path) -> IO[bytes]:
    """Open a new file that its user alone may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
