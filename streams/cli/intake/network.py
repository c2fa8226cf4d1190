"""`toezicht intake http` and its like: reports that come over a network, in place of lines that are piped in."""

from __future__ import annotations

import secrets
import threading
import time
from base64 import b64encode
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Final

import typer

from streams.cli.options import moment, require_cluster, started
from streams.clock import utc_now
from streams.errors import ConfigurationError, ToezichtError
from streams.settings import read_environment

NEEDS: Final = ("fastapi", "uvicorn", "standardwebhooks", "httpx2", "paho")
SECRET_BYTES: Final = 32
FLUSH_S: Final = 5.0
"""How long to wait for confirmations at the end: below the supervisor's 8 s."""


def register(group: typer.Typer) -> None:
    """Add the commands to `toezicht intake`."""
    group.command("http")(_http)
    group.command("secret")(_secret)
    group.command("onvif")(_onvif)
    group.command("poll")(_poll)


def require_extra() -> None:
    """Check that this installation has what reports over the network need.

    Raises:
        ToezichtError: It was installed without the extra `partners`.
    """
    if missing := [name for name in NEEDS if find_spec(name) is None]:
        raise ToezichtError(f"{missing[0]} is not installed, expected the extra partners: toezicht[partners]")


def _http(
    categories: Annotated[
        Path | None, typer.Option(help="YAML file of partners' codes and our categories; the built-in one else")
    ] = None,
) -> None:
    """Take reports by HTTP: POST /incidents of partners, POST /webhooks/NAME of systems, until Ctrl-C.

    A report is answered with 202 once the broker has it; one that comes again is known. Requests are signed (HMAC-SHA256,
    Standard Webhooks), by secrets of a file that its owner alone can read and that may be changed meanwhile:

    \b
    TOEZICHT_INTAKE_HTTP_CREDENTIALS=intake.yaml   who may send what (`toezicht intake secret`)
    TOEZICHT_INTAKE_HTTP_PORT=8095                 where it listens, on this machine alone
    TOEZICHT_INTAKE_HTTP_TLS_CERT, _TLS_KEY, _HOST TLS, and then any address; or _BEHIND_PROXY=true

    docs/reports-http.md is for partners, with a request by curl; /openapi.json describes it. /healthz and /readyz are for load
    balancers.

    Example: toezicht intake http
    """  # noqa: D301 - click keeps the lines behind \b as they are
    require_extra()
    from streams.intake.http.process import run
    from streams.intake.http.settings import IntakeHttpSettings

    settings, kafka = started()
    require_cluster(kafka, "intake")
    run(settings, read_environment(IntakeHttpSettings), kafka, {"categories": categories})


def _secret(
    sender: Annotated[str, typer.Argument(help="The sender's id")],
    source: Annotated[
        list[str] | None, typer.Option(help="A source under which it may report; may be repeated")
    ] = None,
) -> None:
    """Print a new secret as an entry of the file of credentials, and nowhere else.

    Put it into the file, and hand the secret to the partner by a way that others do not read. To replace a secret, put the new
    one before the old one, and take the old one out when the partner signs with the new one.

    Example: toezicht intake secret politie-gms --source politie-gms
    """
    sources = ", ".join(source or [sender])
    secret = f"whsec_{b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"
    typer.echo(f'  - id: {sender}\n    sources: [{sources}]\n    secrets: ["{secret}"]')


def _onvif() -> None:
    """Take what cameras' own analysis tells (ONVIF Profile M over MQTT), until Ctrl-C.

    Loitering, objects in a field, a line that is crossed, an object that was left and counts become observations of a zone of the
    registry. Faces, number plates, age and sex are dropped and counted; so is what no rule of the file says.

    \b
    TOEZICHT_ONVIF_HOST, _PORT=8883        the MQTT broker that cameras publish to, by TLS
    TOEZICHT_ONVIF_USER, _PASSWORD         its login; _TLS_CA, _TLS_CERT, _TLS_KEY: certificates
    TOEZICHT_ONVIF_ZONES=onvif.yaml        which rule of which camera tells of which zone (docs/operations.md)

    Needs TOEZICHT_REGISTRY. The broker keeps what comes while this process is away.

    Example: toezicht intake onvif
    """  # noqa: D301 - click keeps the lines behind \b as they are
    require_extra()
    from streams.capture.onvif.process import run
    from streams.capture.onvif.settings import OnvifSettings

    settings, kafka = started()
    require_cluster(kafka, "intake")
    run(settings, read_environment(OnvifSettings), kafka)


def _poll(
    system: Annotated[str, typer.Argument(help="signalen or meldingen")],
    url: Annotated[str, typer.Option(help="Address of its API, such as https://api.meldingen.example")],
    token_file: Annotated[
        Path, typer.Option(help="File with its token, readable by its owner alone; read at each question")
    ],
    every: Annotated[float, typer.Option(min=1, max=3_600, help="How often it is asked, in seconds")] = 15.0,
    since: Annotated[
        str, typer.Option(help="Where to begin the first time: how long ago, or a time with a zone")
    ] = "24h",
    place: Annotated[
        Path | None,
        typer.Option(help="File that keeps where it stands; intake/poll-SYSTEM.json under TOEZICHT_DATA else"),
    ] = None,
) -> None:
    """Ask Signalen or Meldingen what changed, until Ctrl-C, for where no webhook can be had.

    It goes on where it stood: everything before is on Kafka. A system that does not answer is asked again, after 1 to 60 seconds.
    What people wrote in a report goes nowhere.

    Example: toezicht intake poll signalen --url https://api.meldingen.example --token-file /run/secrets/signalen
    """
    require_extra()
    from streams.health import HEALTH
    from streams.intake.connected import connected_intake
    from streams.intake.polling.asking import ApiClient
    from streams.intake.polling.poller import Poller, PollPlace
    from streams.intake.polling.systems import SYSTEMS
    from streams.intake.sources.registry import make_source
    from streams.process import start_metrics, stop_signals, tell_ready

    settings, kafka = started()
    asked = SYSTEMS.get(system)
    source = None if asked is None else make_source(system, {}, settings.time_zone)
    if asked is None or source is None:
        raise ConfigurationError("intake poll", "SYSTEM", system, f"one of: {', '.join(SYSTEMS)}")
    require_cluster(kafka, "intake")
    begin = moment("intake poll", "--since", since, utc_now())
    ask = ApiClient("intake poll", url, token_file)
    kept = PollPlace(place or settings.data / "intake" / f"poll-{system}.json", system)
    stopping = threading.Event()
    intake = connected_intake(source, kafka, stopping, keeps_content=False)
    with stop_signals(stopping):
        poller = Poller(asked, ask, intake, kept, begin, utc_now, stopping.wait, stopping.is_set)
        intake.turned = HEALTH.turns("intake")
        HEALTH.asks("broker", intake.quiet_s)
        tell_ready(f"intake-poll-{system}", start_metrics(settings))
        try:
            poller.run(every)
            intake.flush(FLUSH_S, time.monotonic)
        finally:
            ask.close()
            left = intake.close()
    if left:
        raise ToezichtError(f"not confirmed: {left}; it is asked for again at the next start")
