"""Plan: what so many cameras need, out of what was measured and what is assumed, and what stands in their way first.

All of it is arithmetic without a guess of its own: cores and partitions are counted for the busiest hour, disk for mean days
and each topic's own retention.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from bench.scale.assumptions import EventCost, Figures, PlanAssumptions
from streams import topics
from streams.local.supervisor import ProcessSpec
from streams.topics import BY_NAME, DAY_MS, changelog

Way = Literal["central, cores", "central, cards", "edge"]
WAYS: Final[tuple[Way, ...]] = ("central, cores", "central, cards", "edge")
DAY_S: Final = 86_400
BROKER_GB: Final = 1.0
"""Memory of a broker beside its page cache: a heap of 512 MB and what Java needs beside it."""
STAGES: Final = ("observe", "corroborate", "locate", "decide")


@dataclass(frozen=True)
class Limit:
    """Limit: at how many cameras something ends, and who takes over from there."""

    what: str
    cameras: int
    then: str


@dataclass(frozen=True)
class ScalePlan:
    """Scale plan: what so many cameras need.

    Attributes:
        cameras: How many.
        way: Where pictures are looked at, and on what.
        cores: By what they do, in the busiest hour, filled as assumed.
        cards: Graphics cards.
        boxes: Small computers beside cameras.
        camera_partitions: Partitions of each topic whose key is the camera.
        room_partitions: Of each whose key is the control room.
        brokers: How many.
        memory_gb: Of all processes and brokers, page cache not counted.
        disk_gb: Of all copies.
        day_gb: What a day adds to it, all copies, pictures not counted.
        euros_month: By what they are for.
    """

    cameras: int
    way: Way
    cores: dict[str, float]
    cards: int
    boxes: int
    camera_partitions: int
    room_partitions: int
    brokers: int
    memory_gb: float
    disk_gb: float
    day_gb: float
    euros_month: dict[str, float]

    @property
    def total_cores(self) -> int:
        """Return whole cores in the centre, all together."""
        return math.ceil(sum(self.cores.values()))

    @property
    def total_euros(self) -> int:
        """Return euros a month, all together."""
        return round(sum(self.euros_month.values()))


@dataclass(frozen=True)
class EventRates:
    """Event rates: how many a second."""

    pictures: float
    observations: float
    reports: float

    @classmethod
    def of(cls, cameras: float, active: float, reports: float, told: PlanAssumptions) -> EventRates:
        """Return them where a share of the cameras shows something and reports come so many times the mean."""
        at_once = active * told.fps + (1 - active) / told.quiet_every_s
        seconds = active + (1 - active) / told.quiet_every_s
        return cls(
            cameras * at_once,
            cameras * told.zones_per_camera * seconds,
            cameras * told.reports_per_camera_day / DAY_S * reports,
        )

    @classmethod
    def mean(cls, cameras: float, told: PlanAssumptions) -> EventRates:
        """Return those of a mean moment of a day."""
        return cls.of(cameras, told.active_share, 1.0, told)

    @classmethod
    def peak(cls, cameras: float, told: PlanAssumptions) -> EventRates:
        """Return those of the busiest hour."""
        return cls.of(cameras, told.peak_active_share, told.peak_reports, told)


def plan(cameras: int, way: Way, figures: Figures, told: PlanAssumptions) -> ScalePlan:
    """Return what so many cameras need.

    Args:
        cameras: How many.
        way: Whether pictures are looked at in the centre, after Kafka, on cores or on graphics cards; or beside the cameras.
        figures: What was measured.
        told: What is assumed.
    """
    peak, mean = EventRates.peak(cameras, told), EventRates.mean(cameras, told)
    single = cameras < told.single_below
    copies = 1 if single else told.copies
    stages = {name: use / told.fill for name, use in stage_use(peak, figures).items()}
    camera_partitions = max(topics.CAMERA_PARTITIONS, math.ceil(max(stages["observe"], stages["corroborate"])))
    room_partitions = max(topics.ROOM_PARTITIONS, math.ceil(stages["decide"]))
    kept = disk_bytes(mean, peak, figures, told, way, camera_partitions, room_partitions)
    disk_gb = copies * kept / 1e9
    brokers = max(
        1 if single else 3,
        math.ceil(bytes_per_s(peak, figures, told, way) * copies / 1e6 / told.broker_mb_per_s),
        math.ceil(disk_gb / told.broker_disk_gb / told.fill),
    )
    cores = _vision(cameras, way, peak, told) | stages | {"broker": broker_use(peak, figures) * copies / told.fill}
    memory_gb = memory_mb(cameras, stages, figures, told) / 1e3 + brokers * BROKER_GB
    cards = math.ceil(peak.pictures / told.card_pictures_per_s / told.fill) if way == "central, cards" else 0
    boxes = math.ceil(cameras / cameras_per_box(told)) if way == "edge" else 0
    euros = {
        "cores": max(math.ceil(sum(cores.values())), memory_gb / told.gb_per_core) * told.core_month,
        "cards": cards * told.month(told.card_euros, told.card_watts),
        "disk": disk_gb * told.disk_gb_euros / told.months,
        "boxes": boxes * told.month(told.edge_box_euros, told.edge_box_watts),
    }
    day_gb = copies * DAY_S * sum(by_topic(mean, figures).values()) / 1e9
    return ScalePlan(
        cameras,
        way,
        cores,
        cards,
        boxes,
        camera_partitions,
        room_partitions,
        brokers,
        memory_gb,
        disk_gb,
        day_gb,
        euros,
    )


def stage_use(rates: EventRates, figures: Figures) -> dict[str, float]:
    """Return by stage how many cores it uses in full at these rates."""
    seen, report = figures.observations, figures.reports
    return {
        "observe": rates.pictures * figures.detections.observe_us / 1e6,
        "corroborate": (rates.observations * seen.corroborate_us + rates.reports * report.corroborate_us) / 1e6,
        "locate": rates.reports * report.locate_us / 1e6,
        "decide": rates.reports * report.decide_us / 1e6,
    }


def broker_use(rates: EventRates, figures: Figures) -> float:
    """Return the cores of brokers for one copy, without the pictures, whose cost there was not measured."""
    flows = (
        (rates.pictures, figures.detections),
        (rates.observations, figures.observations),
        (rates.reports, figures.reports),
    )
    return sum(rate * (flow.broker_us or 0.0) for rate, flow in flows) / 1e6


def by_topic(rates: EventRates, figures: Figures, what: Literal["bytes", "records"] = "bytes") -> dict[str, float]:
    """Return by topic the bytes, or the records, per second, one copy, without pictures and ticks.

    Of detections their own topic and the state of `observe` count: an observation that comes of them is counted as one.
    """
    own = {topics.DETECTIONS, changelog("observe")}
    found: dict[str, float] = {}
    flows: tuple[tuple[float, EventCost, Callable[[str], bool]], ...] = (
        (rates.pictures, figures.detections, lambda name: name in own),
        (rates.observations, figures.observations, lambda name: name != changelog("decide")),  # its ticks, meanwhile
        (rates.reports, figures.reports, lambda name: name != topics.OBSERVATIONS),  # cameras showed something before
    )
    for rate, flow, counts in flows:
        for name, each in (flow.bytes if what == "bytes" else flow.records).items():
            if counts(name):
                found[name] = found.get(name, 0.0) + rate * each
    return found


def bytes_per_s(rates: EventRates, figures: Figures, told: PlanAssumptions, way: Way) -> float:
    """Return what brokers take in, one copy."""
    pictures = 0.0 if way == "edge" else rates.pictures * told.picture_bytes
    return pictures + sum(by_topic(rates, figures).values())


def disk_bytes(
    mean: EventRates, peak: EventRates, figures: Figures, told: PlanAssumptions, way: Way, camera: int, room: int
) -> float:
    """Return what one copy of everything takes: each topic by its own retention, compacted ones by a day without compaction."""
    total = sum(rate * kept_s(name) for name, rate in by_topic(mean, figures).items())
    total += sum(
        figures.tick_bytes * partitions * kept_s(name)  # a tick a second in each partition
        for name, partitions in ((topics.CAMERA_TICKS, camera), (topics.ROOM_TICKS, room))
    )
    if way != "edge":
        total += peak.pictures * told.picture_bytes * kept_s(topics.CAMERA_FRAMES)
    return total


def kept_s(topic: str) -> float:
    """Return for how many seconds a topic's records stand on disk: compacted ones until they are compacted, a day."""
    spec = BY_NAME[topic]
    kept_ms = DAY_MS if "compact" in spec.cleanup or spec.retention_ms is None else spec.retention_ms
    return (kept_ms + spec.segment_ms) / 1e3  # whole segments go


