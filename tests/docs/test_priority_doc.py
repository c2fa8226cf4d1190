"""`docs/priority.md` tells the factors, limits, verdicts and times that there are, and its example is a rule."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from schemas.categories import Category
from schemas.evidence import Verdict
from schemas.observations import SituationKind
from streams.config.files import DEFAULT_RULES, load_rules
from streams.config.yaml import parse_yaml
from streams.domain.normal.measure import Measure
from streams.domain.rules.cameras import Signal
from streams.domain.rules.rules import Rules
from streams.presentation.rules import factors, limits

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "priority.md").read_text()
RULES = load_rules()
SITUATIONS = {
    SituationKind.GROUP: "or of the size that the zone says",
    SituationKind.OBJECT_LEFT: "an object that was left",
}


def row(first: str) -> str:
    """Return the table row whose first cell names something."""
    [found] = [line for line in TEXT.splitlines() if line.startswith("| ") and f"`{first}`" in line.split("|")[1]]
    return found


@pytest.mark.parametrize(
    "rule_id", sorted({each.rule_id for each in factors(RULES)} - {f"urgency.{n}" for n in (1, 2, 3)})
)
def test_every_factor_is_told_with_its_points(rule_id: str) -> None:
    """By the name that stands in the alert."""
    cells = row(rule_id).split("|")
    points = re.findall(r"[+-]?\d+", cells[2])
    for each in factors(RULES):
        if each.rule_id == rule_id:
            assert f"{each.points:+g}".replace("+0", "0") in points


def test_urgencies_and_thresholds_are_those_of_the_rules() -> None:
    """All five, and all three."""
    told = re.findall(r"[+-]?\d+", row("urgency.0").split("|")[2])
    assert [float(each) for each in told] == list(RULES.urgency_points)
    known = RULES.thresholds
    assert f"P1 from {known.p1:g}, P2 from {known.p2:g}, P3 from {known.p3:g} points" in TEXT


@pytest.mark.parametrize("category", list(Category))
def test_every_limit_is_told(category: Category) -> None:
    """By the name that stands in the alert."""
    for limit in limits(category, RULES):
        assert row(limit.split(":")[0])


def test_times_and_distances_are_those_of_the_rules() -> None:
    """The hold, the near-repeats, what is just now and what is poor."""
    assert f"held back for {RULES.damping.fall_after_s:g} s" in TEXT
    repeat = RULES.near_repeat
    assert f"within {repeat.distance_m:g} m and {repeat.within_s / 86_400:g} days" in row("near_repeat")
    assert f"better than {RULES.position.poor_from_m:g} m" in row("position.poor")
    just_now = RULES.of(Category.ZAKKENROLLERIJ).just_now
    assert just_now is not None
    assert f"within {just_now.within_s:g} s" in row("age.just_now")
    [night] = RULES.circumstances
    assert f"between {night.starts:%H:%M} and {night.ends:%H:%M}" in row("circumstance.night")


@pytest.mark.parametrize("category", list(Category))
def test_the_matrix_is_that_of_the_rules(category: Category) -> None:
    """Every number and every situation of its signals stands in its row, and what contradicts it."""
    cells = row(category.value).split("|")
    rule = RULES.of(category).cameras
    if rule is None:
        assert "no camera is asked" in cells[2]
        return
    for signal in rule.signals:
        words = _words(signal)
        told = cells[2 if signal.above else 3].split(";")
        assert words
        assert any(all(word in part for word in words) for part in told), words
    parts = [part for cell in cells[2:4] for part in cell.split(";") if part.strip()]
    assert len(parts) == len([signal for signal in rule.signals if signal.situation is not SituationKind.GROUP])
    most = rule.contradicted_at_most_persons
    expected = "" if most is None else "nobody" if most == 0 else f"at most {most} person"
    assert cells[4].strip().startswith(expected)
    assert bool(cells[4].strip()) is (most is not None)


def _words(signal: Signal) -> list[str]:
    words = []
    if signal.measure is not None and signal.least is not None:
        least = signal.least
        words.append(
            {
                Measure.PERSONS: f"{least:g} person",
                Measure.FASTEST: "somebody runs",
                Measure.STANDING: f"{least:g} stand together",
                Measure.DROPPED: f"{least:g} go away at once",
                Measure.STAY: f"somebody stays {least:g} s",
            }[signal.measure]
        )
    if signal.measure is Measure.FASTEST:
        assert f"running is from {signal.least:g} m/s" in TEXT
    if signal.situation is not None:
        words.append(SITUATIONS[signal.situation])
    if signal.persons is not None:
        words.append(f"{signal.persons} person")
    if signal.vehicles is not None:
        words.append("vehicle")
    if signal.group is not None:
        words.append(f"group of {signal.group}")
    if signal.dwell_s is not None:
        words.append(f"stays {signal.dwell_s:g} s")
    if signal.density_per_m2 is not None:
        words.append(f"{signal.density_per_m2:.1f} persons/m²")
    return words


@pytest.mark.parametrize("verdict", sorted(set(Verdict) - {Verdict.PENDING}))
def test_every_verdict_is_told(verdict: Verdict) -> None:
    """With what it takes."""
    assert f"- **{verdict.value.replace('_', ' ')}**: " in TEXT


def test_the_example_is_a_rule() -> None:
    """The product's rules with the example's circumstances are rules."""
    [example] = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    text = (ROOT / "streams" / "domain" / "rules" / DEFAULT_RULES).read_text()
    product = text[: text.index("time_zone:")] + example + text[text.index("# Per category, all from") :]
    rules = parse_yaml(product, "docs/priority.md", Rules)
    assert [each.name for each in rules.circumstances] == ["market-day"]
    assert len(rules.circumstances[0].area) == 4
