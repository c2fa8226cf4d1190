"""Reads alerts as any consumer would: without a group, dropping repeats, from now or from the newest state of each."""

from __future__ import annotations

import logging
from collections import OrderedDict
from typing import Final

from schemas.alerts import Alert
from schemas.codec import decode, envelope
from schemas.errors import UndecodableError
from streams import topics
from streams.kafka.reader import Reader
from streams.kafka.record import Record
from streams.settings import KafkaSettings

log = logging.getLogger(__name__)

REMEMBERED: Final = 10_000
"""Event ids kept to recognise repeats: more than a worker repeats after a restart."""


class AlertReader:
    """The newest version of each alert, as far as it was read.

    Args:
        kafka: The cluster.
        from_start: Whether to begin with the newest state of every alert that is retained.

    Raises:
        ClusterError: No broker answers.
    """

    def __init__(self, kafka: KafkaSettings, from_start: bool) -> None:
        self._newest: dict[str, Alert] = {}
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._reader = Reader(kafka, "alerts")
        live = self._reader.ends((topics.ALERTS,))
        state = self._reader.spans((topics.ALERT_STATE,)) if from_start else {}
        self._ends = {place: end for place, (_, end) in state.items()}
        self._reader.begin(live | {place: first for place, (first, _) in state.items()})

    @property
    def alerts(self) -> list[Alert]:
        """Return the newest version of each alert."""
        return list(self._newest.values())

    def changes(self, wait_s: float) -> list[Alert]:
        """Return the alerts that changed, waiting at most this long for the first; older versions are passed over."""
        return [alert for record in self._reader.poll(wait_s) if (alert := self._take(record)) is not None]

    def caught_up(self) -> bool:
        """Return whether all was read that was retained when the reading began."""
        return not self._reader.behind(self._ends)

    def close(self) -> None:
        """Stop reading."""
        self._reader.close()

    def _take(self, record: Record) -> Alert | None:
        if record.value is None:
            return None
        try:
            event_id, message = envelope(record.headers).event_id, decode(record.value, record.headers)
        except UndecodableError as error:
            place = f"{record.topic}/{record.partition}@{record.offset}"
            log.error("%s cannot be decoded: %s", place, error.reason)  # noqa: TRY400 - an alert that nobody sees: one line
            return None
        if not isinstance(message, Alert) or event_id in self._seen:
            return None
        self._seen[event_id] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        known = self._newest.get(message.alert_id)
        if known is not None and known.revision > message.revision:
            return None
        self._newest[message.alert_id] = message
        return message
