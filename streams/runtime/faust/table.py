"""State table of a stage: the framework's table with an explicit partition, written when its changelog is confirmed."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import faust
import rocksdict
from faust.types import TP

from schemas.phrases.catalogue import text_of
from streams.kafka.batches import PackedValue
from streams.metrics import STATE_REBUILT
from streams.runtime.faust.database import SharingOptions
from streams.runtime.faust.local_state import mark_of
from streams.runtime.state import KEPT_AT_KEY, LOCAL_STATE_KEPT_S, Database, PartitionState, StateError, log


def is_row(record: Any, partition: int) -> bool:
    """Return whether a record of a changelog can be a row of ours; what a client put there that cannot is told, and left out."""
    if record.key is not None and not isinstance(record.value, PackedValue):
        return True
    why = "it has no key" if record.key is None else text_of(record.value.why)
    log.error("changelog record %d of partition %d is no row: %s", record.offset, partition, why)
    return False


class StateTable(faust.Table):  # type: ignore[misc]
    """Faust's table, read and written by partition, never through the event that happens to be current.

    Attributes:
        fail: Called with the error that stops the worker.
    """

    partition_states: dict[int, PartitionState]
    fail: Callable[[Exception], None]

    def partition_state(self, partition: int) -> PartitionState:
        """Return the state of one partition that this worker owns."""
        states = self._states()
        if partition not in states:
            states[partition] = PartitionState(
                lambda: cast(Database, self.data._db_for_partition(partition)), lambda: self.distrust(partition)
            )
        return states[partition]

    def forget(self) -> None:
        """Forget what is held in memory: partitions go, and those that come back are read again after recovery."""
        self._states().clear()

    def distrust(self, partition: int) -> None:
        """Mark a partition's local state as not to be trusted, and end the worker: the next one throws it away."""
        mark_of(self.data.partition_path(partition)).touch()
        self.fail(StateError(f"the local state of partition {partition} cannot be trusted, it will be read anew"))

    def apply_changelog_batch(self, batch: Any) -> None:
        """Write what the framework read for a standby."""
        events = [event for event in batch if is_row(event.message, event.message.partition)]
        with self.failing():
            super().apply_changelog_batch(events)
            for partition in {event.message.partition for event in events}:
                self.data._db_for_partition(partition).put(KEPT_AT_KEY, str(time.time()).encode())

    def discard_if_old(self, partition: int, now_s: float) -> bool:
        """Throw away local state that was not written for so long that it may have missed deletions.

        Called when the partition comes, before its changelog is read: also a process that runs may get one back after days.
        """
        written = self.data._db_for_partition(partition).get(KEPT_AT_KEY)
        if self.persisted_offset(self.changelog_tp(partition)) is None:
            return False
        if written is not None and float(written) >= now_s - LOCAL_STATE_KEPT_S:
            return False
        log.warning("the local state of partition %d is too old, it is read anew", partition)
        self.data._dbs.pop(partition).close()
        shutil.rmtree(self.data.partition_path(partition))
        STATE_REBUILT.labels(self.app.conf.id).inc()
        return True

    def changelog_tp(self, partition: int) -> TP:
        """Return the changelog's topic and partition."""
        return TP(self.changelog_topic.get_topic_name(), partition)

    def keep(self, partition: int, writes: Mapping[bytes, bytes | None], offset: int) -> None:
        """Write confirmed rows to RocksDB, and how far into the changelog they reach, in one batch."""
        batch = rocksdict.WriteBatch(raw_mode=True)
        for key, value in writes.items():
            if value is None:
                batch.delete(key)
            else:
                batch.put(key, value)
        batch.put(self.data.offset_key, str(offset).encode())
        batch.put(KEPT_AT_KEY, str(time.time()).encode())
        self.data._db_for_partition(partition).write(batch)

    async def on_rebalance(
        self, assigned: set[TP], revoked: set[TP], newly_assigned: set[TP], generation_id: int = 0
    ) -> None:
        """Forget what was held in memory: it is read again after recovery."""
        self.forget()
        await super().on_rebalance(assigned, revoked, newly_assigned, generation_id)

    @contextlib.contextmanager
    def failing(self) -> Iterator[None]:
        """End the worker where what recovery read cannot be written: Faust would go on without it."""
        try:
            yield
        except Exception as error:
            self.fail(StateError(f"rows cannot be stored: {error!r}"))
            raise

    def _new_store(self) -> Any:
        store = super()._new_store()
        store.rocksdb_options = SharingOptions(**self.options, use_rocksdict=True)
        return store

    def _states(self) -> dict[int, PartitionState]:
        if "partition_states" not in self.__dict__:
            self.partition_states = {}
        return self.partition_states
