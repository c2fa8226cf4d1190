"""Kafka pictures: requests to capture and its answers, with one reader for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from console.api.parts import AuditTelling, MessageSending
from console.pictures.asking import SnapshotPictures
from streams.clients.snapshots import SnapshotAnswers
from streams.clock import Clock
from streams.settings import KafkaSettings

ENDS_WITHIN_S: Final = 2.0


class KafkaPictures(SnapshotPictures):
    """Kafka pictures: `console.api.parts.Pictures` on a cluster as long as `run` runs. See `SnapshotPictures`."""

    def __init__(
        self,
        kafka: KafkaSettings,
        sender: MessageSending,
        audits: AuditTelling,
        room_of: Callable[[str], str | None],
        knows: Callable[[str, str], bool],
        clock: Clock,
        by_itself: bool = True,
    ) -> None:
        super().__init__(sender, audits, room_of, knows, clock, by_itself)
        self._answers = SnapshotAnswers(kafka, self.take)

    def ready(self) -> bool:
        """Return whether answers are read: what is asked before would wait in vain."""
        return self._answers.stands()

    async def run(self) -> None:
        """Read answers until it is cancelled."""
        self._answers.start()
        try:
            await asyncio.Event().wait()
        finally:
            self._answers.stop()
            await asyncio.to_thread(self._answers.join, ENDS_WITHIN_S)