def cameras_per_box(told: PlanAssumptions) -> int:
    """Return how many cameras a small computer beside them decodes and looks at in their busiest hour."""
    ms, active = told.edge_detect_ms / 1e3, told.peak_active_share
    each = active * (told.decode_active_share + told.fps * ms)
    each += (1 - active) * (told.decode_quiet_share + ms / told.quiet_every_s)
    return max(1, math.floor(told.edge_box_cores * told.fill / each))


def memory_mb(cameras: int, cores: Mapping[str, float], figures: Figures, told: PlanAssumptions) -> float:
    """Return what all processes of the stages hold: each reads the whole registry; open alerts are there once."""
    memory = figures.memory
    total = 0.0
    for stage in STAGES:
        each_mb = memory.mb_per_process[stage] + memory.kb_per_camera[stage] * (cameras - figures.cameras) / 1e3
        total += math.ceil(cores[stage]) * max(each_mb, 0.0)
    open_alerts = cameras * told.reports_per_camera_day * told.peak_reports * told.open_hours / 24
    return total + open_alerts * memory.kb_per_open_alert / 1e3


def _vision(cameras: int, way: Way, peak: EventRates, told: PlanAssumptions) -> dict[str, float]:
    """Return the cores of the centre that pictures take."""
    if way == "edge":
        return {}
    active, quiet = told.peak_active_share, 1 - told.peak_active_share
    decode = {"capture": cameras * (active * told.decode_active_share + quiet * told.decode_quiet_share) / told.fill}
    if way == "central, cards":
        return decode
    return decode | {"detect": peak.pictures * told.detect_ms / 1e3 / told.fill}


