"""Cost of a report, counted without Kafka: what it sends and writes, and the processor time of each step.

The real intake and the real stages behind the real runners, over a RocksDB for each partition, one report after the other. What
is counted here does not depend on the machine; what the framework and the client add is counted in the worker of `bench flow`.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter, defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

import rocksdict

from bench.flow.load import observations, registry, report_lines
from schemas.codec import encode
from streams import topics
from streams.clock import utc_now
from streams.config.files import load_rules
from streams.intake.intake import Intake
from streams.intake.lines import Line
from streams.intake.sources.categories import load_categories
from streams.intake.sources.recorded import RecordedReports
from streams.kafka.partitioner import partition_of
from streams.kafka.record import Raw, Record, Where
from streams.runtime.assignment import PartitionAssignment
from streams.runtime.faust.table import StateTable
from streams.runtime.runner import Runner
from streams.runtime.send_queue import QueuedInput
from streams.runtime.state import PartitionState
from streams.settings import Settings
from streams.stages.base import Stage
from streams.stages.corroborate.stage import Corroborate
from streams.stages.decide.stage import Decide
from streams.stages.locate import Locate
from streams.stages.row_versions import kind_of

WARM: Final = 0.2
"""Share of the reports that are handled before anything is counted."""


@dataclass
class Volume:
    """Volume: how many there were, and their bytes: keys, values and headers."""

    number: int = 0
    size: int = 0

    def add(self, size: int) -> None:
        """Count one."""
        self.number += 1
        self.size += size


@dataclass
class ReportCounts:
    """Report counts: what reports caused.

    Attributes:
        reports: How many reports.
        records: By topic, changelogs included.
        rows: Of the changelogs, by stage and kind of row.
        same: By stage and kind, rows that were written as they were before.
        taken: Messages that a stage decoded and checked, by stage.
        documents: Messages that were encoded, by stage; the same for two topics counts once.
        cpu_s: Processor seconds by step: decided, encoded and stored.
    """

    reports: int = 0
    records: dict[str, Volume] = field(default_factory=dict)
    rows: dict[str, Volume] = field(default_factory=dict)
    same: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    documents: Counter[str] = field(default_factory=Counter)
    cpu_s: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def each(self) -> dict[str, Any]:
        """Return all of it per report."""
        n = max(1, self.reports)
        return {
            "reports": self.reports,
            "records": round(sum(each.number for each in self.records.values()) / n, 2),
            "bytes": round(sum(each.size for each in self.records.values()) / n),
            "topics": _each(self.records, n),
            "rows": _each(self.rows, n),
            "rows_unchanged": {name: round(count / n, 2) for name, count in sorted(self.same.items())},
            "validated": {name: round(count / n, 2) for name, count in sorted(self.taken.items())},
            "encoded": {name: round(count / n, 2) for name, count in sorted(self.documents.items())},
            "cpu_us": {name: round(1e6 * seconds / n, 1) for name, seconds in sorted(self.cpu_s.items())},
        }


def _each(found: Mapping[str, Volume], reports: int) -> dict[str, list[float]]:
    """Return per report how many and how many bytes, the largest first."""
    ordered = sorted(found.items(), key=lambda item: -item[1].size)
    return {name: [round(each.number / reports, 2), round(each.size / reports)] for name, each in ordered}


class _Step:
    """One stage behind its runner; stands where assignment, send queue and table stand."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self.stage = stage
        self.sent: list[tuple[Where, Raw]] = []
        self.written: list[tuple[int, Mapping[bytes, bytes | None]]] = []
        self.documents = 0
        self._folder = folder
        self._databases: dict[int, rocksdict.Rdict] = {}
        self._states: dict[int, PartitionState] = {}
        self.send_queue = self
        table = cast(StateTable, self) if stage.stateful else None
        self.runner = Runner(stage, cast(PartitionAssignment, self), table)

    def put(self, entry: QueuedInput, records: Sequence[tuple[Where, Raw]]) -> None:
        """Take what an input causes, and settle it at once."""
        self.sent += records
        self.documents += len({id(raw[1]) for _, raw in records})
        if entry.writes:
            batch = rocksdict.WriteBatch(raw_mode=True)
            for key, value in entry.writes.items():
                if value is None:
                    batch.delete(key)
                else:
                    batch.put(key, value)
            self._databases[entry.partition].write(batch)
            self.written.append((entry.partition, entry.writes))
        if entry.settled is not None:
            entry.settled()
        entry.acknowledge()

    def partition_state(self, partition: int) -> PartitionState:
        """Return the rows of a partition."""
        if partition not in self._states:
            options = rocksdict.Options(raw_mode=True)
            options.create_if_missing(True)
            self._databases[partition] = rocksdict.Rdict(str(self._folder / str(partition)), options=options)
            self._states[partition] = PartitionState(lambda: self._databases[partition])
        return self._states[partition]

    def close(self) -> None:
        """Close the databases."""
        for each in self._databases.values():
            each.close()


