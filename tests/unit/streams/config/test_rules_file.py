"""The rules file: what comes with the product, and what a wrong one says."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from schemas.categories import Category, Priority
from streams.config.files import DEFAULT_RULES, load_rules
from streams.config.yaml import FileError
from streams.domain.rules.rules import ADDED

OTHER = "cap: P4\n    recipients: [oov]\n    situation: {distance_m: 50"
VOORWERP = "        - {situation: object_left}"
DEFAULT = files("streams.domain.rules").joinpath(DEFAULT_RULES).read_text(encoding="utf-8")


def line_of(text: str, what: str) -> int:
    return text[: text.index(what)].count("\n") + 1


def test_a_file_of_before_has_the_built_in_rule_of_a_category_that_came_since() -> None:
    """As the default rules have it, so that a municipality's own file stays valid."""
    categories = yaml.safe_load(DEFAULT)["categories"]
    assert {name: categories[name] for name in ADDED} == {name: {**rule} for name, rule in ADDED.items()}
    before = load_rules(Path("tests/data/rules/2026.4.yaml"))
    assert before.of(Category.WOONOVERLAST) == load_rules().of(Category.WOONOVERLAST)
    assert before.of(Category.VERWARD_PERSOON).case_from_urgency is None


def test_the_default_rules_know_every_category() -> None:
    """None is missing; homes have no cameras; a demonstration cannot rise."""
    rules = load_rules()
    assert set(rules.categories) == set(Category)
    assert rules.of(Category.ONDERMIJNING_PAND).cameras is None
    assert rules.of(Category.WOONFRAUDE_OVERBEWONING).cameras is None
    assert rules.of(Category.DEMONSTRATIE).cap is Priority.P4


@pytest.mark.parametrize(
    ("category", "priority"),
    [
        (Category.STRAATROOF, Priority.P1),
        (Category.WONINGINBRAAK, Priority.P2),
        (Category.ZAKKENROLLERIJ, Priority.P3),
        (Category.JEUGDOVERLAST, Priority.P3),
        (Category.MEDISCH_ONWEL, Priority.P1),
        (Category.VERDACHT_VOORWERP, Priority.P2),
        (Category.OVERIG, Priority.P4),
    ],
)
def test_the_default_points_give_the_priorities_of_the_taxonomy(category: Category, priority: Priority) -> None:
    """Points alone, with nothing else known, give the default priority of the fact sheet (§7)."""
    rules = load_rules()
    assert rules.thresholds.priority(rules.of(category).points) is priority


def test_a_suspicious_object_is_routine_while_only_a_camera_saw_it() -> None:
    """The fact sheet's P2 takes a report."""
    rules = load_rules()
    points = rules.of(Category.VERDACHT_VOORWERP).points
    assert rules.thresholds.priority(points + rules.verdict_points.camera_only) is Priority.P3


def test_the_levels_of_a_crowd_give_its_priorities() -> None:
    """Of a crowd that only a camera saw: routine, prompt, and by its density immediate; a partner who calls it P2 is believed."""
    rules = load_rules()
    points = rules.of(Category.CROWD_DENSITY).points
    alone = points + rules.verdict_points.camera_only
    given = [rules.thresholds.priority(alone + level.points) for level in rules.episodes.crowd.levels]
    assert given == [Priority.P3, Priority.P2, Priority.P1]
    assert rules.thresholds.priority(points + rules.urgency_points[2]) is Priority.P2


