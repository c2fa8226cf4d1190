"""`toezicht delete`: one case, or all that is older, before its time; each thing done is told to the audit."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import typer

from schemas.deletion import REPORTS
from streams import topics
from streams.backup.journal import Told, write_journal
from streams.cli.options import moment, reachable, say, started
from streams.clock import utc_now
from streams.compliance.deletion import (
    LEAST,
    STAGES,
    Deleter,
    NotDeletableError,
    Trace,
    await_stages,
    ended_before,
    find_case,
    is_partners,
    older_traces,
    present,
    survey,
)
from streams.compliance.holds import past_their_end, read_holds, refresh_holds, release, released
from streams.compliance.ways import Way, way_of
from streams.config.partners import load_partners, wanted_topics
from streams.config.registry import load_registry
from streams.domain.compliance.case import AlertCase, holding
from streams.errors import ConfigurationError
from streams.kafka.reader import Reader
from streams.settings import KafkaSettings, Settings
from streams.topics import TopicSpec

User = Annotated[str, typer.Option(help="Who asks for it; stands in the audit")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Tell what there is and what would be done, and do nothing")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object")]
Wait = Annotated[float, typer.Option("--wait", min=0, max=600, help="Seconds to wait for the stages' word")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        no_args_is_help=True,
        help="Delete one case, or all that is older, before its time. Reads the cluster of KAFKA_BOOTSTRAP_SERVERS, else the "
        "one of a running demo.",
    )
    app.add_typer(group, name="delete")
    group.command("case")(_case)
    group.command("older-than")(_older)


def _case(
    alert_id: Annotated[str, typer.Argument(help="The alert's id, as `watch` prints it")],
    user: User,
    cut: Annotated[
        list[str] | None,
        typer.Option(
            help="A topic to cut off after the case: what is older there goes with it; `all`; may be repeated"
        ),
    ] = None,
    dry_run: DryRun = False,
    wait_s: Wait = 15.0,
    as_json: AsJson = False,
) -> None:
    """Delete one case: an alert that is over, those that were merged into it, and its reports.

    The newest state gets a tombstone, and the stages delete their rows of it, those of its messages included. Kafka deletes no
    record from the middle of a topic: what stands there goes by the topic's retention, and the time is told. --cut deletes it
    now, together with everything on that topic that is older. A partner was told already: ask it.

    An open case, or one that is held, is not deleted (code 1). That it was known stays for two weeks, by ids and times.

    Example: toezicht delete case 5711cf51-4edd-53f4-89f4-b9d9c6da9897 --user privacy-officer --dry-run
    """
    settings, kafka, now = *_start(), utc_now()
    case = find_case(kafka, alert_id)
    specs = present(kafka, wanted_topics(load_partners(settings.partners)))
    chosen = _chosen(cut or [], specs)
    held = holding(case.alert_ids, read_holds(kafka).values(), now)
    if held is not None and not dry_run:
        raise NotDeletableError(
            f"{alert_id} is held until {held.until:%Y-%m-%d} for {held.requester} ({held.ground}): release {held.hold_id} first"
        )
    if not case.ended and not dry_run:
        raise NotDeletableError(f"{alert_id} is open: an operator closes it first")
    traces = survey(kafka, case, specs, now)
    confirmed: dict[str, str] = {}
    if not dry_run:
        with Reader(kafka, "delete") as reader:
            since = reader.spans((topics.AUDIT,))
        deleter = Deleter(kafka, user, now)
        try:
            journal(settings, deleter.words_of_case(case))
            deleter.case(case, traces, chosen)
        finally:
            deleter.close()
        confirmed = await_stages(kafka, deleter.deletion_id, since, wait_s)
    _tell(case.alert_ids[0], _case_facts(case, held is not None), traces, confirmed, dry_run=dry_run, as_json=as_json)


def _older(
    age: Annotated[str, typer.Argument(help="How old: 14d, 72h; at least a day; or a time with a zone")],
    user: User,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Delete all that is older than an age, from every topic that is cut off by time, pictures and dead letters among them.

    Cases that are held are copied to the topic of holds first, and stay there; holds past their end are released. Ended alerts
    of compacted topics get tombstones; stages delete what they kept of old inputs. Counts and the audit stay as long as
    `topics.py` says.

    Example: toezicht delete older-than 14d --user privacy-officer --dry-run
    """
    settings, kafka, now = *_start(), utc_now()
    cutoff = moment("delete older-than", "AGE", age, now)
    if cutoff > now - LEAST:
        raise ConfigurationError("delete older-than", "AGE", age, "at least a day: 1d")
    specs = present(kafka, wanted_topics(load_partners(settings.partners)))
    names = {spec.name for spec in specs}
    buried = [ended_before(kafka, name, cutoff) for name in (topics.ALERT_STATE, topics.CANARY_STATE) if name in names]
    holds = read_holds(kafka) if topics.HOLDS in names else {}
    over = past_their_end(holds.values(), now)
    if not dry_run and holds:
        refresh_holds(kafka, specs, user, now)
    traces = older_traces(kafka, specs, cutoff)
    if not dry_run:
        deleter = Deleter(kafka, user, now)
        try:
            abouts = _abouts(settings, names)
            gone = [(topics.HOLDS, released(hold, user, now)) for hold in over]
            journal(settings, [*deleter.words_of_age(cutoff, abouts), *gone])
            deleter.older(traces, cutoff, abouts)
            for alert_ids, trace in buried:
                if alert_ids:
                    deleter.bury(alert_ids, trace, f"before-{cutoff:%Y-%m-%dT%H:%M:%SZ}")
            for hold in over:
                copies = release(kafka, hold, user, now)
                deleter.tell(
                    "hold", hold.alert_id, f"released, {copies} records", reason=f"past its end: {hold.ground}"
                )
            deleter.confirm()
        finally:
            deleter.close()
    found = [*traces, *(trace for alert_ids, trace in buried if alert_ids)]
    facts = {"before": cutoff.isoformat(), "holds_past_their_end": [hold.hold_id for hold in over]}
    _tell(f"older than {cutoff:%Y-%m-%d %H:%M} UTC", facts, found, {}, dry_run=dry_run, as_json=as_json)


