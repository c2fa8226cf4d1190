"""Process of reports by HTTP: settings, desks, server; it ends where a desk ends, and is started again by its supervisor."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Final

from streams.errors import ConfigurationError, ToezichtError
from streams.health import HEALTH
from streams.intake.connected import connected_intake
from streams.intake.http.app import INCIDENTS_ROUTE, HttpParts, create_app
from streams.intake.http.credentials import Credentials
from streams.intake.http.desk import IntakeDesk, TakesDocuments
from streams.intake.http.settings import PREFIX, IntakeHttpSettings
from streams.intake.intake import count_confirmed
from streams.intake.sources.base import IncidentSource
from streams.intake.sources.recorded import RecordedReports
from streams.intake.sources.registry import SOURCES, make_source
from streams.metrics import INTAKE_HEARD_AT
from streams.process import start_metrics, tell_ready
from streams.serving.patience import patient
from streams.serving.server import configured, listen, serve, shown_address
from streams.settings import KafkaSettings, Settings, read_time_zone

log = logging.getLogger(__name__)

SYSTEMS: Final = ("signalen", "meldingen")
"""Sources that may post what changed to `/webhooks/NAME`, where the registry has them."""
LINGER_MS: Final = 0.0
"""Each sender waits: what comes while a request is under way to the broker goes together in the next one anyway."""
LOOK_AGAIN_S: Final = 1.0
"""How often the file of credentials and the desks are looked at."""


def sources(options: Mapping[str, object], time_zone: str) -> dict[str, IncidentSource]:
    """Return the source of each route: of `/incidents`, and of the systems that the registry knows.

    Args:
        options: Values by the fields of the sources' options.
        time_zone: The zone of times that name none.

    Raises:
        ConfigurationError: An option is wrong.
        FileError: A file that one names is wrong.
    """
    names = {INCIDENTS_ROUTE: RecordedReports.name} | {name: name for name in SYSTEMS if name in SOURCES}
    found = {route: make_source(name, options, time_zone) for route, name in names.items()}
    return {route: source for route, source in found.items() if source is not None}


def make_desk(route: str, source: IncidentSource, kafka: KafkaSettings) -> IntakeDesk:
    """Return the desk of a route, which goes the same way into Kafka as any other intake."""

    def connect(
        stopping: threading.Event, pause: Callable[[float], None], confirmed: Callable[[str], None]
    ) -> TakesDocuments:
        def counted(topic: str) -> None:
            count_confirmed(topic)
            confirmed(topic)

        return connected_intake(
            source, kafka, stopping, sleep=pause, confirmed=counted, keeps_content=False, linger_ms=LINGER_MS
        )

    return IntakeDesk(route, connect)


def run(settings: Settings, http: IntakeHttpSettings, kafka: KafkaSettings, options: Mapping[str, object]) -> None:
    """Serve until told to stop.

    Raises:
        ToezichtError: A setting or file is wrong, a port is taken, or the broker refuses what is sent for good.
    """
    if http.credentials is None:
        raise ConfigurationError("environment", f"{PREFIX}_CREDENTIALS", "", "the file of who may send what (YAML)")
    logging.getLogger("uvicorn.error").setLevel(
        "ERROR"
    )  # what is no HTTP is answered, and anybody can send it for ever
    credentials = Credentials(http.credentials)
    zone = read_time_zone(settings.time_zone)
    desks = {route: make_desk(route, source, kafka) for route, source in sources(options, zone.key).items()}
    parts = HttpParts(
        credentials, desks, zone, http.body_within_s, http.answer_within_s,
        secure=http.tls_cert is not None or http.behind_proxy,
    )  # fmt: skip
    _hear_from_zero(credentials)
    with ExitStack() as stack:
        listening = stack.enter_context(listen(http.served_at))
        config = configured(
            create_app(parts), http.served_at, http=patient(http.head_within_s), limit_concurrency=http.connections
        )
        metrics_port = start_metrics(settings)
        for desk in desks.values():
            desk.start()
            stack.callback(desk.stop)

        async def watch() -> None:
            turned, progress = HEALTH.turns("server"), HEALTH.progress("broker")
            while True:
                await asyncio.sleep(LOOK_AGAIN_S)
                turned()
                if all(desk.ready for desk in desks.values()):
                    progress()
                _raise_failure(desks)
                if credentials.look_again():
                    parts.rates.keep(credentials.ids())
                    _hear_from_zero(credentials)

        def ready() -> None:
            log.info("reports are taken at %s", shown_address(http.served_at, listening))
            tell_ready("intake-http", metrics_port)

        serve(config, listening, ready, lambda: None, (watch,))


def _hear_from_zero(credentials: Credentials) -> None:
    """Let each sender be a series from the start, so that one that never came is seen too."""
    for sender in credentials.ids():
        found = credentials.find(sender)
        for route in found.may if found is not None else ():
            INTAKE_HEARD_AT.labels(route, sender)


def _raise_failure(desks: Mapping[str, IntakeDesk]) -> None:
    for desk in desks.values():
        if desk.failure is not None:
            raise ToezichtError(f"{desk.name}: {desk.failure}") from desk.failure
