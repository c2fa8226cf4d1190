"""The tables of docs/scaling.md, and what `bench scale --plan` prints: plans and limits in words.

`python -m bench.scale.page` writes the tables of the page anew.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal

from bench.scale.assumptions import Figures, PlanAssumptions, load_assumptions, load_figures
from bench.scale.plan import DAY_S, STAGES, WAYS, EventRates, ScalePlan, Way, by_topic, cameras_per_box, limits, plan

PAGE: Final = Path("docs/scaling.md")
SIZES: Final = (10, 1_000, 100_000)
LEAST: Final = 0.01
"""Of a core; what takes less is told as that."""


def tables(figures: Figures, told: PlanAssumptions) -> dict[str, str]:
    """Return the page's generated parts by the name that stands in its markers."""
    plans = [plan(cameras, way, figures, told) for cameras in SIZES for way in WAYS]
    return {
        "measured": measured_table(figures),
        "plan": plan_table(plans),
        "stages": stage_table(plans),
        "camera": camera_table(figures, told),
        "limits": "\n".join(limit_table(way, figures, told) for way in WAYS),
    }


def measured_table(figures: Figures) -> str:
    """Return what was measured: processor time per event and core, the broker's beside it, memory."""
    seen, found, report, memory = figures.observations, figures.detections, figures.reports, figures.memory
    rows = [
        _cost("an observation through `corroborate`", seen.corroborate_us, seen.broker_us, seen.plain_us),
        _cost("a picture's detections through `observe`", found.observe_us, found.broker_us, None),
        _cost("a report through `locate`, `corroborate`, `decide`", report.all_us, report.broker_us, None),
        _cost("of it one evidence through `decide`", report.decide_us_per_evidence, None, report.plain_us),
    ]
    head = (
        "event",
        "processor time",
        "a core takes a second",
        "the broker's",
        "only read and sent on, same run",
        "ratio",
    )
    held = [
        (
            f"`{stage}`",
            f"{memory.mb_per_process[stage]:,.0f} MB",
            f"{memory.kb_per_camera[stage]:.1f} kB",
            f"{figures.start_cpu_s[stage]:.1f} s",
            f"{figures.idle_share[stage]:.1%}",
        )
        for stage in STAGES
    ]
    held_head = (
        "process",
        f"memory with {figures.cameras:,} cameras",
        "of it each camera",
        "start, processor time, loaded",
        "of a core while idle",
    )
    alert = f"An open alert takes {memory.kb_per_open_alert:.1f} kB of `decide`.\n"
    return "\n".join((_table(head, rows), _table(held_head, held), alert))


def _cost(what: str, used_us: float, broker_us: float | None, plain_us: float | None) -> tuple[str, ...]:
    plain = ("", "") if plain_us is None else (f"{plain_us:,.0f} µs", f"{plain_us / used_us:.2f}")
    broker = "" if broker_us is None else f"{broker_us:,.0f} µs"
    return (what, f"{used_us:,.0f} µs", f"{1e6 / used_us:,.0f}", broker, *plain)


def plan_table(plans: Sequence[ScalePlan]) -> str:
    """Return what each plan needs, a row each."""
    head = (
        *(
            "cameras",
            "pictures are looked at",
            "cores",
            "cards or boxes",
            "memory",
            "partitions: cameras, rooms",
            "brokers",
        ),
        *("disk", "a day adds", "euros a month (assumed prices)"),
    )
    rows = [
        (
            f"{each.cameras:,}",
            _way(each.way),
            f"{each.total_cores:,}",
            _things(each),
            _gb(each.memory_gb),
            f"{each.camera_partitions:,}, {each.room_partitions:,}",
            f"{each.brokers:,}",
            _gb(each.disk_gb),
            _gb(each.day_gb),
            f"{each.total_euros:,}",
        )
        for each in plans
    ]  # fmt: skip
    return _table(head, rows)


def stage_table(plans: Sequence[ScalePlan]) -> str:
    """Return the cores of each plan by what they do."""
    names = ("capture", "detect", *STAGES, "broker")
    rows = []
    for each in plans:
        cores = (_cores(each.cores[name]) if name in each.cores else "" for name in names)
        rows.append((f"{each.cameras:,}", _way(each.way), *cores))
    return _table(("cameras", "pictures are looked at", *names[:-1], "brokers"), rows)


def camera_table(figures: Figures, told: PlanAssumptions) -> str:
    """Return what one camera, and one report, brings to the brokers in a mean day, one copy, by topic."""
    camera, report = replace(EventRates.mean(1, told), reports=0.0), EventRates(0.0, 0.0, 1.0)
    kinds: tuple[Literal["records", "bytes"], ...] = ("records", "bytes")
    found = [
        (by_topic(rates, figures, what), times) for rates, times in ((camera, DAY_S), (report, 1)) for what in kinds
    ]
    columns: list[Callable[[str], float]] = [partial(_times, by_name, times) for by_name, times in found]
    names = sorted({*figures.observations.bytes, *figures.detections.bytes, *figures.reports.bytes})
    names = [name for name in names if any(column(name) for column in columns)]
    rows = [(f"`{name}`", *_four(columns, [name])) for name in names]
    rows.append(("all", *_four(columns, names)))
    pictures = camera.pictures * DAY_S
    shown = f"{pictures * told.picture_bytes / 1e6:,.0f} MB"
    rows.append(("`camera-frames`, kept 15 minutes, in the centre alone", f"{pictures:,.0f}", shown, "", ""))
    return _table(("topic", "records of a camera and day", "bytes", "records of a report", "bytes"), rows)


