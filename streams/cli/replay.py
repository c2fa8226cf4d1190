"""`toezicht replay`: what was recorded, decided again by the same rules or by others."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import typer

from schemas.base import iso_utc
from streams import topics
from streams.cli.options import moment, reachable, started
from streams.clock import utc_now
from streams.config.files import ConfigFiles, load_rules
from streams.domain.rules.rules import Rules
from streams.errors import ConfigurationError
from streams.kafka.reader import Reader
from streams.kafka.record import Record
from streams.replay.cluster import MARGIN, decision_records, decisions_of, records_of, state_now
from streams.replay.file import RecordingHead, read_head, read_recording, write_recording
from streams.replay.follow_log import ReplayError
from streams.replay.play import asks_cameras_otherwise
from streams.replay.recording import Recording, recording_of
from streams.replay.runs import ReplayResult, follows_log, other_rules, same_rules, shadow_difference, stages_for
from streams.replay.saved_state import load_state, save_state
from streams.runtime.in_memory import MemoryRows
from streams.settings import KafkaSettings, Settings

RETAINED: Final = timedelta(milliseconds=topics.LEGAL_MS)


@dataclass(frozen=True)
class TimeSpan:
    """A span of time; None is the beginning of what is retained, or now."""

    since: datetime | None
    until: datetime | None


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def replay(
        rules: Annotated[
            Path | None, typer.Option(help="The rules to decide by; the active ones (TOEZICHT_RULES) if left out")
        ] = None,
        since: Annotated[
            str, typer.Option("--from", help="2026-11-24T12:00:00Z, or how long ago: 30m, 2h, 3d; all if left out")
        ] = "",
        until: Annotated[str, typer.Option("--to", help="As --from; now if left out")] = "",
        file: Annotated[
            Path | None, typer.Option("--input", exists=True, dir_okay=False, help="Read an exported file, no cluster")
        ] = None,
        export: Annotated[
            Path | None, typer.Option(help="Write what was recorded to this file (JSON lines; .gz compresses), and end")
        ] = None,
        cameras: Annotated[
            bool, typer.Option("--cameras", help="With --export: also reports and what cameras saw")
        ] = False,
        state: Annotated[
            Path | None, typer.Option(exists=True, dir_okay=False, help="Follow the log from this saved state")
        ] = None,
        save: Annotated[
            Path | None, typer.Option("--save-state", help="Save the state of decide as it stands, and end")
        ] = None,
        shadow: Annotated[
            bool, typer.Option("--shadow", help="Compare the alerts of the shadow rules that ran live, and end")
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Decide again what was recorded, and print what differs.

        With the rules that were live, the decision log is followed in its recorded order and every whole alert is compared:
        exit code 1 if one differs. With other rules (give them another version), the inputs are played in the order of
        time, and the alerts that appear, vanish, are joined or split, or have another priority are printed, with the
        tolerance of the comparison. Rules that ask cameras something else are played from what the cameras saw. Alerts and
        decisions that cannot be decoded are counted, and the exit code is 1: the comparison is not complete.

        Files hold what derives from images: delete them within four weeks; older ones are refused.

        Example: toezicht replay --rules next-rules.yaml --from 2d --to 1d
        """
        settings, kafka = started(quiet=True)
        now = utc_now()
        span = _span(since, until, now)
        _refuse_mixture(file, export, save, shadow)
        if save is not None:
            _save(save, reachable(settings, kafka), now)
        elif export is not None:
            _export(export, reachable(settings, kafka), span, now, cameras=cameras)
        else:
            if shadow:
                outcome = _shadow(reachable(settings, kafka), span, now)
            else:
                wanted = load_rules(rules or settings.rules)
                outcome = _replay(settings, kafka, span, wanted, file, state, now, others_too=rules is not None)
            print(json.dumps(outcome.document) if as_json else "\n".join(outcome.lines))
            if not outcome.good:
                raise typer.Exit(1)


def _span(since: str, until: str, now: datetime) -> TimeSpan:
    span = TimeSpan(
        moment("replay", "--from", since, now) if since else None,
        moment("replay", "--to", until, now) if until else None,
    )
    if span.since and span.since >= (span.until or now):
        raise ConfigurationError("replay", "--from", since, "a time before --to")
    return span


def _refuse_mixture(file: Path | None, export: Path | None, save: Path | None, shadow: bool) -> None:
    given = [
        name
        for name, value in (
            ("--input", file),
            ("--export", export),
            ("--save-state", save),
            ("--shadow", shadow or None),
        )
        if value is not None
    ]
    if len(given) > 1:
        raise ConfigurationError("replay", given[1], "given", f"not together with {given[0]}")


