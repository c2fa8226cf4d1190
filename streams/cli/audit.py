"""`toezicht audit`: whether the chain of the audit holds, and the chain as a file."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from streams.cli.options import reachable, say, started
from streams.clients.audit import ChainCheck, Head, chain_values, check_chain
from streams.errors import ConfigurationError
from streams.settings import KafkaSettings

SHOWN: Final = 20
"""Findings that a person is shown; programs get all that are kept."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        no_args_is_help=True,
        help="Who did and saw what, as a chain of hashes on the topic `audit-chain`: verify it, and export it. Reads the "
        "cluster of KAFKA_BOOTSTRAP_SERVERS, else the one of a running demo.",
    )
    app.add_typer(group, name="audit")
    group.command("verify")(_verify)
    group.command("export")(_export)


def _verify(
    file: Annotated[Path | None, typer.Argument(help="What `audit export` wrote; the topic where left out")] = None,
    expect_head: Annotated[
        list[str] | None,
        typer.Option(help="An entry that must be there, as an earlier run printed it: SEQUENCE:HASH; may be repeated"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs")] = False,
) -> None:
    """Look for any entry that was altered, removed, inserted, put in another order or told twice, and say which.

    Prints the newest entry's head: keep it outside of the cluster, and give it to a later run with --expect-head. The topic is
    also compared with the state of `worker audit`, so that entries that were cut off at its end show.

    Exit code 0 where the chain holds, 1 where it does not, 2 for a wrong call.

    Example: toezicht audit verify --expect-head "$(cat head-of-last-month)"
    """
    expected = [_head(each) for each in expect_head or ()]
    check = check_chain(_cluster(), expected) if file is None else _check_file(file, expected)
    if as_json:
        typer.echo(json.dumps(_as_document(check)))
    else:
        typer.echo("\n".join(_lines(check)))
    raise typer.Exit(1 if check.count else 0)


def _export(
    out: Annotated[Path | None, typer.Option(help="Where to; standard output where left out")] = None,
) -> None:
    """Write the chain as it stands on the topic, one entry a line, for `audit verify` elsewhere.

    It tells who did what: keep it as you keep personal data.

    Example: toezicht audit export --out audit-2026-11.ndjson
    """
    values = (_line(value) for _, value in chain_values(_cluster()))
    if out is None:
        for line in values:
            sys.stdout.write(line + "\n")
        return
    try:
        with out.open("x", encoding="utf-8") as file:
            count = sum(1 for line in values if file.write(line + "\n"))
    except OSError as error:
        expected = f"a new file that can be written ({error.strerror})"
        raise ConfigurationError("audit export", "--out", str(out), expected) from None
    say(f"{count} entries written to {out}")


def _cluster() -> KafkaSettings:
    settings, kafka = started(quiet=True)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # what goes wrong is told in one line, not in twenty
    return reachable(settings, kafka, "audit-verify")


def _head(text: str) -> Head:
    try:
        return Head.parse(text)
    except ValueError as error:
        raise ConfigurationError("audit verify", "--expect-head", text, str(error).removeprefix("expected ")) from None


def _check_file(path: Path, expected: list[Head]) -> ChainCheck:
    check = ChainCheck(expected)
    for number, line in enumerate(_file_lines(path), 1):
        check.take(line, number)
    check.finish()
    return check


def _file_lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            yield from (line.rstrip(b"\n") for line in file)
    except OSError as error:
        raise ConfigurationError("audit verify", "FILE", str(path), f"a readable file ({error.strerror})") from None


def _line(value: bytes | None) -> str:
    """Return a record's value as one line; what is none is shown as a string, which is no entry either."""
    text = (value or b"").decode("utf-8", "replace")
    return json.dumps(text) if not text or "\n" in text or "\r" in text else text


def _as_document(check: ChainCheck) -> dict[str, Any]:
    return {
        "holds": check.count == 0,
        "first": check.first,
        "head": None if check.head is None else str(check.head),
        "entries": check.entries,
        "repeats": check.repeats,
        "findings_count": check.count,
        "findings": [
            {"what": each.what.value, "first": each.first, "last": each.last, "at": each.place}
            for each in check.findings
        ],
    }


def _lines(check: ChainCheck) -> Iterator[str]:
    if check.count:
        yield f"THE CHAIN DOES NOT HOLD: {check.count} findings"
        yield from (f"  {each}" for each in check.findings[:SHOWN])
        if check.count > SHOWN:
            yield f"  and {check.count - SHOWN} more (--json has the first thousand)"
    elif check.entries:
        yield "the chain holds"
    else:
        yield "there are no entries"
    if check.first:
        yield f"begins with entry {check.first}: what was before it the retention took"
    yield f"entries: {check.entries}, told again as they were: {check.repeats}"
    if check.head is not None:
        yield f"head: {check.head}"
