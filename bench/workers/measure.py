"""`bench workers`: a second worker, a partition that moves, a busy room.

**A second worker** drains the same backlog as one, in adjacent pairs. Two cores cannot carry two workers, a broker and a load, so
they are given shares: the backlog is sent before, the workers run on one core in slots of their own, the broker on the other.
A worker that is alone leaves the other slot empty: it has as much of the core as each of two. What is compared is the time from
the first to the last decision by the broker's clock, and beside it processor seconds per report (`counted_ratio`), which another
load on the machine does not stop and start with.

**A partition that moves**: with open alerts in each partition a second worker comes with an empty disk, and later the first one
leaves for good. A report comes to each partition four times a second; the longest that one waited is how long it moved.

**A busy room**: reports of a neighbour in the same partition, by the ordinary and by the urgent topic, and of a room in another
partition, alone and beside a room that floods.
"""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from kafka import KafkaProducer

from bench.detect.measure import percentile
from bench.start.load import rooms
from bench.start.measure import fill
from bench.workers.running import (
    ReportLoad,
    Waited,
    by_turns,
    cpu_s,
    deciding,
    encoded,
    own_broker,
    pin_apart,
    send,
    stop,
)
from schemas.codec import Encoded, encode
from streams import topics
from streams.clock import utc_now

DECIDED_WITHIN_S: Final = 900.0
LEFT_OUT: Final = 0.1
"""Share of a round's decisions before the clock starts."""
PROBE_EVERY_S: Final = 0.25
SETTLED_S: Final = 14.0
"""A worker of the round before is missed after ten seconds; then partitions are shared out anew."""
LEAVES_S: Final = 40.0
"""How long reports go on after a worker left: it is missed for ten seconds before another takes over."""
MOVED_MS: Final = 1_000.0
"""A partition in which a report waited longer than this has moved."""
CALM_S: Final = 10.0


class WorkersBench:
    """One run.

    Args:
        servers: The cluster; its topics exist and nothing else uses them.
        folder: For state and logs.
        say: Takes a line for a person.
    """

    def __init__(self, servers: str, folder: Path, say: Callable[[str], None]) -> None:
        self._servers, self._folder, self._say = servers, folder, say
        self._load = ReportLoad()

    def second_worker(self, reports: int, pairs: int) -> dict[str, Any]:
        """Return what two workers decide beside one, of a backlog of so many reports."""
        rounds = []
        for number in range(pairs):
            rounds.append((self._round(reports, 1), self._round(reports, 2)))
            one, two = rounds[-1]
            self._say(f"pair {number + 1} of {pairs}: {one['per_s']:.0f} and {two['per_s']:.0f} reports/s")
        return {
            "reports": reports,
            "pairs": [[one["per_s"], two["per_s"]] for one, two in rounds],
            "ratio": round(statistics.median(two["per_s"] / one["per_s"] for one, two in rounds), 3),
            "counted_ratio": round(statistics.median(_counted(one, two) for one, two in rounds), 3),
            "cpu_us": [[one["cpu_us"], two["cpu_us"]] for one, two in rounds],
            "busiest_share": round(statistics.median(two["busiest_share"] for _, two in rounds), 3),
            "broker_share": [[one["broker_share"], two["broker_share"]] for one, two in rounds],
        }

    def _round(self, reports: int, workers: int) -> dict[str, float]:
        now, partitions = utc_now(), topics.ROOM_PARTITIONS
        made = encoded((self._load.report(number % partitions, now) for number in range(reports)), now)
        with ExitStack() as running:
            pids = [
                running.enter_context(deciding(self._servers, self._folder, f"decide-{each}"))
                for each in range(workers)
            ]
            time.sleep(SETTLED_S)  # the second one's partitions have moved
            pin_apart(pids)
            waited, broker = Waited(self._servers), own_broker()
            used, broker_s, began_s = [cpu_s(pid) for pid in pids], cpu_s(broker) if broker else 0.0, time.monotonic()
            stop(pids)
            send(self._servers, made)
            running.enter_context(by_turns(pids))
            decided = waited.decided(DECIDED_WITHIN_S)
            spent = [cpu_s(pid) - before for pid, before in zip(pids, used, strict=True)]
            broker_share = (cpu_s(broker) - broker_s) / (time.monotonic() - began_s) if broker else 0.0
        times_s = sorted(at_s for _, at_s, _, _ in decided)
        first = int(LEFT_OUT * len(times_s))
        return {
            "per_s": round((len(times_s) - first) / (times_s[-1] - times_s[first]), 1),
            "cpu_us": round(1e6 * sum(spent) / reports, 1),
            "busiest_share": max(spent) / sum(spent),
            "broker_share": round(broker_share, 2),
        }

    def moving(self, alerts: int) -> dict[str, Any]:
        """Return how long reports waited while partitions with so many open alerts, all together, moved."""
        self._say(f"filling the changelog with {alerts} open alerts")
        filled = fill(self._servers, alerts, 0, self._folder)
        self._say(
            f"{filled.records} records, {filled.row_bytes / 1e6:.0f} MB; a worker, then a second one with an empty disk"
        )
        with ExitStack() as second:
            with deciding(self._servers, self._folder, "moving-a"):
                with Probes(self._servers, self._load):
                    time.sleep(SETTLED_S)
                    joined, began_s = Waited(self._servers), time.monotonic()
                    second.enter_context(deciding(self._servers, self._folder, "moving-b"))
                    ready_s = time.monotonic() - began_s
                    time.sleep(SETTLED_S)
                came = joined.decided(DECIDED_WITHIN_S)
            self._say(f"the second was ready after {ready_s:.1f} s; the first leaves for good")
            left = Waited(self._servers)
            with Probes(self._servers, self._load):
                time.sleep(LEAVES_S)
            went = left.decided(DECIDED_WITHIN_S)
        return {
            "alerts": alerts,
            "records": filled.records,
            "megabytes": round(filled.row_bytes / 1e6, 1),
            "second_ready_s": round(ready_s, 2),
            "joins": _longest(came),
            "leaves": _longest(went),
        }

    def busy_room(self, flood: int, per_s: float) -> dict[str, Any]:
        """Return how long neighbours' reports waited, alone and beside so many reports of one room at once."""
        with deciding(self._servers, self._folder, "room") as pid:
            pin_apart([pid])
            alone = self._neighbours(per_s, [])
            now = utc_now()
            made = encoded((self._load.report(0, now, room=0) for _ in range(flood)), now)
            self._say(f"{flood} reports of one room at once, and {per_s:.0f} a second of each of three neighbours")
            beside = self._neighbours(per_s, made)
        return {"flood": flood, "per_s": per_s, "alone": alone, "beside": beside}

    def _neighbours(self, per_s: float, flood: Sequence[Encoded]) -> dict[str, Any]:
        waited, producer = (
            Waited(self._servers),
            KafkaProducer(bootstrap_servers=self._servers, acks="all", linger_ms=2),
        )
        lanes = {"same": (0, topics.EVIDENCE), "urgent": (0, topics.EVIDENCE_URGENT), "other": (1, topics.EVIDENCE)}
        flooding = threading.Thread(target=send, args=(self._servers, flood))
        flooding.start()
        began_s = time.monotonic()
        for number in range(int(per_s * CALM_S)):
            time.sleep(max(0.0, began_s + number / per_s - time.monotonic()))
            for turn, (partition, topic) in enumerate(lanes.values()):
                now = utc_now()
                record = encode(
                    self._load.report(partition, now, room=1 + turn), stage="bench", handled_at=now, entered_at=now
                )
                producer.send(topic, key=record.key, value=record.value, headers=record.headers)
        producer.flush()
        producer.close()
        flooding.join()
        decided = waited.decided(DECIDED_WITHIN_S)
        busy = rooms()[0][0]
        flooded = [(came_s, told_s) for came_s, told_s, _, room in decided if room == busy]
        found: dict[str, Any] = {
            lane: _quantiles(
                [
                    told_s - came_s
                    for came_s, told_s, place, room in decided
                    if room != busy and place[:2] == (topic, partition)
                ]
            )
            for lane, (partition, topic) in lanes.items()
        }
        if flooded:
            found["flood_s"] = round(max(told_s for _, told_s in flooded) - min(came_s for came_s, _ in flooded), 2)
        return found


