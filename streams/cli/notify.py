"""`toezicht notify`: what partners get, delivered by webhook, CAP, mail, chat and MQTT; and by which way."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import typer
from pydantic import BaseModel, ConfigDict, ValidationError

from schemas.categories import Category, Priority
from schemas.geo import Position
from streams import metrics
from streams.cli.options import reachable, started
from streams.clock import utc_now
from streams.domain.partners.routing import Routed, RoutePlan, Routing, held_until, route
from streams.errors import ConfigurationError, ToezichtError
from streams.health import HEALTH
from streams.process import start_metrics, stop_signals, tell_ready
from streams.settings import Settings, read_time_zone

log = logging.getLogger(__name__)
LOOK_S: Final = 1.0

PartnersOption = Annotated[
    Path | None, typer.Option("--partners", help="The partners file (YAML); TOEZICHT_PARTNERS if left out")
]


class _Looked(BaseModel):
    """What routing looks at in an alert, or a message for a partner, in a file."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    category: Category | None = None
    priority: Priority | None = None
    position: Position | None = None
    exercise: bool = False
    dispatch_id: str | None = None


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        invoke_without_command=True,
        help="Deliver what partners get by webhook, CAP, mail, chat and MQTT, until stopped; `routes` tells by which way.",
    )
    app.add_typer(group, name="notify")
    group.callback()(_notify)
    group.command("routes")(_routes)


def _notify(
    context: typer.Context,
    partners: PartnersOption = None,
    since_s: Annotated[
        float, typer.Option("--since", min=0, max=7 * 86_400, help="Seconds back at which a channel begins that is new")
    ] = 600.0,
) -> None:
    """Deliver what is on the partners' topics by the channels of the partners file, and bring back what they answer.

    Each channel keeps its own place: one that is down holds up no other, and goes on where it was, also after a kill. Messages
    about one alert keep their order; what is not taken is tried again, for six hours where the file says nothing else,
    and then set aside on `dead-letters` with the reason. Runs until stopped; where no partner has a channel it says so and waits.

    Example: toezicht notify --partners partners.yaml
    """
    if context.invoked_subcommand is not None:
        return
    _require_partners()
    from streams.notify.partners import read_channels
    from streams.notify.process import await_end, require_health_topics, run_targets

    settings, kafka = started()
    path, zone = partners or settings.partners, read_time_zone(settings.time_zone)
    channels = read_channels(path) if path is not None else []
    if not channels:
        log.warning("nothing is delivered: no partner of %s has a section delivery", path or "the built-in file")
    with stop_signals() as stopping:
        metrics.failures_from_zero("notify")
        cluster = reachable(settings, kafka, "notify")
        require_health_topics(cluster, channels, str(path))
        targets = run_targets(cluster, channels, zone, utc_now, stopping, timedelta(seconds=since_s))
        log.info("%d channels of %d partners", len(channels), len({each.partner for each in channels}))
        turned = HEALTH.turns("notify")
        tell_ready("notify", start_metrics(settings))
        while not stopping.wait(LOOK_S):
            if all(target.running for target in targets):
                turned()
        await_end(targets)


