"""Openings: who opened which alert's detail, for the audit; nobody who opens one waits for the audit, or is kept from it."""

from __future__ import annotations

import logging
from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from console.access.outbox import AccessEvent, AuditOutbox
from console.access.store import AccessStore
from console.wire.people import Me
from console.wire.problems import ProblemError
from streams.clock import Clock

log = logging.getLogger(__name__)

SAME_OPENING: Final = timedelta(minutes=10)
"""How long after it was told a detail that is read again by the page is still the same opening (a choice of ours): one that
stands open for longer, and changes, is told again."""
ONE_LOOK: Final = timedelta(seconds=2)
"""Within this an opening is never another one: the page asks again where the alert changed while it came, or a line broke."""


def is_opening(told_at: datetime | None, now: datetime, reread: bool) -> bool:
    """Return whether a detail that is served is an opening of it, which the audit is told.

    Args:
        told_at: When the audit was last told that this person opened this alert (UTC); None where it was not.
        now: The server's time (UTC).
        reread: Whether the page says that it reads again what the person has open. It is believed for `SAME_OPENING` after
            an opening that was told, so that no program hides by it that an alert was looked at.
    """
    return told_at is None or now - told_at >= (SAME_OPENING if reread else ONE_LOOK)


class AlertOpenings:
    """Alert openings: tells each of them once, by the outbox, which is written within a millisecond and told later.

    Args:
        store: Where the outbox is.
        outbox: What waits to be told.
        clock: The server's clock.
    """

    def __init__(self, store: AccessStore, outbox: AuditOutbox, clock: Clock) -> None:
        self._store, self._outbox, self._clock = store, outbox, clock
        self._told: OrderedDict[tuple[str, str], datetime] = OrderedDict()
        self._lock = Lock()

    def note(self, me: Me, room: str, alert_id: str, reread: bool) -> None:
        """Note that a person is given an alert's detail.

        A disk that is full is an error in the log, and keeps nobody from an alert.
        """
        now, key = self._clock(), (me.user, alert_id)
        with self._lock:
            while self._told and now - next(iter(self._told.values())) >= SAME_OPENING:
                self._told.popitem(last=False)
            if not is_opening(self._told.get(key), now, reread):
                return
            self._told[key] = now
            self._told.move_to_end(key)
        try:
            with self._store.writing() as db:
                self._outbox.add(db, AccessEvent(me.user, "view_alert", "alert", alert_id, result="shown", room=room))
        except ProblemError as error:
            with self._lock:
                self._told.pop(key, None)
            log.error("the audit is not told that an alert was opened: %s", error.code)  # noqa: TRY400 - one line says it all
