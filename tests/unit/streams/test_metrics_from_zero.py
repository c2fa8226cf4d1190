"""A counter with labels is a series before anything happens: Prometheus sees no increase in one that begins at 1."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar
from zoneinfo import ZoneInfo

import pytest
from prometheus_client import Counter

from console.api.guard import RequestGuard
from console.settings import ConsoleSettings
from streams.canary.probe import Canaries
from streams.capture.attention import AttentionService
from streams.capture.onvif.process import OnvifIntake
from streams.capture.sender import cameras_from_zero
from streams.clock import utc_now
from streams.completeness.check import Check
from streams.config.files import load_rules
from streams.domain.canary import asked_by
from streams.domain.partners.routing import DeliveryChannel, Routing
from streams.intake.geocoding.locatieserver import Locatieserver
from streams.intake.intake import Intake
from streams.intake.sources.categories import load_categories
from streams.intake.sources.recorded import RecordedReports
from streams.local.supervisor import ProcessSpec, Supervisor
from streams.logbook.process import Logbook
from streams.notify.delivery.outcome import Outcome
from streams.notify.notice import Notice
from streams.notify.notifiers.base import Notifier, NotifierOptions
from streams.notify.partners import PartnerChannel
from streams.notify.target import DeliveryTarget
from streams.presentation.metrics_page import declared
from streams.runtime.faust.stage_app import build
from streams.settings import KafkaSettings, Settings
from streams.stages.detect.sampling import SampledCameras
from streams.worker.stages import STAGES, make_stages
from tests.support.console.access import make_access
from tests.support.console.control_room import ControlRoom
from tests.support.console.parts import ConsoleInMemory
from tests.support.snapshots import office

DEPLOY = Path(__file__).parents[3] / "deploy"
CAMERA = "a-camera"
NOT_KNOWN = {
    "toezicht_messages_out_total": "a stage does not say beforehand where it writes; a rate is asked for, never the first",
    "toezicht_report_notes_total": "partners name themselves in their reports",
    "toezicht_intake_requests_total": "the codes of refusals are those of many places",
}
"""Counters of which not all label values are known at the start, with the reason; no rule may ask for their increase."""


class Quiet(Notifier[NotifierOptions]):
    """Delivers nothing."""

    kind: ClassVar[str] = "quiet"
    options_model: ClassVar[type[NotifierOptions]] = NotifierOptions

    def deliver(self, notices: Sequence[Notice], now: datetime) -> Outcome:
        raise NotImplementedError


def counters() -> dict[str, Counter]:
    """Return the counters with labels by name."""
    return {name: each for name, each in declared() if isinstance(each, Counter) and each._labelnames}


def samples(counter: Counter) -> dict[tuple[str, ...], float]:
    """Return a counter's series by their labels' values."""
    return {
        tuple(sample.labels[label] for label in counter._labelnames): sample.value
        for family in counter.collect()
        for sample in family.samples
        if sample.name.endswith("_total")
    }


async def built(settings: Settings, folder: Path) -> None:
    """Make all stages that need no pixels, each joined to the framework; nothing is connected."""
    for stage in make_stages([name for name in STAGES if name != "detect"], settings):
        build(stage, KafkaSettings(), folder, utc_now, lambda _: None)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[tuple[str, ...], float]]:
    """Return all series once every process's parts are made and nothing has happened."""
    folder = tmp_path_factory.mktemp("begun")
    for counter in counters().values():
        counter.clear()
    rules = DEPLOY.parent / "streams" / "domain" / "rules" / "default.yaml"
    settings = Settings(registry=DEPLOY / "cameras.yaml", shadow_rules=rules)
    asyncio.run(built(settings, folder))
    cameras_from_zero([CAMERA])
    SampledCameras([CAMERA])
    AttentionService([CAMERA], load_rules(None).attention, utc_now)  # type: ignore[arg-type]
    Intake(RecordedReports(load_categories()), None, utc_now)
    Canaries(None, [("room", CAMERA)], asked_by(load_rules(None)), utc_now)  # type: ignore[arg-type]
    Check(None, None, utc_now, lambda: False, dry_run=True)  # type: ignore[arg-type]
    Locatieserver(lambda _: b"", 1.0)
    OnvifIntake(None, SimpleNamespace(cameras=()), ZoneInfo("UTC"), lambda _: None)  # type: ignore[arg-type, return-value]
    assert office().sender.close(20)
    Supervisor([ProcessSpec("deciding", [])], folder)
    routing = Routing(channels={"main": DeliveryChannel(kind="quiet")}, otherwise=("main",))
    channel = PartnerChannel("politie", "Politie", "main", routing.channels["main"], routing, Quiet, NotifierOptions())
    DeliveryTarget(KafkaSettings(), channel, ZoneInfo("UTC"), utc_now(), utc_now, lambda: True)
    Logbook(KafkaSettings(), None, lambda _: True)  # type: ignore[arg-type]
    RequestGuard(None, ConsoleSettings())  # type: ignore[arg-type]
    make_access(folder)
    ConsoleInMemory(ControlRoom(), utc_now)
    return {name: samples(counter) for name, counter in counters().items()}


def test_every_counter_with_labels_begins_at_zero_or_has_a_reason(
    begun: dict[str, dict[tuple[str, ...], float]],
) -> None:
    """A new one that is forgotten fails here."""
    assert {name for name, found in begun.items() if not found} <= set(NOT_KNOWN)
    assert all(value == 0 for found in begun.values() for value in found.values())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("toezicht_alerts_total", 4),
        ("toezicht_shadow_alerts_total", 4),
        ("toezicht_alerts_judged_total", 4 * 4),
        ("toezicht_alert_changes_total", 4 * 10),
        ("toezicht_frames_dropped_total", 4),
        ("toezicht_camera_status_changes_total", 4),
        ("toezicht_partner_answers_total", 6),
        ("toezicht_shared_total", 8 * 7),
        ("toezicht_cases_total", 12),
        ("toezicht_notify_set_aside_total", 14 * 2),
        ("toezicht_console_logins_total", 3),
        ("toezicht_console_requests_total", 4),
        ("toezicht_console_resets_total", 3),
    ],
)
def test_each_combination_of_values_is_there(
    begun: dict[str, dict[tuple[str, ...], float]], name: str, expected: int
) -> None:
    """Not only one of them."""
    assert len(begun[name]) == expected


def test_no_rule_asks_for_the_increase_of_what_does_not_begin_at_zero() -> None:
    """It would miss the first."""
    text = "".join(path.read_text() for path in (DEPLOY / "prometheus").glob("*.yml"))
    for name in NOT_KNOWN:
        assert f"increase({name}" not in text