def _save(path: Path, kafka: KafkaSettings, now: datetime) -> None:
    with Reader(kafka) as reader:
        rows = state_now(reader)
    save_state(path, rows, now)
    _say(f"{sum(map(len, rows.values()))} rows saved in {path}: delete it within {RETAINED.days} days")


def _export(path: Path, kafka: KafkaSettings, span: TimeSpan, now: datetime, *, cameras: bool) -> None:
    with Reader(kafka) as reader:
        log = decision_records(reader, span.since, span.until)
        records = list(records_of(reader, log, span.since, span.until, ticks=True, sights=cameras))
    head = RecordingHead(
        toezicht="recording",
        version=1,
        since=span.since or min((record.appended_at for record in records), default=now),
        until=span.until or now,
        exported_at=now,
    )
    count = write_recording(path, head, records)
    _say(f"{count} records in {path}: delete it within {RETAINED.days} days of {iso_utc(head.since)}")


def _shadow(kafka: KafkaSettings, span: TimeSpan, now: datetime) -> ReplayResult:
    until = span.until or now
    with Reader(kafka) as reader:
        spans = reader.spans((topics.ALERTS, topics.SHADOW_ALERTS), span.since, until + MARGIN)
        recording = recording_of(reader.read_spans(spans))
    return shadow_difference(recording, span.since or now - RETAINED, until)


def _replay(
    settings: Settings,
    kafka: KafkaSettings,
    span: TimeSpan,
    rules: Rules,
    file: Path | None,
    state: Path | None,
    now: datetime,
    *,
    others_too: bool,
) -> ReplayResult:
    taken_at, start = load_state(state, now) if state is not None else (None, dict[int, MemoryRows]())
    if span.since is None and taken_at is not None:
        span = TimeSpan(taken_at - MARGIN, span.until)
    if file is not None:
        head = read_head(file, now)
        begins = head.since
        recording, log_is_theirs = _from_file(file, rules, span)
        span = TimeSpan(span.since or begins, span.until or head.until)
    else:
        with Reader(reachable(settings, kafka)) as reader:
            begins = _begin(span, rules, now)
            recording, log_is_theirs = _from_cluster(reader, settings, rules, span)
    if log_is_theirs:
        return same_rules(recording, rules, start, ConfigFiles(settings).plan)
    if not others_too or state is not None:
        raise ReplayError(f"the span cannot be followed with rules {rules.version}: {_versions(recording)}")
    stages = stages_for(settings, rules, recording, _asks_otherwise(settings, rules))
    return other_rules(recording, stages, rules, span.since or begins, span.until or now, begins)


def _begin(span: TimeSpan, rules: Rules, now: datetime) -> datetime:
    """Return when to begin with other rules: early enough that what is open at the span's beginning is known."""
    return now - RETAINED if span.since is None else span.since - timedelta(seconds=rules.lifetime.open_s)


def _from_cluster(reader: Reader, settings: Settings, rules: Rules, span: TimeSpan) -> tuple[Recording, bool]:
    log = decision_records(reader, span.since, span.until)
    theirs = follows_log(decisions_of(log), rules)
    since = span.since if theirs or span.since is None else _begin(span, rules, span.since)
    sights = not theirs and _asks_otherwise(settings, rules)
    return recording_of(records_of(reader, log, since, span.until, ticks=theirs, sights=sights)), theirs


def _from_file(file: Path, rules: Rules, span: TimeSpan) -> tuple[Recording, bool]:
    recording = recording_of(_until(read_recording(file), span.until))
    decisions = [each for log in recording.logs.values() for each in log.decisions.values()]
    return recording, follows_log(decisions, rules)


def _until(records: Iterable[Record], until: datetime | None) -> Iterator[Record]:
    """Yield what was appended before a time; alerts are kept, since they come after what decided them."""
    return (each for each in records if until is None or each.topic == topics.ALERTS or each.appended_at < until)


def _versions(recording: Recording) -> str:
    found = {each.rules_version for log in recording.logs.values() for each in log.decisions.values()}
    if not found and (count := recording.undecodable[topics.DECISION_LOG]):
        return f"none of its {count} decisions can be decoded"
    return f"its decisions are of rules {', '.join(sorted(found))}" if found else "there are no decisions in it"


def _asks_otherwise(settings: Settings, rules: Rules) -> bool:
    return asks_cameras_otherwise(load_rules(settings.rules), rules)


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