class Probes:
    """Probes: a report to each partition four times a second, until the end of the block."""

    def __init__(self, servers: str, load: ReportLoad) -> None:
        self._servers, self._load = servers, load
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._send)

    def __enter__(self) -> None:
        """Begin."""
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        """End."""
        self._ended.set()
        self._thread.join()

    def _send(self) -> None:
        producer = KafkaProducer(bootstrap_servers=self._servers, acks="all", linger_ms=2)
        while not self._ended.wait(PROBE_EVERY_S):
            now = utc_now()
            for partition in range(topics.ROOM_PARTITIONS):
                record = encode(self._load.report(partition, now), stage="bench", handled_at=now, entered_at=now)
                producer.send(topics.EVIDENCE, key=record.key, value=record.value, headers=record.headers)
        producer.flush()
        producer.close()


def _counted(one: Mapping[str, float], two: Mapping[str, float]) -> float:
    """Return what two workers decide beside one where each has a core of its own, by processor seconds alone.

    The busier of two must be done too: with half of the reports each, at the same cost, it is 2.
    """
    return one["cpu_us"] / (two["cpu_us"] * two["busiest_share"])


def _longest(decided: Sequence[tuple[float, float, tuple[str, int, int], str]]) -> dict[str, Any]:
    """Return how long a report waited at most, by partition, and in which it waited so long that it must have moved."""
    by_partition: dict[int, float] = {}
    for came_s, told_s, place, _ in decided:
        by_partition[place[1]] = max(by_partition.get(place[1], 0.0), told_s - came_s)
    longest = {partition: round(waited_s, 2) for partition, waited_s in sorted(by_partition.items())}
    moved = [partition for partition, waited_s in longest.items() if 1e3 * waited_s > MOVED_MS]
    return {"longest_s": max(longest.values()), "by_partition_s": longest, "moved": moved, "reports": len(decided)}


def _quantiles(waits_s: Sequence[float]) -> dict[str, float]:
    found = {f"p{share * 100:.0f}_ms": round(1e3 * percentile(list(waits_s), share), 1) for share in (0.5, 0.95)}
    return {"reports": len(waits_s), **found, "most_ms": round(1e3 * max(waits_s), 1)}


def measure(servers: str, part: str, sizes: dict[str, int], folder: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """Return the figures of one part, on a cluster that nothing else used; see `toezicht bench workers --help`."""
    bench = WorkersBench(servers, folder, say)
    if part == "second":
        return bench.second_worker(sizes["reports"], sizes["pairs"])
    if part == "room":
        return bench.busy_room(sizes["flood"], sizes["per_s"])
    return bench.moving(sizes["alerts"])
