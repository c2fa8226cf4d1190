"""A plan is arithmetic: what so many cameras need, held against sums made by hand on round figures."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bench.scale.assumptions import Figures, PlanAssumptions, load_assumptions, load_figures
from bench.scale.page import PAGE, SIZES, printed, tables, written
from bench.scale.plan import WAYS, EventRates, by_topic, cameras_per_box, disk_bytes, kept_s, limits, plan, stage_use
from streams import topics
from streams.cli.main import build_app
from streams.config.yaml import FileError
from streams.topics import DAY_MS, HOUR_MS, LEGAL_MS


def figures(**changes: Any) -> Figures:
    """Return figures of a bench with round numbers."""
    made: dict[str, Any] = {
        "cameras": 1_000,
        "observations": {
            "corroborate_us": 200, "broker_us": 100, "plain_us": 20,
            "bytes": {topics.OBSERVATIONS: 1e3}, "records": {topics.OBSERVATIONS: 1},
        },
        "detections": {
            "observe_us": 400, "broker_us": 200,
            "bytes": {topics.DETECTIONS: 1e3, topics.OBSERVATIONS: 77.0},
            "records": {topics.DETECTIONS: 1, topics.OBSERVATIONS: 0.2},
        },
        "reports": {
            "locate_us": 1_000, "corroborate_us": 2_000, "decide_us": 3_000, "broker_us": 5_000,
            "decide_us_per_evidence": 1_500, "plain_us": 30,
            "bytes": {topics.ALERTS: 1e4}, "records": {topics.ALERTS: 2},
        },
        "memory": {
            "kb_per_camera": dict.fromkeys(("observe", "corroborate", "locate", "decide"), 10.0), "kb_per_open_alert": 30.0,
            "mb_per_process": dict.fromkeys(("observe", "corroborate", "locate", "decide"), 100.0),
        },
        "start_cpu_s": {"observe": 3.0, "locate": 2.0},
        "idle_share": {"observe": 0.01},
        "tick_bytes": 500.0,
    }  # fmt: skip
    return Figures.model_validate(made | changes)


def told(**changes: Any) -> PlanAssumptions:
    """Return round assumptions: always busy, full to the brim, one zone."""
    round_ones = {
        "active_share": 0.5, "peak_active_share": 1.0, "reports_per_camera_day": 86.4, "peak_reports": 2.0, "open_hours": 1.0,
        "fill": 1.0, "picture_bytes": 1e5, "detect_ms": 20, "decode_active_share": 0.1, "edge_detect_ms": 180,
        "edge_box_cores": 4,
        "quiet_every_s": 10, "card_pictures_per_s": 1_000, "server_cores": 10,
    }  # fmt: skip
    return load_assumptions().model_copy(update=round_ones | changes)


def test_rates_are_those_of_what_cameras_show() -> None:
    """Half of the time five pictures a second and an observation, else one of either every ten seconds."""
    rates = EventRates.mean(100, told())
    assert [rates.pictures, rates.observations, rates.reports] == pytest.approx([255, 55, 0.1])
    assert EventRates.peak(100, told()).pictures == pytest.approx(500)
    assert EventRates.peak(100, told()).reports == pytest.approx(0.2)


def test_cores_are_rates_times_what_an_event_costs() -> None:
    """Of 1,000 cameras in the busiest hour: 5,000 pictures, 1,000 observations and 2 reports a second."""
    assert stage_use(EventRates.peak(1_000, told()), figures()) == pytest.approx(
        {"observe": 2.0, "corroborate": 0.2 + 0.004, "locate": 0.002, "decide": 0.006}
    )
    made = plan(1_000, "central, cores", figures(), told())
    assert made.cores["detect"] == pytest.approx(100)
    assert made.cores["capture"] == pytest.approx(100)
    assert made.cores["broker"] == pytest.approx(3 * (1.0 + 0.1 + 0.01))
    assert made.total_cores == 206
    half_full = plan(1_000, "central, cores", figures(), told(fill=0.5))
    assert half_full.cores["observe"] == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("way", "cards", "boxes", "vision"),
    [
        ("central, cores", 0, 0, {"capture", "detect"}),
        ("central, cards", 5, 0, {"capture"}),
        ("edge", 0, 250, set()),
    ],
)
def test_where_pictures_are_looked_at_decides_what_they_take(
    way: Any, cards: int, boxes: int, vision: set[str]
) -> None:
    """A box of four cores carries four cameras at .1 + 5 x .18 of a core."""
    made = plan(1_000, way, figures(), told())
    assert (made.cards, made.boxes) == (cards, boxes)
    assert {"capture", "detect"} & set(made.cores) == vision
    assert cameras_per_box(told()) == 4
    assert cameras_per_box(told(edge_detect_ms=10_000)) == 1


def test_partitions_are_as_many_as_the_busiest_stage_has_cores() -> None:
    """A partition is read by one process, and a process uses one core; fewer than the project has are not told."""
    assert plan(1_000, "edge", figures(), told()).camera_partitions == topics.CAMERA_PARTITIONS
    made = plan(10_000, "edge", figures(), told())
    assert (made.camera_partitions, made.room_partitions) == (20, topics.ROOM_PARTITIONS)
    assert plan(1_000_000, "edge", figures(), told()).room_partitions == 6


def test_brokers_are_for_what_comes_in_and_what_is_kept() -> None:
    """500 MB/s of pictures in three copies, 100 MB/s each; no pictures where they are looked at beside the cameras."""
    assert plan(1_000, "central, cores", figures(), told()).brokers == 16
    assert plan(1_000, "edge", figures(), told(broker_disk_gb=1e6)).brokers == 3
    assert plan(99, "edge", figures(), told()).brokers == 1
    by_disk = plan(1_000, "edge", figures(), told(broker_disk_gb=100))
    assert by_disk.brokers == -(-by_disk.disk_gb // 100)


def test_disk_is_what_comes_until_its_topic_lets_it_go() -> None:
    """Detections a day and an hour, observations 27 days and half a one; compacted topics a day until they are compacted."""
    assert kept_s(topics.DETECTIONS) == pytest.approx((DAY_MS + HOUR_MS) / 1e3)
    assert kept_s(topics.OBSERVATIONS) == pytest.approx((LEGAL_MS + 12 * HOUR_MS) / 1e3)
    assert kept_s(topics.ALERT_STATE) == pytest.approx((DAY_MS + 12 * HOUR_MS) / 1e3)
    rates = EventRates(pictures=1.0, observations=1.0, reports=0.0)
    none = EventRates(0.0, 0.0, 0.0)
    seen = disk_bytes(rates, none, figures(tick_bytes=0), told(), "edge", 4, 4)
    assert seen == pytest.approx(1e3 * (kept_s(topics.DETECTIONS) + kept_s(topics.OBSERVATIONS)))
    ticks = disk_bytes(none, none, figures(), told(), "edge", 4, 6)
    assert ticks == pytest.approx(500 * 10 * kept_s(topics.ROOM_TICKS))
    pictures = disk_bytes(none, rates, figures(tick_bytes=0), told(), "central, cores", 4, 4)
    assert pictures == pytest.approx(1e5 * kept_s(topics.CAMERA_FRAMES))


def test_an_observation_is_counted_once() -> None:
    """What detections bring further on is an observation, and is not counted with them too."""
    rates = EventRates(pictures=5.0, observations=1.0, reports=0.0)
    assert by_topic(rates, figures())[topics.OBSERVATIONS] == pytest.approx(1e3)
    assert by_topic(rates, figures(), "records") == pytest.approx(
        {topics.DETECTIONS: 5, topics.OBSERVATIONS: 1, topics.ALERTS: 0}
    )


def test_memory_grows_with_cameras_processes_and_open_alerts() -> None:
    """11,000 cameras are 100 MB more than the 1,000 at which a process had 100."""
    made = plan(11_000, "edge", figures(), told())
    processes = 22 + 3 + 1 + 1  # observe 22 cores, corroborate 2.2, one each
    alerts_mb = 11_000 * 86.4 * 2 / 24 * 30 / 1e3
    assert made.memory_gb == pytest.approx((processes * 200 + alerts_mb) / 1e3 + made.brokers)


def test_euros_are_purchases_by_months_and_electricity() -> None:
    """Nothing else; each price is the reader's."""
    cheap = told(
        months=10,
        kwh_euros=1.0,
        server_euros=1_000,
        core_watts=100,
        server_gb=1e6,
        edge_box_euros=50,
        edge_box_watts=10,
    )
    assert cheap.core_month == pytest.approx(10 + 73)
    made = plan(1_000, "edge", figures(), cheap)
    assert made.euros_month["cores"] == pytest.approx(6 * 83)
    assert made.euros_month["boxes"] == pytest.approx(250 * (5 + 7.3))
    by_memory = plan(1_000, "edge", figures(), cheap.model_copy(update={"server_gb": 1.0}))
    assert by_memory.euros_month["cores"] == pytest.approx(10 * by_memory.memory_gb * 83)


