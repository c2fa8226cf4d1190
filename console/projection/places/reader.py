"""Places' reader: follows cameras, zones and alerts in a thread of its own, and hands each record over."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import Final

from console.projection.places.crowds import KEPT_S
from console.projection.places.room_places import RoomPlaces
from console.projection.places.unseen import KEPT
from streams.clock import Clock
from streams.kafka.reader import TopicFollower
from streams.settings import KafkaSettings
from streams.topics import ALERT_STATE, CAMERA_STATE, OBSERVATIONS

log = logging.getLogger(__name__)

CLOCK_EVERY_S: Final = 10.0
"""How often the cameras' viewing windows are compared with the clock, and the topics with those that were read (s)."""
READ: Final = (CAMERA_STATE, OBSERVATIONS, ALERT_STATE)
SHARE: Final = 0.5
"""Most of a thread's time that old observations take, so that the list is not held up while the last two hours are read."""


class PlacesReader(TopicFollower):
    """Places' reader: the newest state of each camera, zones from two hours back, alerts from a day back.

    What breaks goes on where it was; where a topic was made anew it begins again with all of them.

    Args:
        kafka: The cluster.
        places: Takes the records.
        clock: The server's clock.
    """

    def __init__(self, kafka: KafkaSettings, places: RoomPlaces, clock: Clock) -> None:
        super().__init__(kafka, "console-places")
        self._places, self._clock = places, clock
        self._looked_s = 0.0
        self._begun = False

    def _follow(self) -> None:
        if anew := self._reader.made_anew(self._reader.ends(READ)):
            self._begin_anew(anew)
        states = self._reader.spans((CAMERA_STATE,))
        if not self._begun:
            now = self._clock()
            seconds = self._reader.since((OBSERVATIONS,), now - timedelta(seconds=KEPT_S))
            alerts = self._reader.since((ALERT_STATE,), now - KEPT)
            self._reader.begin({place: first for place, (first, _) in states.items()} | seconds | alerts)
            self._begun = True
        ends = {place: end for place, (_, end) in states.items()}
        old = self._reader.ends((OBSERVATIONS, ALERT_STATE))
        while not self._stop.is_set():
            records = self._reader.poll()
            began_s = time.monotonic()
            for record in records:
                self._places.take(record)
            if ends and not self._reader.behind(ends):
                self._places.whole()
                ends = {}
            if began_s - self._looked_s >= CLOCK_EVERY_S:
                self._looked_s = began_s
                self._places.look_at_clock()
                if anew := self._reader.made_anew(self._reader.ends(READ)):
                    self._begin_anew(anew)
                    return
            if old and records:
                old = old if self._reader.behind(old) else {}
                self._stop.wait((time.monotonic() - began_s) * (1 - SHARE) / SHARE)

    def _begin_anew(self, anew: frozenset[str]) -> None:
        log.warning("%s: made anew, cameras and zones are read from the start", ", ".join(sorted(anew)))
        self._places.begin_anew()
        self._reader.begin({})
        self._begun = False