class ReportCost:
    """The chain, from a line of a feed to the alert.

    Args:
        folder: For the databases.
    """

    def __init__(self, folder: Path) -> None:
        grid, rules = registry(), load_rules()
        stages: list[Stage] = [
            Locate(grid, rules, Settings().time_zone),
            Corroborate(grid, rules),
            Decide(rules, grid.version),
        ]
        self._steps = [_Step(stage, folder / stage.name) for stage in stages]
        for step in self._steps:
            (folder / step.stage.name).mkdir(parents=True)
        self._intake = Intake(RecordedReports(load_categories(None)), None, utc_now)
        self._offsets: Counter[str] = Counter()
        self._rows: dict[tuple[str, int, bytes], bytes | None] = {}
        self.counted = ReportCounts()

    def show(self, share: int) -> None:
        """Let the cameras of a round show what they showed a few seconds ago."""
        now = utc_now()
        for observation in observations(now, share):
            made = encode(observation, stage="bench", handled_at=now, entered_at=now)
            self._run(
                topics.OBSERVATIONS, partition_of(topics.OBSERVATIONS, made.key), (made.key, made.value, made.headers)
            )
        self.counted = ReportCounts()

    def take(self, lines: Sequence[bytes]) -> ReportCounts:
        """Let reports come, and return what they caused."""
        self.counted = ReportCounts(reports=len(lines))
        for number, line in enumerate(lines):
            began_s = time.process_time()
            outgoing = self._intake.prepare(Line(number, line, len(line)))
            self.counted.cpu_s["intake"] += time.process_time() - began_s
            if outgoing is not None:
                key, value, headers = outgoing.record
                self.counted.documents["intake"] += 1
                self._count(outgoing.topic, (key, value, headers))
                self._run(outgoing.topic, partition_of(outgoing.topic, key), (key, value, headers))
        return self.counted

    def close(self) -> None:
        """Close the databases."""
        for step in self._steps:
            step.close()

    def _run(self, topic: str, partition: int, raw: Raw) -> None:
        waiting = deque([(topic, partition, raw)])
        while waiting:
            name, number, record = waiting.popleft()
            for step in self._steps:
                if name in step.stage.inputs:
                    waiting += self._step(step, name, number, record)

    def _step(self, step: _Step, topic: str, partition: int, raw: Raw) -> list[tuple[str, int, Raw]]:
        key, value, headers = raw
        offset = self._offsets[topic]
        self._offsets[topic] += 1
        record = Record(topic, partition, offset, key, value, headers, utc_now())
        name = step.stage.name
        began_s = time.process_time()
        step.runner.handle(record, lambda: None)
        self.counted.cpu_s[name] += time.process_time() - began_s
        self.counted.taken[name] += 1
        self.counted.documents[name] += step.documents
        sent, written = step.sent, step.written
        step.sent, step.written, step.documents = [], [], 0
        for (target, _), each in sent:
            self._count(target, each)
        for number, writes in written:
            self._count_rows(name, number, writes)
        return [(target, number, each) for (target, number), each in sent]

    def _count(self, topic: str, raw: Raw) -> None:
        key, value, headers = raw
        size = len(key or b"") + len(value or b"") + sum(len(name) + len(content) for name, content in headers)
        self.counted.records.setdefault(topic, Volume()).add(size)

    def _count_rows(self, stage: str, partition: int, writes: Mapping[bytes, bytes | None]) -> None:
        for key, value in writes.items():
            kind = f"{stage} {kind_of(key.decode())}"
            self._count(topics.changelog(stage), (key, value, []))
            self.counted.rows.setdefault(kind, Volume()).add(len(key) + len(value or b""))
            place = (stage, partition, key)
            if self._rows.get(place, b"") == value:
                self.counted.same[kind] += 1
            self._rows[place] = value


def cost_of(reports: int, share: int = 0) -> dict[str, Any]:
    """Return what a report costs: see `ReportCounts.each`; some are handled before, which are not counted."""
    with tempfile.TemporaryDirectory(prefix="toezicht-cost-") as scratch:
        cost = ReportCost(Path(scratch))
        cost.show(share)
        warm = max(1, int(WARM * reports))
        lines = report_lines(reports + warm, "cost", share)
        cost.take(lines[:warm])
        counted = cost.take(lines[warm:])
        cost.close()
        return counted.each()
