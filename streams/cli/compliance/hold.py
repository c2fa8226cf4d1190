"""`toezicht hold`: a case that is kept longer than its time for a criminal case."""

from __future__ import annotations

import json
import logging
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from schemas.base import Identifier
from schemas.deletion import Hold, HoldState
from streams.cli.compliance.delete import journal
from streams.cli.options import moment, reachable, started
from streams.clock import utc_now
from streams.compliance.deletion import Deleter, present
from streams.compliance.holds import LONGEST, place_hold, read_holds, release, released
from streams.config.partners import load_partners, wanted_topics
from streams.domain.compliance.case import holds_now
from streams.errors import ConfigurationError
from streams.settings import KafkaSettings, Settings
from streams.topics import HOLDS

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON")]
User = Annotated[str, typer.Option(help="Who does it; stands in the audit")]
_NAME = TypeAdapter(Identifier)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="Cases that are kept longer than their time, for a criminal case.")
    app.add_typer(group, name="hold")
    group.command("add")(_add)
    group.command("list")(_list)
    group.command("release")(_release)


def _add(
    alert_id: Annotated[str, typer.Argument(help="The alert's id")],
    requester: Annotated[str, typer.Option(help="Which office demands it: parket-amsterdam; no person's name")],
    ground: Annotated[str, typer.Option(help="The number by which the demand can be found")],
    until: Annotated[str, typer.Option(help="When it ends: 90d, or a time with a zone; at most 400 days ahead")],
    user: User,
    as_json: AsJson = False,
) -> None:
    """Keep one case: copy all that names it, pictures and dead letters included, to the topic `holds`.

    All topics go on deleting what is old; only these copies stay, until the end or `hold release`. Run it again to take what came
    since, or to set another end; `delete older-than` takes what came since by itself.

    Example: toezicht hold add 5711cf51-… --requester parket-amsterdam --ground PL1300-26-1 --until 90d --user privacy-officer
    """
    settings, kafka, now = *_start(), utc_now()
    for option, name in (("--requester", requester), ("--ground", ground), ("--user", user)):
        try:
            _NAME.validate_python(name)
        except ValidationError:
            raise ConfigurationError("hold add", option, name, "letters, digits, . _ : -, at most 80") from None
    ends = moment("hold add", "--until", until, now, ahead=True)
    if not now < ends <= now + LONGEST:
        raise ConfigurationError("hold add", "--until", until, f"after now, and at most {LONGEST.days} days ahead")
    specs = present(kafka, wanted_topics(load_partners(settings.partners)))
    hold = place_hold(kafka, alert_id, specs, requester, ground, ends, user, now)
    _audit(kafka, user, hold, f"held, {hold.records} records", "hold")
    typer.echo(json.dumps(_as_dict(hold)) if as_json else _line(hold))


def _list(as_json: AsJson = False) -> None:
    """List all holds with their requester, ground and end. Code 1 where one is past its end and not released.

    Example: toezicht hold list
    """
    _, kafka = _start()
    now, holds = utc_now(), read_holds(kafka)
    late = [hold for hold in holds.values() if hold.state is HoldState.HELD and not holds_now(hold, now)]
    if as_json:
        typer.echo(json.dumps([_as_dict(hold) for hold in holds.values()]))
    else:
        typer.echo("\n".join(_line(hold) for hold in holds.values()) or f"no holds on {kafka.bootstrap_servers}")
    if late:
        raise typer.Exit(1)


def _release(
    hold_id: Annotated[str, typer.Argument(help="The hold's id, as `hold list` prints it")],
    user: User,
    as_json: AsJson = False,
) -> None:
    """End a hold: its copies are deleted, by tombstones, and gone from the disks within two days.

    Example: toezicht hold release 0b6a3a52-0a8e-5c3f-8d77-0d7f6a1f6a11 --user privacy-officer
    """
    settings, kafka = _start()
    hold = read_holds(kafka).get(hold_id)
    if hold is None or hold.state is HoldState.RELEASED:
        raise ConfigurationError("hold release", "HOLD_ID", hold_id, "a hold of `hold list` that was not released")
    now = utc_now()
    journal(settings, [(HOLDS, released(hold, user, now))])
    gone = release(kafka, hold, user, now)
    _audit(kafka, user, hold, f"released, {gone} records", "delete")
    typer.echo(json.dumps({"hold_id": hold_id, "records": gone}) if as_json else f"{hold_id}: {gone} records deleted")


def _audit(kafka: KafkaSettings, user: str, hold: Hold, result: str, action: str) -> None:
    deleter = Deleter(kafka, user, utc_now())
    try:
        deleter.tell("hold", hold.alert_id, result, action, f"{hold.requester}: {hold.ground}")
        deleter.confirm()
    finally:
        deleter.close()


def _start() -> tuple[Settings, KafkaSettings]:
    settings, kafka = started(quiet=True)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # what goes wrong is told in one line, not in twenty
    return settings, reachable(settings, kafka, "delete")


def _as_dict(hold: Hold) -> dict[str, object]:
    return hold.model_dump(mode="json")


def _line(hold: Hold) -> str:
    end = f"until {hold.until:%Y-%m-%d}" if hold.state is HoldState.HELD else f"released by {hold.changed_by}"
    return f"{hold.hold_id}  alert {hold.alert_id}  {hold.requester} ({hold.ground})  {end}, {hold.records} records"
