"""Locatieserver: PDOK's geocoder asked in the background: a cache, one question at a time, and a pause where it fails.

Nothing of a report goes out but the street and the town: no house number, no postcode, no text, and nothing that says why it is
asked. Nothing is kept but places, in memory: after a restart each is asked once more.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Final, NamedTuple, Protocol
from urllib.parse import urlsplit

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.geo import Position
from streams.intake.geocoding.answers import ASKED, position_in
from streams.metrics import GEOCODING

log = logging.getLogger(__name__)

PREFIX: Final = "TOEZICHT_LOCATIESERVER"
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
MOST_KEPT: Final = 20_000
KEPT_S: Final = 30 * 86_400.0
"""Streets are renamed seldom."""
UNKNOWN_KEPT_S: Final = 3_600.0
"""What is not known today may be a spelling that is mended, or a street that is new."""
MOST_WAITING: Final = 200
LARGEST_ANSWER: Final = 256 * 1024
FAILURES: Final = 3
PAUSE_S: Final = 30.0
"""After so many failures in a row it is left alone for so long (s)."""
FIELDS: Final = "type,straatnaam,woonplaatsnaam,centroide_ll"


class LocatieserverSettings(BaseSettings):
    """Locatieserver settings `TOEZICHT_LOCATIESERVER_*`: off where no address is configured."""

    model_config = SettingsConfigDict(env_prefix=f"{PREFIX}_", frozen=True, extra="ignore", env_ignore_empty=True)

    url: str = Field(
        "",
        description="Address of the search, such as https://api.pdok.nl/bzk/locatieserver/search/v3_1; off where empty",
    )
    within_s: Annotated[float, Field(ge=0, le=2)] = Field(
        0.15, description="How long, in seconds, a report waits for its place before it goes on without"
    )
    timeout_s: Annotated[float, Field(gt=0, le=30)] = Field(3.0, description="How long, in seconds, an answer may take")

    @model_validator(mode="after")
    def _safe(self) -> LocatieserverSettings:
        parts = urlsplit(self.url)
        if self.url and parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError(f"expected https:// in {PREFIX}_URL")
        return self


class NamedPlace(NamedTuple):
    """Named place: what is asked for."""

    street: str
    town: str

    @property
    def key(self) -> tuple[str, str]:
        """Return it as it is remembered: without regard to case."""
        return self.street.casefold(), self.town.casefold()


class Fetch(Protocol):
    """Fetch: asks the server, and returns the body of its answer; raises what went wrong."""

    def __call__(self, parameters: list[tuple[str, str]], /) -> bytes:
        """Return the answer's body."""


@dataclass
class _Known:
    position: Position | None
    until_s: float


@dataclass
class _Asked:
    done: threading.Event = field(default_factory=threading.Event)


class Locatieserver:
    """Locatieserver: the positions of places, from memory or from the server.

    Args:
        fetch: Asks the server.
        within_s: How long `position` waits for an answer (s).
        clock_s: A monotonic clock (s).
    """

    def __init__(self, fetch: Fetch, within_s: float = 0.15, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._within_s = within_s
        self._clock_s = clock_s
        self._known: OrderedDict[tuple[str, str], _Known] = OrderedDict()
        self._asked: dict[tuple[str, str], _Asked] = {}
        self._waiting: queue.Queue[NamedPlace] = queue.Queue(MOST_WAITING)
        self._lock = threading.Lock()
        self._failures = 0
        self._paused_until_s = 0.0
        self._thread: threading.Thread | None = None
        for result in ("found", "unknown", "failed", "paused", "cached"):
            GEOCODING.labels(result)

    def position(self, place: NamedPlace) -> tuple[Position | None, bool]:
        """Return where a place is, and whether that is known by now; what is not is asked meanwhile."""
        known = self.now_known(place)
        if known is not None:
            GEOCODING.labels("cached").inc()
            return known.position, True
        asked = self._ask(place)
        if asked is None or not asked.done.wait(self._within_s):
            return None, asked is None
        known = self.now_known(place)
        return (None, True) if known is None else (known.position, True)

    def now_known(self, place: NamedPlace) -> _Known | None:
        """Return what is known of a place without asking; None where nothing is."""
        with self._lock:
            known = self._known.get(place.key)
            if known is not None and known.until_s < self._clock_s():
                del self._known[place.key]
                return None
            return known

    def _ask(self, place: NamedPlace) -> _Asked | None:
        """Have a place asked for, and return where its answer will be; None where nobody is asked now."""
        with self._lock:
            if self._clock_s() < self._paused_until_s:
                GEOCODING.labels("paused").inc()
                return None
            asked = self._asked.get(place.key)
            if asked is not None:
                return asked
            try:
                self._waiting.put_nowait(place)
            except queue.Full:
                return None
            asked = self._asked[place.key] = _Asked()
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="locatieserver", daemon=True)
                self._thread.start()
            return asked

    def _work(self) -> None:
        while True:
            self.answer(self._waiting.get())

    def answer(self, place: NamedPlace) -> None:
        """Ask for one place and remember the answer."""
        try:
            content = self._fetch(question(place))
        except Exception as error:  # whatever a network does, reports go on
            GEOCODING.labels("failed").inc()
            self._failed(type(error).__name__)
        else:
            found = position_in(content[:LARGEST_ANSWER], *place) if len(content) <= LARGEST_ANSWER else None
            GEOCODING.labels("unknown" if found is None else "found").inc()
            self._remember(place, found)
        with self._lock:
            asked = self._asked.pop(place.key, None)
        if asked is not None:
            asked.done.set()

    def _remember(self, place: NamedPlace, found: Position | None) -> None:
        with self._lock:
            self._failures = 0
            kept_s = UNKNOWN_KEPT_S if found is None else KEPT_S
            self._known[place.key] = _Known(found, self._clock_s() + kept_s)
            while len(self._known) > MOST_KEPT:
                self._known.popitem(last=False)

    def _failed(self, why: str) -> None:
        with self._lock:
            self._failures += 1
            if self._failures < FAILURES:
                return
            self._failures = 0
            self._paused_until_s = self._clock_s() + PAUSE_S
        log.warning("the Locatieserver fails (%s): reports go on without, it is asked again in %.0f s", why, PAUSE_S)


def question(place: NamedPlace) -> list[tuple[str, str]]:
    """Return the parameters of a question; others than these are refused since version 3.1."""
    return [
        ("q", " ".join(part for part in place if part)),
        ("fq", f"type:({' OR '.join(ASKED)})"),
        ("fl", FIELDS),
        ("rows", "10"),
    ]


def connect(settings: LocatieserverSettings) -> Locatieserver | None:
    """Return the configured server, or None where there is none."""
    if not settings.url:
        return None
    import httpx2

    client = httpx2.Client(timeout=settings.timeout_s, follow_redirects=False, headers={"User-Agent": "toezicht"})
    address = settings.url.rstrip("/") + "/free"

    def fetch(parameters: list[tuple[str, str]]) -> bytes:
        with client.stream("GET", address, params=tuple(parameters)) as answer:
            answer.raise_for_status()
            content = bytearray()
            for chunk in answer.iter_bytes():
                content += chunk
                if len(content) > LARGEST_ANSWER:
                    raise ValueError("the answer is too large")
            return bytes(content)

    return Locatieserver(fetch, settings.within_s)
