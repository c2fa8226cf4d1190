"""`toezicht dead-letters`: what was set aside, why, and replaying it after a fix."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated, Final

import typer

from schemas.dead_letters import DeadLetterReason
from schemas.incidents import Incident
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes.faults import letters
from schemas.phrases.language import Language
from streams.cli.options import moment, reachable, started, with_options
from streams.clock import utc_now
from streams.dead_letters.letters import Filters, Letter, Skip, excerpt, read_letters
from streams.dead_letters.replay import MEMORY, Rereader, replay
from streams.errors import ConfigurationError, DeliveryError
from streams.intake.sources.registry import make_source, options_of_all
from streams.kafka.producer import ConfirmedProducer
from streams.kafka.reader import read_messages
from streams.presentation.printable import printable
from streams.settings import KafkaSettings, Settings
from streams.topics import INCIDENTS

log = logging.getLogger(__name__)

HEADER_CHARACTERS: Final = 120
CONTENT_BYTES: Final = 4_000
_TOLD: Final = ("ce_", "content-type", "first-appended-at")
"""Headers of an original whose values are shown: attributes of ours; others may carry a message."""

Topic = Annotated[str | None, typer.Option(help="Where the original stood; for intake the name of the source")]
Reasons = Annotated[
    list[str] | None, typer.Option("--reason", help="Category, may be given again: " + ", ".join(DeadLetterReason))
]
Stage = Annotated[str | None, typer.Option(help="Who set it aside: intake, locate, corroborate, decide, …")]
Since = Annotated[str, typer.Option(help="Failed at or after: 2026-11-24T12:00:00Z, or how long ago: 30m, 2h, 3d")]
Until = Annotated[str, typer.Option(help="Failed before this time, given as for --since")]
Urgent = Annotated[bool, typer.Option("--urgent", help="Only what is, or may be, a report of urgency 0 or 1")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON for a program to read")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        no_args_is_help=True,
        help="Messages that could not be handled, with their original bytes: list them, look at one, and replay them "
        "after a fix. Reads the cluster of KAFKA_BOOTSTRAP_SERVERS, else the one of a running demo.",
    )
    app.add_typer(group, name="dead-letters")
    group.command("list")(_list)
    group.command("show")(_show)
    group.command("replay")(with_options(_replay, options_of_all()))


def _list(
    topic: Topic = None,
    reason: Reasons = None,
    stage: Stage = None,
    since: Since = "",
    until: Until = "",
    urgent: Urgent = False,
    as_json: AsJson = False,
    lang: Annotated[Language, typer.Option(help="Why each was set aside: nl or en")] = Language.EN,
) -> None:
    """List letters, one line each, and a total per reason; with --json one object per line and no total.

    The content is never printed, since it may hold personal data. The time is when the original was taken first.

    Example: toezicht dead-letters list --reason unknown_camera --since 2h
    """
    filters = _filters(topic, reason, stage, since, until, urgent)
    _, kafka = _cluster()
    totals: Counter[str] = Counter()
    for letter in read_letters(kafka, filters.since):
        if filters.take(letter):
            totals[_reason(letter)] += 1
            typer.echo(json.dumps(letter.as_dict()) if as_json else letter.line(lang))
    if not as_json:
        for name, count in sorted(totals.items()):
            typer.echo(f"{count:>6} {name}")
        typer.echo(f"{sum(totals.values()):>6} {sentence(letters(totals.total()), lang)}")


def _show(
    handle: Annotated[str, typer.Argument(help="A letter's handle or id, as `list` prints them")],
    content: Annotated[
        bool, typer.Option("--content", help="Print the original's bytes too: THEY MAY BE PERSONAL DATA")
    ] = False,
    limit: Annotated[int, typer.Option("--bytes", min=1, help="How many bytes of the content")] = CONTENT_BYTES,
    as_json: AsJson = False,
) -> None:
    """Show one letter: what is said of the original, and its headers.

    With --content the original bytes follow, escaped and cut. They may be personal data: look at them only where that is
    needed to mend the fault, and do not copy them into tickets.

    Example: toezicht dead-letters show 0-17
    """
    _, kafka = _cluster()
    [letter] = _named(read_letters(kafka), [handle])
    told = letter.as_dict() | {"headers": _headers(letter)}
    if letter.reference is not None:
        told["original_key"] = letter.reference.original_key
    if content:
        told["content"] = excerpt(letter.value or b"", limit)
    if as_json:
        typer.echo(json.dumps(told))
        return
    for name, value in told.items():
        if name == "headers":
            for header, text in told["headers"].items():
                typer.echo(f"header {header}: {text}")
        else:
            typer.echo(f"{name}: {printable(str(value))}")


def _replay(
    given: Mapping[str, object],
    handles: Annotated[
        list[str] | None, typer.Argument(help="Letters by handle or id; without any, the filters")
    ] = None,
    topic: Topic = None,
    reason: Reasons = None,
    stage: Stage = None,
    since: Since = "",
    until: Until = "",
    urgent: Urgent = False,
    everything: Annotated[bool, typer.Option("--all", help="Every letter that is kept")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and send nothing")] = False,
    as_json: AsJson = False,
) -> None:
    """Send the originals again, to their topic and partition, after what was wrong with them is mended.

    They are judged by the time at which they first came, so they bring the alerts that they would have brought. Replaying
    again changes nothing. Lines that intake could not read are read again by their source. Pictures are skipped.

    Exit code 0 when all is done, 1 when something could not be replayed or confirmed, 2 for a wrong call.

    Example: toezicht dead-letters replay --reason unknown_camera --since 2h --dry-run
    """
    filters = _filters(topic, reason, stage, since, until, urgent)
    if not handles and not everything and filters == Filters():
        raise ConfigurationError("dead-letters replay", "HANDLE", "", "handles, a filter, or --all for every letter")
    settings, kafka = _cluster()
    reread = Rereader(
        lambda name: make_source(name, given, settings.time_zone),
        lambda: read_messages(kafka, INCIDENTS, Incident, utc_now() - MEMORY),
    )
    letters = read_letters(kafka, None if handles else filters.since)
    chosen = (letter for letter in (_named(letters, handles) if handles else letters) if filters.take(letter))
    sender = None if dry_run else ConfirmedProducer(kafka, "dead-letters")
    try:
        report = replay(chosen, reread, sender)
    except DeliveryError as error:
        log.error("stopped, replay again when the cluster is well: %s", error)  # noqa: TRY400 - one line says it all
        raise typer.Exit(1) from None
    finally:
        if sender is not None:
            sender.close()
    for line in [json.dumps(report.as_dict())] if as_json else report.lines():
        typer.echo(line)
    if report.problem:
        raise typer.Exit(1)


def _filters(
    topic: str | None, reasons: list[str] | None, stage: str | None, since: str, until: str, urgent: bool
) -> Filters:
    known = [each.value for each in DeadLetterReason]
    for reason in reasons or ():
        if reason not in known:
            raise ConfigurationError("dead-letters", "--reason", reason, "one of " + ", ".join(known))
    now = utc_now()
    filters = Filters(
        topic=topic,
        reasons=frozenset(DeadLetterReason(reason) for reason in reasons or ()),
        stage=stage,
        since=moment("dead-letters", "--since", since, now) if since else None,
        until=moment("dead-letters", "--until", until, now) if until else None,
        urgent=urgent,
    )
    if filters.since is not None and filters.until is not None and filters.until <= filters.since:
        raise ConfigurationError("dead-letters", "--until", until, "a time after --since")
    return filters


def _cluster() -> tuple[Settings, KafkaSettings]:
    settings, kafka = started()
    if settings.log_level != "DEBUG":
        logging.getLogger("kafka").setLevel(logging.CRITICAL)  # what goes wrong is told in one line, not in twenty
    return settings, reachable(settings, kafka)


def _named(letters: Iterator[Letter], handles: list[str]) -> list[Letter]:
    """Return the letters of these handles or ids; an id names the newest of equal letters."""
    found: dict[str, Letter] = {}
    for letter in letters:
        for name in {letter.handle, letter.letter_id} & set(handles):
            found[name] = letter
    for handle in handles:
        if handle not in found:
            raise ConfigurationError("dead-letters", "HANDLE", handle, "the handle or id of a letter that is kept")
    return list({letter.handle: letter for letter in found.values()}.values())


def _reason(letter: Letter) -> str:
    return Skip.UNREADABLE.value if letter.reference is None else letter.reference.reason.value


def _headers(letter: Letter) -> dict[str, str]:
    """Return an original's headers; of those that may carry a message only the size."""
    return {
        printable(name): excerpt(value or b"", HEADER_CHARACTERS)
        if name.startswith(_TOLD)
        else f"{len(value or b'')} bytes"
        for name, value in letter.original_headers
    }
