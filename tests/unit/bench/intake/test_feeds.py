"""What is fed is what is meant to be measured: each line a report of its own, of its own source."""

from __future__ import annotations

import pytest

from bench.intake.feeds import FEEDS, street
from bench.intake.measure import Round, figures
from streams.intake.intake import Intake
from streams.intake.lines import Line
from streams.intake.sources.registry import make_source
from tests.support.pages import NOW

COUNT = 500


@pytest.mark.parametrize("name", FEEDS)
def test_each_line_is_a_report_of_its_own(name: str) -> None:
    """Repetitions would be cheaper than what is measured."""
    source = make_source(name, {}, "Europe/Amsterdam")
    assert source is not None
    intake = Intake(source, None, lambda: NOW)
    for number in range(COUNT):
        content = FEEDS[name](number, NOW)
        intake.take(Line(number + 1, content, len(content)))
    assert intake.summary.results == {"created": COUNT}
    assert intake.summary.notes == {}


def test_streets_differ() -> None:
    """As many as a round can have."""
    assert len({street(number) for number in range(65_536)}) == 65_536


def test_figures_are_medians_of_pairs_and_the_least_that_was_taken() -> None:
    """A ratio is one of two rounds side by side, not of two medians."""
    rounds = [
        (Round(500, 0.6, 100), Round(1_000, 0.2, 100)),
        (Round(100, 0.9, 99), Round(1_000, 0.3, 100)),
        (Round(900, 0.5, 100), Round(1_000, 0.1, 100)),
    ]
    assert figures(rounds) == {
        "per_s": 500, "limit_per_s": 1_000, "ratio": 0.5, "processor_ms": 0.6, "limit_processor_ms": 0.2, "taken": 99,
    }  # fmt: skip