@pytest.mark.parametrize(
    ("old", "new", "at", "words"),
    [
        ("  overig:  ", "  inbraakje:  ", "  woninginbraak:", "the rule 'inbraakje' names no category"),
        ("  overig:  ", "  '':  ", "  woninginbraak:", "the rule '' names no category"),
        ("p2: 50, p3: 25", "p2: 80, p3: 25", "thresholds:", "expected p1 > p2 > p3, got p1 75, p2 80, p3 25"),
        ("urgency_points: [20, 10, 0, 0, -10]", "urgency_points: [20, 10, 0, 0, 30]", "urgency_points", "do not rise"),
        ("corroborated: 15", "corroborated: -40", "pending: 0", "corroborated > 0 >= unseen >= contradicted"),
        ("camera_unavailable: 0 ", "camera_unavailable: 5 ", "pending: 0", "expected 0 points for pending"),
        (
            "contradicted_at_most_persons: 1\n",
            "contradicted_at_most_persons: 9\n",
            "      distance_m: 150\n      before_s: 600",
            "contradicts signal 0",
        ),
        (VOORWERP, "        - {}", VOORWERP, "expected at least one of persons"),
        ("hit_rate: 0.65", "hit_rate: 1", "hit_rate: 0.65", "hit_rate 1.0: expected above 0 and below 1"),
        ("hit_rate: 0.65", "hit_rate: 0", "hit_rate: 0.65", "hit_rate 0.0: expected above 0 and below 1"),
        ("hit_rate: 0.65, ", "", "hit_rate: 0.65", "hit_rate None: expected above 0 and below 1"),
        ("contradicted_hit_rate: 0.95 ", "contradicted_hit_rate: 1 ", "contradicted_hit_rate: 0.95 ", "less than 1"),
        (
            "least: 21,",
            "least: 20,",
            "least: 21,",
            "measure persons: expected least to be one of 1, 2, 3, 5, 7, 10, 15, 21",
        ),
        (
            "{measure: fastest, least: 2.2,",
            "{measure: fastest, group: 3, least: 2.2,",
            "measure: fastest",
            "without group",
        ),
        (VOORWERP, "        - {situation: object_left, least: 2}", VOORWERP, "least: only a measure has it"),
        ("  corroborated_from: 5 ", "  corroborated_from: 1 ", "  corroborated_from: 5 ", "greater than 1"),
        (
            "density_per_m2: 3.5, persons: 120",
            "density_per_m2: 1.5, persons: 120",
            "      - {name: warn",
            "level high: expected density",
        ),
        ("  kept_s: 3600", "  kept_s: 600", "  woninginbraak:", "its window is longer than looking.kept_s"),
        ("recipients: [ambulance]", "recipients: []", "recipients: [ambulance]", "at least 1 item"),
        ("    points: 69\n    rises", "    pionts: 69\n    rises", "    name: Fire", "points: Field required"),
        (OTHER, OTHER.replace("P4", "P9"), OTHER, "categories.overig.cap"),
    ],
)
def test_a_wrong_rule_is_one_line_with_its_place(tmp_path: Path, old: str, new: str, at: str, words: str) -> None:
    """The error names the file, the line and what was expected."""
    path = tmp_path / "rules.yaml"
    assert DEFAULT.count(old) >= 1
    path.write_text(DEFAULT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FileError) as error:
        load_rules(path)
    assert words in str(error.value)
    assert str(error.value).startswith(f"{path}:{line_of(DEFAULT, at)}: ")
    assert "\n" not in str(error.value)


def test_a_category_without_a_rule_is_named(tmp_path: Path) -> None:
    """Every category must be decided about."""
    path = tmp_path / "rules.yaml"
    path.write_text(DEFAULT[: DEFAULT.index("  overig:  ")], encoding="utf-8")
    with pytest.raises(FileError, match="expected a rule for every category, missing overig"):
        load_rules(path)


def test_two_rules_for_one_category_are_refused_with_the_line(tmp_path: Path) -> None:
    """The second would silently win."""
    path = tmp_path / "rules.yaml"
    path.write_text(DEFAULT.replace("  overig:  ", "  brand:  ", 1), encoding="utf-8")
    with pytest.raises(FileError, match=rf":{line_of(DEFAULT, '  overig:  ')}: the key brand stands here twice"):
        load_rules(path)


def test_rules_that_are_written_out_read_back_the_same(tmp_path: Path) -> None:
    """So that a program can change a number and keep the rest."""
    path = tmp_path / "rules.yaml"
    path.write_text(yaml.safe_dump(load_rules().model_dump(mode="json")), encoding="utf-8")
    assert load_rules(path) == load_rules()