def limit_table(way: Way, figures: Figures, told: PlanAssumptions) -> str:
    """Return what ends first where pictures are looked at like this."""
    rows = [(f"{each.cameras:,}", each.what, each.then) for each in limits(way, figures, told)]
    return f"Pictures looked at: {_way(way)}.\n\n" + _table(("cameras", "what ends there", "what takes over"), rows)


def printed(cameras: int, figures: Figures, told: PlanAssumptions) -> str:
    """Return the plans of so many cameras for a person at a terminal."""
    lines = [
        f"{cameras:,} cameras, {told.active_share:.0%} of the day and {told.peak_active_share:.0%} of the busiest hour with "
        f"something moving, {told.reports_per_camera_day:g} reports a camera and day.",
        f"Prices are assumptions of {told.date}, not facts: put your own in a copy of "
        "bench/scale/assumptions.yaml and give it with --assumptions.",
    ]
    for way in WAYS:
        each = plan(cameras, way, figures, told)
        lines += [
            "",
            f"Pictures looked at: {_way(way)}",
            f"  cores            {each.total_cores:,}: "
            + ", ".join(f"{name} {_cores(use)}" for name, use in each.cores.items()),
        ]
        if each.cards or each.boxes:
            lines.append(f"  cards, boxes     {each.cards:,}, {each.boxes:,} ({cameras_per_box(told)} cameras a box)")
        lines += [
            f"  partitions       {each.camera_partitions:,} of camera topics, {each.room_partitions:,} of room topics",
            f"  brokers          {each.brokers:,}",
            f"  memory, disk     {_gb(each.memory_gb)}, {_gb(each.disk_gb)}; a day adds {_gb(each.day_gb)}",
            f"  euros a month    {each.total_euros:,}: "
            + ", ".join(f"{name} {value:,.0f}" for name, value in each.euros_month.items() if value),
            "  ends first       "
            + "; ".join(f"at {limit.cameras:,} {limit.what}" for limit in limits(way, figures, told)[:2]),
        ]
    return "\n".join(lines)


def as_dict(cameras: int, figures: Figures, told: PlanAssumptions) -> dict[str, Any]:
    """Return the same for programs."""
    found = {}
    for way in WAYS:
        each = plan(cameras, way, figures, told)
        found[way] = vars(each) | {
            "total_cores": each.total_cores,
            "total_euros_month": each.total_euros,
            "limits": [vars(limit) for limit in limits(way, figures, told)],
        }
    return {"assumptions": told.model_dump(mode="json"), "plans": found}


def written(page: str, parts: dict[str, str]) -> str:
    """Return a page with its generated parts put between their markers.

    Raises:
        ValueError: A part has no markers.
    """
    for name, part in parts.items():
        begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
        before, found, rest = page.partition(begin)
        _, closed, after = rest.partition(end)
        if not found or not closed:
            raise ValueError(f"{PAGE} has no markers {begin.strip()} and {end}")
        page = f"{before}{begin}{part}{end}{after}"
    return page


def _times(by_name: dict[str, float], times: int, name: str) -> float:
    return by_name.get(name, 0.0) * times


def _four(columns: Sequence[Callable[[str], float]], names: Sequence[str]) -> list[str]:
    values = [sum(column(name) for name in names) for column in columns]
    return [_count(values[0]), _kb(values[1]), _count(values[2]), _kb(values[3])]


def _count(value: float) -> str:
    return "" if not value else f"{value:.2g}" if value < 10 else f"{value:,.0f}"


def _kb(value: float) -> str:
    if not value:
        return ""
    return f"{value / 1e6:,.1f} MB" if value >= 1e6 else f"{value / 1e3:,.1f} kB"


def _gb(value: float) -> str:
    if value >= 1_000:
        return f"{value / 1e3:,.1f} TB"
    return f"{value:.1f} GB" if value < 10 else f"{value:,.0f} GB"


def _things(each: ScalePlan) -> str:
    if each.cards:
        return "1 card" if each.cards == 1 else f"{each.cards:,} cards"
    return f"{each.boxes:,} boxes" if each.boxes else ""


def _cores(value: float) -> str:
    if value < LEAST:
        return f"< {LEAST:g}"
    return f"{value:.2f}" if value < 1 else f"{value:,.1f}" if value < 10 else f"{math.ceil(value):,}"


def _way(way: Way) -> str:
    return {
        "central, cores": "in the centre, on cores",
        "central, cards": "in the centre, on graphics cards",
        "edge": "beside the cameras",
    }[way]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head), *(f"| {' | '.join(row)} |" for row in rows)]
    return "".join(f"{line}\n" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(
        written(PAGE.read_text(encoding="utf-8"), tables(load_figures(), load_assumptions())), encoding="utf-8"
    )
