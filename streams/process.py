"""Process: what all long-running ones do alike: logs without secrets, metrics, a sign that it is ready, an orderly end."""

from __future__ import annotations

import json
import logging
import math
import os
import re
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Final

from prometheus_client import disable_created_metrics, start_http_server

from streams.errors import ConfigurationError, ToezichtError
from streams.health import HEALTH, with_health
from streams.metrics import CLOCK_AT, DISK_FREE
from streams.settings import Settings
from streams.tracing import spans

READY_VARIABLE: Final = "TOEZICHT_READY_FILE"
"""Where the supervisor wants to read that the process is ready, and at which port its metrics are."""
_USER_INFO: Final = re.compile(r"(\b[a-zA-Z][a-zA-Z0-9+.-]*://)\S*@")
"""Up to the last `@`: a password may hold `@` and `/` where somebody forgot to escape them."""
_SPARING_S: Final = 10.0
_LONGEST_SPARING_S: Final = 600.0
_SPARING_KEPT: Final = 1_000
_NOISY: Final = ("kafka", "aiokafka", "faust", "mode", "asyncio", "jgo", "opentelemetry", "urllib3")


def hide(text: str) -> str:
    """Return a text without what stands between `//` and `@` in any address."""
    return _USER_INFO.sub(r"\1***@", text)


class RedactingFormatter(logging.Formatter):
    """Formats a record and hides what stands between `//` and `@` in any address, wherever it came from."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the formatted line without credentials."""
        return hide(super().format(record))


class JsonFormatter(RedactingFormatter):
    """Formats a record as one JSON object in a line, for a collector of logs.

    Fields: `at` (RFC 3339, UTC, with milliseconds), `level`, `logger`, `message`, `process`, `thread`, of an error `error` with
    its traceback, and those of `FIELDS` that the line is about. What else a library hung onto its record is left out: nobody
    looked at it.
    """

    FIELDS: Final = ("camera_id", "alert_id", "incident_id", "stage", "trace_id", "span_id")

    def format(self, record: logging.LogRecord) -> str:
        """Return the object, without credentials in any of its values."""
        told: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": hide(record.getMessage()),
            "process": record.process,
            "thread": record.threadName,
        }
        if record.exc_info:
            told["error"] = hide(self.formatException(record.exc_info))
        if (trace := spans.current()) is not None:
            told |= {"trace_id": trace.trace_id, "span_id": trace.span_id}
        told |= {name: hide(str(value)) for name in self.FIELDS if (value := getattr(record, name, None)) is not None}
        return json.dumps(told, ensure_ascii=False)


class SparingFilter(logging.Filter):
    """Lets a library say one thing once in ten seconds, and less and less often what it goes on saying.

    A broker that is gone is told forty times a second otherwise, and for as long as it is gone.

    A connection that a library lost, and an error of ours that a person is meant to read, are one line without a traceback: they
    tell of the network or the set-up and not of a defect.

    Args:
        clock_s: A monotonic clock (s).
    """

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock_s = clock_s
        self._said: dict[tuple[str, str], tuple[float, int, float]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether to write a record; the next one that is written tells how many were not."""
        if record.name.partition(".")[0] not in _NOISY:
            return True
        what, now_s = (record.name, str(record.msg)), self._clock_s()
        said_s, unsaid, pause_s = self._said.get(what, (-_SPARING_S, 0, _SPARING_S))
        if now_s - said_s < pause_s:
            self._said[what] = (said_s, unsaid + 1, pause_s)
            return False
        if len(self._said) > _SPARING_KEPT:
            self._said.clear()
        self._said[what] = (now_s, 0, min(2 * pause_s, _LONGEST_SPARING_S) if unsaid else _SPARING_S)
        if unsaid:
            record.msg, record.args = f"{record.getMessage()} (and {unsaid} times more)", ()
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, ConnectionError | ToezichtError):
            record.msg, record.args = f"{record.getMessage()}: {type(error).__name__}: {error}", ()
            record.exc_info = record.exc_text = None
        return True


def start_logging(settings: Settings) -> None:
    """Log to standard error in one line per record, for people or as JSON; libraries speak from WARNING on."""
    handler = logging.StreamHandler()
    handler.addFilter(SparingFilter())
    text = RedactingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler.setFormatter(JsonFormatter() if settings.log_format == "json" else text)
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    if settings.log_level != "DEBUG":
        for name in _NOISY:
            logging.getLogger(name).setLevel("WARNING")


def start_tracing(settings: Settings) -> None:
    """Tell the spans of this process to a collector, where one is configured; else nothing of it is even imported.

    Raises:
        ToezichtError: The extra `tracing` is not installed.
    """
    if not settings.traces_to:
        return
    try:
        from streams.tracing.export import OtlpTeller
    except ModuleNotFoundError as error:
        raise ToezichtError(
            f"environment: TOEZICHT_TRACES_TO is set and {error.name} is not installed, expected the extra tracing: "
            "toezicht[tracing]"
        ) from None

    spans.tell_to(OtlpTeller(settings.traces_to), settings.traces_share, settings.traces_pictures_share)


def disk_free_share(folder: Path) -> float:
    """Return the free share of the disk that a folder is on, or will be on; NaN where nobody can tell."""
    there = next((path for path in (folder, *folder.absolute().parents) if path.exists()), folder)
    try:
        used = shutil.disk_usage(there)
    except OSError:
        return math.nan
    return used.free / used.total if used.total else math.nan


def start_metrics(settings: Settings) -> int:
    """Serve Prometheus metrics, `/livez` and `/readyz`, and return the port.

    Raises:
        ConfigurationError: The address is not of this machine, or another process has the port.
    """
    disable_created_metrics()  # type: ignore[no-untyped-call]  # a series beside each counter and histogram with the time of its birth, which nobody asks for
    DISK_FREE.set_function(lambda: disk_free_share(settings.data))
    CLOCK_AT.set_function(time.time)
    try:
        server, _ = start_http_server(settings.metrics_port, addr=settings.metrics_host)
    except OSError as error:
        address = f"{settings.metrics_host}:{settings.metrics_port}"
        expected = f"a free port of this machine ({error.strerror})"
        raise ConfigurationError(
            "environment", "TOEZICHT_METRICS_HOST:TOEZICHT_METRICS_PORT", address, expected
        ) from None
    metrics_app = server.get_app()
    assert metrics_app is not None
    server.set_app(with_health(metrics_app))
    return int(server.server_port)


@contextmanager
def stop_signals(stopping: threading.Event | None = None) -> Iterator[threading.Event]:
    """Yield an event that SIGINT and SIGTERM set from now on; the handlers before are put back at the end.

    Args:
        stopping: The event; a new one where None.
    """
    event = stopping or threading.Event()

    def stop(_: int, __: FrameType | None) -> None:
        event.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield event
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def tell_ready(name: str, metrics_port: int) -> None:
    """Tell the supervisor, where there is one, that this process does its work now."""
    HEALTH.tell_ready()
    logging.getLogger(__name__).info("%s is ready, metrics at port %d", name, metrics_port)
    target = os.environ.get(READY_VARIABLE)
    if target:
        path = Path(target)
        scratch = path.with_suffix(".part")
        scratch.write_text(json.dumps({"name": name, "pid": os.getpid(), "metrics_port": metrics_port}))
        scratch.replace(path)