def journal(settings: Settings, told: Sequence[Told]) -> None:
    """Note beside the backups what is about to be deleted, or say that a backup made before would bring it back.

    Raises:
        BackupError: It cannot be noted: then nothing is to be deleted either.
    """
    if not write_journal(settings.backups, told):
        say("TOEZICHT_BACKUPS is not set: a backup that was made before this would bring back what is deleted now")


def _start() -> tuple[Settings, KafkaSettings]:
    settings, kafka = started(quiet=True)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # what goes wrong is told in one line, not in twenty
    return settings, reachable(settings, kafka, "delete")


def _chosen(cut: Sequence[str], specs: Sequence[TopicSpec]) -> list[str]:
    """Return the topics that are to be cut off.

    Raises:
        ConfigurationError: One cannot be.
    """
    may = [spec.name for spec in specs if way_of(spec.name) is Way.BY_AGE]
    if "all" in cut:
        return may
    for name in cut:
        if name not in may:
            raise ConfigurationError("delete case", "--cut", name, "all, or one of " + ", ".join(may))
    return list(cut)


def _abouts(settings: Settings, names: set[str]) -> list[tuple[str, str]]:
    """Return which state is told to forget what is old: of each control room and camera of the registry, and of reports."""
    found = [(topics.REPORT_DELETIONS, REPORTS)]
    if settings.registry is None:
        say("TOEZICHT_REGISTRY is not set: stages of control rooms and cameras are not told")
    else:
        registry = load_registry(settings.registry)
        found += [(topics.ROOM_DELETIONS, room.id) for room in registry.control_rooms]
        found += [(topics.CAMERA_DELETIONS, camera.id) for camera in registry.cameras]
    return [each for each in found if each[0] in names]


def _case_facts(case: AlertCase, held: bool) -> dict[str, Any]:
    return {
        "control_room": case.control_room_id,
        "alerts": list(case.alert_ids),
        "reports_and_episodes": list(case.fact_ids),
        "cameras": list(case.camera_ids),
        "ended": case.ended,
        "held": held,
    }


def _tell(
    what: str,
    facts: dict[str, Any],
    traces: Sequence[Trace],
    confirmed: dict[str, str],
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Tell what there is, what was done about it, and when the rest is gone by itself."""
    silent = sorted(
        {name for names in STAGES.values() for name in names} - {each.partition("/")[0] for each in confirmed}
    )
    if as_json:
        told = {"dry_run": dry_run, **facts, "topics": [each.as_dict() for each in traces], "stages": confirmed}
        typer.echo(json.dumps(told | ({"not_heard_from": silent} if confirmed or not dry_run else {})))
        return
    typer.echo(f"{what}: {'would be deleted' if dry_run else 'deleted'}")
    for trace in traces:
        typer.echo(f"  {_line(trace, dry_run)}")
    for stage, told_of in sorted(confirmed.items()):
        typer.echo(f"  {stage}: {told_of} deleted")
    if confirmed:
        typer.echo(f"  not heard from: {', '.join(silent) or 'nobody'}; a stage that does not run obeys when it does")


def _line(trace: Trace, dry_run: bool) -> str:
    gone = _until(trace.gone_by)
    partner = "; told to a partner, who may have it elsewhere" if is_partners(trace.topic) else ""
    if trace.way is Way.STATE:
        return f"{trace.topic}: rows of the stage, {gone}"
    if trace.done:
        return f"{trace.topic}: {trace.done}{', ' + gone if trace.gone_by else ''}{partner}"
    others = f", {trace.others} others before them" if trace.others and dry_run else ""
    return f"{trace.topic}: {trace.records} records{others}{', ' + gone if trace.gone_by else ''}{partner}"


def _until(at: datetime | None) -> str:
    return "" if at is None else f"gone from the disks by {at:%Y-%m-%d %H:%M} UTC"