def limits(way: Way, figures: Figures, told: PlanAssumptions) -> list[Limit]:
    """Return what ends at how many cameras as the project comes, the first first."""

    def until(use: Callable[[EventRates], float], most: float) -> int:
        """Return how many cameras reach so much of something that grows with them."""
        return math.floor(1_000 * most / use(EventRates.peak(1_000, told)))

    def full(stage: str) -> Callable[[EventRates], float]:
        return lambda rates: stage_use(rates, figures)[stage] / told.fill

    def taken(rates: EventRates) -> float:
        return bytes_per_s(rates, figures, told, way) * told.copies / 1e6

    camera, room = topics.CAMERA_PARTITIONS, topics.ROOM_PARTITIONS
    more = "more partitions, a process for each: Kafka's consumer groups share them out, KEDA starts processes by lag"
    start_s = max(figures.start_cpu_s.values()) / figures.cameras
    ready_s = ProcessSpec.ready_within_s
    cards = "graphics cards, or detection beside the cameras"
    found = [
        Limit(f"`observe`: {camera} partitions of camera topics", until(full("observe"), camera), more),
        Limit(f"`corroborate`: {camera} partitions of camera topics", until(full("corroborate"), camera), more),
        Limit(f"`decide`: {room} partitions of room topics", until(full("decide"), room), more),
        Limit("`locate`: one partition of `incidents`", until(full("locate"), 1), "more partitions, by the report's own key"),
        Limit(
            f"three brokers that take in {told.broker_mb_per_s:.0f} MB/s each",
            until(taken, 3 * told.broker_mb_per_s),
            "more brokers of the same Kafka; the oldest segments to object storage (tiered storage)"
            if way == "edge"
            else "detection beside the cameras: no picture comes to Kafka; before that more brokers",
        ),
        Limit(
            f"a worker that must be ready in {ready_s:.0f} s, and reads the whole registry first",
            math.floor(ready_s / start_s),
            "a registry and a pipeline per municipality: each answers for its own cameras by law anyway",
        ),
    ]  # fmt: skip
    if way == "central, cores":
        detect = until(lambda rates: rates.pictures * told.detect_ms / 1e3 / told.fill, told.server_cores)
        found.append(Limit(f"`detect` on one server of {told.server_cores} cores", detect, cards))
    if way == "central, cards":
        one = until(lambda rates: rates.pictures / told.fill, told.card_pictures_per_s)
        found.append(
            Limit("one graphics card", one, "one card more for each so many; `detect` is a consumer group too")
        )
    return sorted(found, key=lambda limit: limit.cameras)
