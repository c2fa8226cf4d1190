"""Health: whether a process lives and whether it gets on, for whoever starts it again or sends it nothing meanwhile.

Beside `/metrics` each process answers `/livez` and `/readyz` (Kubernetes' names). Alive is who takes a turn: what does not helps
only to be started again. Ready is who told so and gets on with what waits: one that waits for a broker that is gone lives and is
not ready, and to start it again would help nobody. That `/metrics` answers says neither: a thread of its own does that.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

TURN_WITHIN_S: Final = 90.0
"""A process that took no turn for so long stands still. Above what one turn may take on a busy machine (a start of a model, a
full collection of garbage, a file of rules read anew), and below the 150 s after which a worker ends itself."""
PROGRESS_WITHIN_S: Final = 60.0
"""What waits for so long without any progress: told as not ready. A report may take 5 s to an alert, so it is late by then."""
LIVE: Final = "/livez"
READY: Final = "/readyz"

Answer = tuple[str, dict[str, str]]
"""The status line of HTTP, and what stands still by name (empty where nothing does)."""


@dataclass(slots=True)
class Beat:
    """Beat: the last sign of one part of a process.

    Attributes:
        name: Which part, for people.
        within_s: How long it may give no sign (s).
        vital: Whether only another start helps where it gives none.
    """

    name: str
    within_s: float
    vital: bool
    last_s: float
    clock_s: Callable[[], float]

    def __call__(self) -> None:
        """Give a sign."""
        self.last_s = self.clock_s()

    @property
    def silent_s(self) -> float:
        """Return for how long it gave none (s)."""
        return self.clock_s() - self.last_s


@dataclass(frozen=True, slots=True)
class AskedPart:
    """Asked part: a part of a process that knows by itself for how long it has stood.

    Attributes:
        name: Which part, for people.
        within_s: How long it may stand (s).
        stands_s: Tells for how long it has stood (s).
    """

    name: str
    within_s: float
    stands_s: Callable[[], float]
    vital = False

    @property
    def silent_s(self) -> float:
        """Return for how long it has stood (s)."""
        return self.stands_s()


class Health:
    """Health: the parts of this process and what they last told.

    Args:
        clock_s: A monotonic clock (s) that stands while the machine is suspended: nobody is late for having slept.
    """

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._beats: dict[str, Beat | AskedPart] = {}
        self._ready = False
        self._lock = threading.Lock()

    def turns(self, name: str, within_s: float = TURN_WITHIN_S) -> Beat:
        """Return what a part calls each turn; where it does not, the process no longer lives."""
        return self._watch(name, within_s, vital=True)

    def progress(self, name: str, within_s: float = PROGRESS_WITHIN_S) -> Beat:
        """Return what a part calls while it gets on or has nothing to do; where it does not, the process is not ready."""
        return self._watch(name, within_s, vital=False)

    def asks(self, name: str, stands_s: Callable[[], float], within_s: float = PROGRESS_WITHIN_S) -> None:
        """Ask a part, at each look, for how long (s) it has stood with something to do; meanwhile the process is not ready."""
        with self._lock:
            self._beats[name] = AskedPart(name, within_s, stands_s)

    def tell_ready(self) -> None:
        """Note that the process does its work now."""
        self._ready = True

    def live(self) -> Answer:
        """Return whether every part takes its turns."""
        return _answer(self._silent(vital_only=True))

    def ready(self) -> Answer:
        """Return whether the process has begun, lives and gets on."""
        silent = self._silent(vital_only=False)
        return _answer(silent if self._ready else {"start": "not ready yet", **silent})

    def _watch(self, name: str, within_s: float, *, vital: bool) -> Beat:
        beat = Beat(name, within_s, vital, self._clock_s(), self._clock_s)
        with self._lock:
            self._beats[name] = beat
        return beat

    def _silent(self, *, vital_only: bool) -> dict[str, str]:
        with self._lock:
            beats = list(self._beats.values())
        return {
            beat.name: _told(beat) for beat in beats if (beat.vital or not vital_only) and beat.silent_s > beat.within_s
        }


def _told(beat: Beat | AskedPart) -> str:
    missing = "turn" if beat.vital else "progress"
    return f"no {missing} for {beat.silent_s:.0f} s, expected one in {beat.within_s:.0f} s"


def _answer(silent: dict[str, str]) -> Answer:
    return ("503 Service Unavailable" if silent else "200 OK"), silent


HEALTH: Final = Health()
"""This process's own."""

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def with_health(metrics_app: Wsgi, health: Health = HEALTH) -> Wsgi:
    """Return an application that answers `/livez` and `/readyz`, and hands on what else is asked (PEP 3333)."""
    answers = {LIVE: health.live, READY: health.ready}

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        asked = answers.get(environ.get("PATH_INFO", ""))
        if asked is None:
            return metrics_app(environ, start_response)
        status, silent = asked()
        start_response(status, [("Content-Type", "application/json"), ("Cache-Control", "no-store")])
        return [json.dumps({"status": "ok" if not silent else "standing", "silent": silent}).encode() + b"\n"]

    return application