@pytest.mark.parametrize("way", WAYS)
def test_at_a_limit_something_is_just_full(way: Any) -> None:
    """One camera more and a plan would have one more of it: limits and plans are of one arithmetic."""
    found = {limit.what: limit.cameras for limit in limits(way, figures(), told())}
    assert list(found.values()) == sorted(found.values())
    at = found["`observe`: 4 partitions of camera topics"]
    assert at == 2_000
    assert plan(at, way, figures(), told()).camera_partitions == 4
    assert plan(at + 1, way, figures(), told()).camera_partitions == 5
    assert found["a worker that must be ready in 90 s, and reads the whole registry first"] == 30_000


@pytest.mark.parametrize("way", WAYS)
def test_more_cameras_never_need_less(way: Any) -> None:
    """With the project's own figures and assumptions."""
    plans = [
        plan(cameras, way, load_figures(), load_assumptions()) for cameras in (1, 10, 99, 100, 1_000, 30_000, 10**6)
    ]
    for what in (
        "total_cores",
        "cards",
        "boxes",
        "camera_partitions",
        "room_partitions",
        "brokers",
        "disk_gb",
        "total_euros",
    ):
        values = [getattr(each, what) for each in plans]
        assert values == sorted(values), what


def test_the_tables_of_the_page_are_up_to_date() -> None:
    """`python -m bench.scale.page` writes them anew."""
    page = PAGE.read_text(encoding="utf-8")
    assert page == written(page, tables(load_figures(), load_assumptions()))
    assert all(f"| {cameras:,} | " in page for cameras in SIZES)


