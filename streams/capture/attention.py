"""Attention: cameras of this process that a report asked more of: taken by one thread, asked by all cameras'."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from schemas.incidents import CameraWatch
from streams.capture.sender import STAGE
from streams.clock import Clock
from streams.domain.corroboration.attention import AttentionOutcome, AttentionRequest, ask_of, attended, judge_ask
from streams.domain.rules.cameras import AttentionRule
from streams.metrics import ATTENTION_REQUESTS, CAMERA_ATTENDED, FRAMES_ATTENDED

REMEMBERED: Final = 4_000
"""Requests that are known, the newest: a flood of a thousand reports asks three cameras each."""
OUTCOMES: Final = (
    AttentionOutcome.GRANTED,
    AttentionOutcome.REPEATED,
    AttentionOutcome.OVER,
    AttentionOutcome.WITHDRAWN,
    AttentionOutcome.CROWDED_OUT,
)


class AttentionService:
    """Takes watches, and tells each camera how fast to look now.

    Args:
        cameras: The cameras that are captured here; what is asked of others is somebody else's.
        rule: For how long and of how many cameras at once.
        clock: Time of day.
    """

    def __init__(self, cameras: Collection[str], rule: AttentionRule, clock: Clock) -> None:
        self._cameras = frozenset(cameras)
        self._rule = rule
        self._clock = clock
        self._asks: dict[tuple[str, str], AttentionRequest] = {}
        self._crowded_out: set[tuple[str, str]] = set()
        self._until: Mapping[str, datetime] = {}
        for camera_id in self._cameras:  # there from the start, for panels and rules
            CAMERA_ATTENDED.labels(camera_id).set(0)
            FRAMES_ATTENDED.labels(camera_id)
        for outcome in OUTCOMES:
            ATTENTION_REQUESTS.labels(STAGE, outcome)

    def fps(self, camera_id: str) -> float:
        """Return how many pictures per second a camera should give now; 0 where it is not attended.

        The end is looked at here, with each picture: nobody is attended longer because nothing is read any more.
        """
        until = self._until.get(camera_id)
        return self._rule.fps if until is not None and self._clock() < until else 0.0

    def take(self, watch: CameraWatch, asked_at: datetime) -> None:
        """Take a watch that the broker took at `asked_at`; it has its effect with the next `work`."""
        if watch.camera_id not in self._cameras:
            return
        now = self._clock()
        key = (watch.camera_id, watch.incident_id)
        ask = ask_of(watch, asked_at, now, self._rule)
        outcome = judge_ask(self._asks.get(key), ask, now)
        if outcome is not None:
            ATTENTION_REQUESTS.labels(STAGE, outcome).inc()
        if outcome is not AttentionOutcome.REPEATED:
            self._asks.pop(key, None)  # the newest stands last
            self._asks[key] = ask
            self._crowded_out.discard(key)
        if len(self._asks) > REMEMBERED:
            self._forget(next(iter(self._asks)))

    def work(self) -> None:
        """Choose which cameras are attended from now on; forget what is long over."""
        now = self._clock()
        for key in [key for key, ask in self._asks.items() if ask.forget_at <= now]:
            self._forget(key)
        until = attended(self._asks.values(), now, self._rule.at_once_at_most)
        for key, ask in self._asks.items():
            waits = ask.ends_at is not None and ask.ends_at > now and ask.camera_id not in until
            if waits and key not in self._crowded_out:
                self._crowded_out.add(key)
                ATTENTION_REQUESTS.labels(STAGE, AttentionOutcome.CROWDED_OUT).inc()
        self._until = until
        for camera_id in self._cameras:
            CAMERA_ATTENDED.labels(camera_id).set(camera_id in until)

    def _forget(self, key: tuple[str, str]) -> None:
        del self._asks[key]
        self._crowded_out.discard(key)
