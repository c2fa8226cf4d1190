"""Runbooks: each rule has one, each is of a rule, and each says the same five things in the same order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from streams.presentation.metrics_page import declared

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "runbooks.md").read_text()
PARTS = ("Meaning", "Operators notice", "Check", "Mend", "Verify")
SECTIONS = dict(re.findall(r"^### (\w+)\n(.*?)(?=^### |\Z)", TEXT, re.MULTILINE | re.DOTALL))
ALERTS = [
    rule
    for name in ("alerts.yml", "slo.yml")
    for group in yaml.safe_load((ROOT / "deploy" / "prometheus" / name).read_text())["groups"]
    for rule in group["rules"]
    if "alert" in rule
]


def test_each_section_is_the_runbook_of_a_rule_that_leads_to_it() -> None:
    """A rule that was renamed or removed takes its runbook with it."""
    here = {rule["alert"] for rule in ALERTS if rule["annotations"]["runbook_url"].startswith("docs/runbooks.md#")}
    assert here == set(SECTIONS)
    for rule in ALERTS:
        assert rule["annotations"]["runbook_url"].split("#")[1] in {rule["alert"].lower(), "processrestarts"}


@pytest.mark.parametrize("name", SECTIONS)
def test_a_runbook_says_five_things_in_order(name: str) -> None:
    """Who is woken at night looks for the same words at the same place."""
    assert re.findall(r"^\*\*([\w ]+)\.\*\*", SECTIONS[name], re.MULTILINE) == list(PARTS)
    for part in PARTS:
        said = re.search(rf"\*\*{part}\.\*\* (.+)", SECTIONS[name])
        assert said is not None
        assert len(said[1]) >= len("Nothing.")


def test_metrics_and_objectives_of_the_runbooks_exist() -> None:
    """Nobody looks for one that was renamed."""
    known = {name for name, _ in declared()}
    assert set(re.findall(r"toezicht_\w+", TEXT)) <= known
    objectives = set(re.findall(r"slo: (\w+)", (ROOT / "deploy" / "prometheus" / "slo.yml").read_text()))
    assert objectives
    told = set(re.findall(r"^\| `(\w+)` \|", SECTIONS["SloBurnsFast"], re.MULTILINE)) - {"slo"}  # the heading
    assert told == objectives