def _routes(
    partner: Annotated[
        str | None, typer.Option(help="Of this partner alone; all that have channels if left out")
    ] = None,
    alert: Annotated[
        Path | None,
        typer.Option(
            help="A file with an alert, or a message for a partner, as JSON: its fields are what is looked at"
        ),
    ] = None,
    category: Annotated[Category | None, typer.Option(help="What it is about")] = None,
    priority: Annotated[Priority | None, typer.Option(help="How pressing it is; what is not told may be a P1")] = None,
    lat: Annotated[float | None, typer.Option(min=-90, max=90, help="Where: latitude (WGS 84)")] = None,
    lon: Annotated[float | None, typer.Option(min=-180, max=180, help="Where: longitude (WGS 84)")] = None,
    at: Annotated[str | None, typer.Option(help="When, such as 2026-11-27T23:30+01:00; now if left out")] = None,
    kind: Annotated[str, typer.Option(help="alert, or dispatch: what a person confirmed")] = "alert",
    health: Annotated[bool, typer.Option("--health", help="It concerns somebody's health")] = False,
    exercise: Annotated[bool, typer.Option("--exercise", help="It is an exercise")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per partner, for programs")] = False,
    partners: PartnersOption = None,
) -> None:
    """Tell by which channels a message would leave for each partner, which route decides, and what the routes before it lacked.

    What quiet hours would hold says until when; a P1 and a dispatch never wait. Exit code 1 where a message reaches no
    channel of a
    partner: that is so for what concerns health alone, where none of its channels may carry that.

    Example: toezicht notify routes --category brand --priority P1 --at 2026-11-27T23:30+01:00
    """
    _require_partners()
    from streams.notify.partners import read_partners, read_routing

    settings, _ = started(quiet=True)
    path, zone = _file(settings, partners), read_time_zone(settings.time_zone)
    when = _moment(at)
    looked = _read(alert) if alert else _Looked()
    told = {"category": category, "priority": priority, "position": _position(lat, lon), "exercise": exercise or None}
    looked = looked.model_copy(update={name: value for name, value in told.items() if value is not None})
    message = Routed(
        _kind("dispatch" if looked.dispatch_id else kind), looked.category, looked.priority, looked.position, looked.exercise,
        health,
    )  # fmt: skip
    lost = False
    for each in [partner] if partner else read_partners(path):
        routing = read_routing(path, each)
        if routing is None:
            raise ConfigurationError(str(path), f"partners.{each}.delivery", None, "a section `delivery`")
        plan = route(routing, message, when, zone)
        held = {
            name: until
            for name in plan.channels
            if (until := held_until(routing.channels[name], message, when, zone)) is not None
        }
        lost |= not plan.channels
        typer.echo(json.dumps(_document(each, plan, held)) if as_json else "\n".join(_lines(each, plan, held, routing)))
    raise typer.Exit(1 if lost else 0)


def _require_partners() -> None:
    """Check that this installation can tell partners.

    Raises:
        ToezichtError: It was installed without the extra `partners`.
    """
    for module in ("apprise", "httpx2", "lxml", "orjson", "paho", "standardwebhooks"):
        if find_spec(module) is None:
            raise ToezichtError(f"{module} is not installed, expected the extra partners: toezicht[partners]")


def _lines(partner: str, plan: RoutePlan, held: dict[str, datetime], routing: Routing) -> list[str]:
    """Return a plan as lines for a person."""
    lines = [f"{partner}: {', '.join(plan.channels) or 'no channel'}"]
    for name, miss in plan.missed:
        lines.append(f"  route {name} does not match: {miss}")
    lines.append(
        {
            "matched": f"  route {plan.route} matches",
            "otherwise": "  no route matches: otherwise",
            "health": "  it concerns health: by the channels that may carry that, since those of its route may not",
            "no_health_channel": "  it concerns health, and no channel may carry that: the partner reads its topic itself",
        }[plan.reason.value]
    )
    for name in plan.channels:
        kind = routing.channels[name].kind
        lines.append(f"  {name} ({kind}): {f'waits until {held[name].isoformat()}' if name in held else 'at once'}")
    return lines


def _document(partner: str, plan: RoutePlan, held: dict[str, datetime]) -> dict[str, Any]:
    return {
        "partner": partner,
        "channels": list(plan.channels),
        "reason": plan.reason.value,
        "route": plan.route or None,
        "missed": [{"route": name, "what": what} for name, what in plan.missed],
        "held_until": {name: until.isoformat() for name, until in held.items()},
    }


def _file(settings: Settings, given: Path | None) -> Path:
    path = given or settings.partners
    if path is None:
        raise ConfigurationError("environment", "TOEZICHT_PARTNERS", "", "a partners file with a section `delivery`")
    return path


def _moment(text: str | None) -> datetime:
    if text is None:
        return utc_now()
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ConfigurationError("command line", "--at", text, "a time with its zone, such as 2026-11-27T23:30+01:00")


def _kind(text: str) -> Literal["alert", "dispatch"]:
    if text == "alert":
        return "alert"
    if text == "dispatch":
        return "dispatch"
    raise ConfigurationError("command line", "--kind", text, "alert or dispatch")


def _position(lat: float | None, lon: float | None) -> Position | None:
    if lat is None and lon is None:
        return None
    if lat is None or lon is None:
        raise ConfigurationError("command line", "--lat", lat, "both --lat and --lon")
    return Position(lat=lat, lon=lon, accuracy_m=1.0)


def _read(path: Path) -> _Looked:
    try:
        return _Looked.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ConfigurationError(str(path), "(whole file)", "", f"a file that can be read ({error.strerror})") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "(whole file)"
        raise ConfigurationError(str(path), field, "", f"an alert as JSON: {first['msg']}") from None