def test_the_page_says_where_its_figures_come_from() -> None:
    """Command, date, host and load stand with the figures, and on the page; prices are called assumptions."""
    runs = json.loads(Path("bench/scale/figures.json").read_text(encoding="utf-8"))["measured"]
    page = PAGE.read_text(encoding="utf-8")
    for run, what in ((run, what) for run in runs for what in ("command", "date", "load")):
        assert run[what] in page, run
    assert f"assumptions of {load_assumptions().date}" in page
    assert load_figures().cameras == 10_000


def test_a_page_without_markers_is_refused() -> None:
    """Nothing is written beside them."""
    with pytest.raises(ValueError, match=re.escape("<!-- plan: begin -->")):
        written("nothing", {"plan": "x"})


def test_the_command_prints_a_plan() -> None:
    """Without a broker, from the reader's own prices, which it says are assumptions."""
    run = CliRunner().invoke(build_app(), ["bench", "scale", "--plan", "1000"])
    assert run.exit_code == 0, run.output
    assert run.output.strip() == printed(1_000, load_figures(), load_assumptions())
    assert "not facts" in run.output


def test_the_command_takes_the_readers_own_assumptions(tmp_path: Path) -> None:
    """Twice the price of a box gives more euros; a missing or unknown field is one line with its name."""
    text = Path("bench/scale/assumptions.yaml").read_text(encoding="utf-8")
    ours = tmp_path / "ours.yaml"
    ours.write_text(text.replace("edge_box_euros: 500", "edge_box_euros: 1000"), encoding="utf-8")
    run = CliRunner().invoke(build_app(), ["bench", "scale", "--plan", "1000", "--assumptions", str(ours), "--json"])
    assert run.exit_code == 0, run.output
    boxes = json.loads(run.output)["plans"]["edge"]["euros_month"]["boxes"]
    assert boxes > plan(1_000, "edge", load_figures(), load_assumptions()).euros_month["boxes"]
    ours.write_text(text.replace("fill: 0.6", "fill: 6"), encoding="utf-8")
    with pytest.raises(FileError, match=r"ours\.yaml:\d+: fill: "):
        load_assumptions(ours)


@pytest.mark.parametrize("options", [[], ["--simulate", "--plan", "10"]])
def test_one_of_measuring_and_planning_is_asked_for(options: list[str]) -> None:
    """Neither and both are refused."""
    run = CliRunner().invoke(build_app(), ["bench", "scale", *options])
    assert run.exception is not None
    assert "--simulate, --plan" in str(run.exception)
