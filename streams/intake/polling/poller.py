"""Poller: asks one system what changed, hands each document to intake, and moves on when all of it is on Kafka.

Where it stands is a moment in a small file: everything that changed before it is confirmed. It asks from a minute before, since a
system writes changes in another order than it dates them; what it then reads again is a duplicate to intake. Pages are not
counted through: after each the next question begins at the newest change that was read, so that what changes meanwhile shifts
nothing out.
"""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

from streams.clock import Clock
from streams.errors import ToezichtError
from streams.intake.lines import Line
from streams.intake.polling.base import PolledPage, PolledSource, Question, UnreadablePageError
from streams.metrics import INTAKE_HEARD_AT, INTAKE_REQUESTS

log = logging.getLogger(__name__)

OVERLAP: Final = timedelta(minutes=1)
FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 60.0
MOST_PAGES: Final = 1_000
TELL_EVERY: Final = 10
"""Of failures in a row the first is told, and then each tenth."""
LOOK_S: Final = 0.2


class FailedAnswerError(Exception):
    """A system does not answer, or with an error: a bounded code, and after how many seconds (s) to ask again, if it says so."""

    def __init__(self, code: str, retry_after_s: float | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.retry_after_s = retry_after_s


Ask = Callable[[Question], bytes]
"""Asks the system, and returns the body of its answer; raises FailedAnswerError."""


class TakesLines(Protocol):
    """Takes lines: what a poller needs of an intake."""

    @property
    def unconfirmed(self) -> int:
        """Return how many records the broker has not confirmed."""

    def take(self, line: Line) -> None:
        """Take one document."""

    def tend(self, wait_s: float = 0.0) -> None:
        """Go on with what is not confirmed."""

    def heard(self) -> None:
        """Note that the system said something, were it that nothing is new."""


@dataclass
class PollPlace:
    """Poll place: the file that holds since when to ask.

    Attributes:
        path: The file.
        system: Whose it is.
    """

    path: Path
    system: str

    def read(self, otherwise: datetime) -> datetime:
        """Return since when to ask, `otherwise` where there is no file.

        Raises:
            ToezichtError: The file is none of this system's.
        """
        try:
            said = json.loads(self.path.read_text(encoding="utf-8"))
            since = datetime.fromisoformat(said["since"])
            if said["system"] != self.system or since.tzinfo is None:
                raise ValueError
        except FileNotFoundError:
            return otherwise
        except (ValueError, KeyError, TypeError, OSError):
            raise ToezichtError(
                f"{self.path}: not the place of {self.system}, expected what `intake poll` wrote; remove it to begin anew"
            ) from None
        return since.astimezone(UTC)

    def write(self, since: datetime) -> None:
        """Keep since when to ask, whole or not at all."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        scratch = self.path.with_suffix(".part")
        scratch.write_text(json.dumps({"system": self.system, "since": since.isoformat()}), encoding="utf-8")
        scratch.replace(self.path)


class Poller:
    """Poller: one system and one intake.

    Args:
        system: What is asked.
        ask: Asks it.
        intake: Takes its documents.
        place: Since when to ask.
        since: Where to begin without a place (UTC).
        clock: Tells now (UTC).
        sleep: Waits (s); ends early where it is time to stop.
        stopping: Whether it is time to stop.
        chance: Returns a number from 0 to 1, which spreads the pauses of many that failed together.
    """

    def __init__(
        self,
        system: PolledSource,
        ask: Ask,
        intake: TakesLines,
        place: PollPlace,
        since: datetime,
        clock: Clock,
        sleep: Callable[[float], object],
        stopping: Callable[[], bool],
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._system = system
        self._ask = ask
        self._intake = intake
        self._place = place
        self._since = place.read(since)
        self._clock = clock
        self._sleep = sleep
        self._stopping = stopping
        self._chance = chance
        self._failures = 0
        self._number = 0
        self._heard_at = INTAKE_HEARD_AT.labels(f"poll-{system.name}", "api")

    def run(self, every_s: float) -> None:
        """Ask every so often (s) until it is time to stop.

        Raises:
            DeliveryError: The broker refuses a record for good.
        """
        while not self._stopping():
            try:
                self.round()
                pause_s = every_s
            except (FailedAnswerError, UnreadablePageError) as error:
                pause_s = self._failed(error)
            self._wait(pause_s)

    def round(self) -> None:
        """Read all that changed, and move on when it is on Kafka.

        Raises:
            FailedAnswerError: The system does not answer.
            UnreadablePageError: It answers something else.
            DeliveryError: The broker refuses a record for good.
        """
        since = self._since - OVERLAP
        number, pages, more, later = 1, 0, True, list[PolledPage]()
        while more and not self._stopping() and pages < MOST_PAGES:
            page = self._system.page(self._ask(self._system.question(since, number)), since)
            pages, more = pages + 1, page.more
            self._heard()
            if page.descending:
                later.append(page)
            else:
                self._take(page)
                self._confirm(page.newest)
            if not page.descending and page.newest is not None and page.newest > since:
                since, number = page.newest, 1  # what changes meanwhile shifts nothing out of a page that begins anew
            else:
                number += 1
        for page in reversed(later):
            self._take(page)
        if later and not more:  # else something older is not read yet
            self._confirm(max((page.newest for page in later if page.newest is not None), default=None))

    def _take(self, page: PolledPage) -> None:
        """Take a page's documents, the oldest change first."""
        for content in reversed(page.documents) if page.descending else page.documents:
            self._number += 1
            self._intake.take(Line(self._number, content, len(content)))

    def _confirm(self, newest: datetime | None) -> None:
        """Wait until all is on Kafka, and keep that; a stop before leaves the place where it was."""
        while self._intake.unconfirmed:
            if self._stopping():
                return
            self._intake.tend(LOOK_S)
        newest = (
            None if newest is None else min(newest, self._clock())
        )  # a system's clock that is fast must not pass over what follows
        if newest is not None and newest > self._since:
            self._since = newest
            self._place.write(newest)

    def _heard(self) -> None:
        INTAKE_REQUESTS.labels(f"poll-{self._system.name}", "taken").inc()
        self._heard_at.set_to_current_time()
        self._intake.heard()
        if self._failures:
            log.info("%s answers again", self._system.name)
        self._failures = 0

    def _failed(self, error: FailedAnswerError | UnreadablePageError) -> float:
        """Note a failure, and return how long to wait (s): doubled each time, and spread."""
        code = error.code if isinstance(error, FailedAnswerError) else "unreadable"
        INTAKE_REQUESTS.labels(f"poll-{self._system.name}", code).inc()
        if self._failures % TELL_EVERY == 0:
            log.warning("%s: %s, asking again from %s", self._system.name, code, self._since.isoformat())
        longest_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(self._failures, 10))
        self._failures += 1
        asked_s = error.retry_after_s if isinstance(error, FailedAnswerError) else None
        return max(longest_s * (0.5 + self._chance() / 2), min(asked_s or 0.0, LONGEST_PAUSE_S))

    def _wait(self, pause_s: float) -> None:
        """Wait, and tend what is not confirmed meanwhile."""
        while pause_s > 0 and not self._stopping():
            self._intake.tend()
            self._sleep(min(LOOK_S, pause_s))
            pause_s -= LOOK_S
