"""The page of metrics is of this code, has each metric, and says who asks for it."""

from __future__ import annotations

import pytest

from streams.presentation import metrics_page
from streams.presentation.metrics_page import FILE, LABELS, declared, main, text, unit_of


def test_the_page_is_of_this_code() -> None:
    """As `make check` asks."""
    assert FILE.read_text(encoding="utf-8") == text()
    assert main(["--check"]) == 0


def test_a_page_that_is_not_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With the command that mends it."""
    monkeypatch.setattr(metrics_page, "text", lambda: "another")
    assert main(["--check"]) == 1
    assert "python -m streams.presentation.metrics_page" in capsys.readouterr().err


def test_each_metric_has_a_row_of_six_cells_and_each_label_its_values() -> None:
    """Nothing in a help text breaks the table, and no label is left without its values."""
    lines = text().splitlines()
    for name, metric in declared():
        rows = [line for line in lines if line.startswith(f"| `{name}` |")]
        assert len(rows) == 1, name
        assert rows[0].count("|") == 7, name
        assert set(metric._labelnames) <= set(LABELS)
    assert {label for _, metric in declared() for label in metric._labelnames} == set(LABELS)


@pytest.mark.parametrize(
    ("name", "kind", "unit"),
    [
        ("toezicht_stage_seconds", "histogram", "s"),
        ("toezicht_source_heard_at", "gauge", "Unix s"),
        ("toezicht_source_silent_after_s", "gauge", "s"),
        ("toezicht_alert_budget_used_ratio", "gauge", "share"),
        ("toezicht_alerts_total", "counter", "count"),
        ("toezicht_camera_online", "gauge", "number"),
    ],
)
def test_the_unit_is_the_one_that_the_name_tells(name: str, kind: str, unit: str) -> None:
    """By Prometheus' naming."""
    assert unit_of(name, kind) == unit


def test_a_metric_that_a_rule_asks_for_names_the_rule() -> None:
    """And one that a dashboard shows, the dashboard."""
    rows = {line.split("|")[1].strip(" `"): line for line in text().splitlines() if line.startswith("| `toezicht")}
    assert "CameraOffline" in rows["toezicht_camera_online"]
    assert "*quality*" in rows["toezicht_alerts_judged_total"]
