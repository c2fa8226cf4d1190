"""Rules as a table name everything that an alert can say, and the command refuses wrong ones in one line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from schemas.categories import Category
from schemas.evidence import Verdict
from streams.cli.main import build_app
from streams.config.files import load_rules
from streams.config.yaml import FileError
from streams.domain.rules.rules import Rules
from streams.presentation.rules import SETS, as_dict, as_text, causes, factors, limits, p1_by

RULES = load_rules()


def test_the_table_names_every_category_factor_and_version() -> None:
    """Each on a line of its own with its points."""
    text = as_text(RULES)
    assert text.startswith(
        f"rules {RULES.version}: P1 from 75, P2 from 50, P3 from 25 points; a lower priority is held"
    )
    for category, rule in RULES.categories.items():
        gives = RULES.thresholds.priority(rule.points)
        assert re.search(rf"^{category.value} +{rule.points:g} +{gives} ", text, re.MULTILINE)
    for each in factors(RULES):
        assert re.search(rf"^{re.escape(each.rule_id)} +{re.escape(f'{each.points:+g}')} ", text, re.MULTILINE)
    assert "demonstratie" in text
    assert "limit.demonstratie: at most P4" in text
    assert "within 250 m, 200 s before to 400 s after: fastest 2.2, unusual there (hit rate 0.6) or standing 3" in text


def test_factors_are_complete() -> None:
    """Verdicts, levels, circumstances, and the others that an alert can have beside its category."""
    named = {each.rule_id for each in factors(RULES)}
    assert named >= {f"verdict.{verdict.value}" for verdict in Verdict}
    assert named >= {f"urgency.{step}" for step in range(5)}
    assert named >= {"crowd.warn", "crowd.high", "crowd.critical", "crowd.growth", "circumstance.night", "near_repeat"}
    assert named >= {"age.just_now", "age.3600", "age.86400", "independent", "position.poor", "position.missing"}


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        (Category.BRAND, ["limit.routine"]),
        (Category.STRAATROOF, ["limit.camera_only"]),
        (Category.DEMONSTRATIE, ["limit.demonstratie", "limit.camera_only"]),
        (Category.WOONFRAUDE_OVERBEWONING, ["limit.case", "limit.camera_only"]),
    ],
)
def test_limits_are_told_as_an_alert_names_them(category: Category, expected: list[str]) -> None:
    """What holds it down whatever its points."""
    assert [each.split(":")[0] for each in limits(category, RULES)] == expected


def test_each_category_tells_what_makes_it_p1() -> None:
    """In the table and for a program."""
    assert p1_by(Category.MEDISCH_ONWEL, RULES) == ["by itself"]
    assert p1_by(Category.BRAND, RULES) == ["urgency.0", "urgency.1", "verdict.corroborated"]
    assert as_dict(RULES)["categories"]["jeugdoverlast"]["p1_by"] == []
    assert "urgency.0; urgency.1; verdict.corroborated" in as_text(RULES)


def test_the_table_tells_each_cause_and_each_next_step() -> None:
    """In the order of the file, which decides; for a program as the file has them."""
    text, told = as_text(RULES), as_dict(RULES)
    assert "within 250 m, 300 s before to 1200 s after" in text
    assert re.search(r"^brand +crowd_density, medisch_onwel +within 250 m", text, re.MULTILINE)
    assert "people running, leaving, gathering, as cameras see them" in text
    steps = text[text.index("next step") :].splitlines()[1:]
    assert [line.split()[0] for line in steps] == [rule.do.value for rule in RULES.next_steps]
    assert re.search(r"^close true +returned_to_normal$", text, re.MULTILINE)
    assert re.search(r"^look +P1 or P2; contradicted; new or acknowledged$", text, re.MULTILINE)
    assert re.search(r"^look +new or acknowledged; nobody reported it$", text, re.MULTILINE)
    assert [each["cause"] for each in told["causes"]] == [rule.cause.value for rule in RULES.causes]
    assert [each["do"] for each in told["next_steps"]] == [rule.do.value for rule in RULES.next_steps]


def test_a_cause_that_only_cameras_can_see_says_so() -> None:
    """By the signals that it names."""
    rule = RULES.model_dump(mode="json")["causes"][0] | {"signals": ["crowd.warn", "crowd.high"]}
    rules = Rules.model_validate(RULES.model_dump(mode="json") | {"causes": [rule]})
    assert causes(rules)[0][2].endswith("after; seen by cameras alone: crowd.warn or crowd.high")


def test_circumstances_and_repeats_can_be_none() -> None:
    """An empty list is no line, and no heading."""
    content = RULES.model_dump(mode="json") | {"circumstances": [], "causes": [], "next_steps": []}
    content["near_repeat"]["categories"] = []
    rules = Rules.model_validate(content)
    named = {each.rule_id for each in factors(rules)}
    assert not [name for name in named if name.startswith(("circumstance.", "near_repeat"))]
    assert as_dict(rules)["version"] == RULES.version
    assert not {"symptoms", "next step"} & set(re.split(r"  +|\n", as_text(rules)))


def test_the_command_prints_and_refuses(tmp_path: Path) -> None:
    """A file as a table or as JSON; a wrong one is an error in one line."""
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    content = RULES.model_dump(mode="json") | {"version": "ours-1"}
    good.write_text(yaml.safe_dump(content))
    content["categories"]["demonstratie"]["cap"] = "P2"
    bad.write_text(yaml.safe_dump(content))
    run = CliRunner()
    assert "rules ours-1: " in run.invoke(build_app("rules"), ["rules", "check", str(good)]).stdout
    told = json.loads(run.invoke(build_app("rules"), ["rules", "check", str(good), "--json"]).stdout)
    assert told["version"] == "ours-1"
    assert told["categories"]["brand"]["gives"] == "P2"
    assert told["categories"]["woonfraude_overbewoning"]["cameras"] is None
    found = run.invoke(build_app("rules"), ["rules", "check", str(bad)])
    assert isinstance(found.exception, FileError)
    assert "categories.demonstratie.cap P2: a demonstration never rises by size, expected P4" in str(found.exception)


def test_the_command_refuses_rules_in_which_a_routine_urgency_lifts(tmp_path: Path) -> None:
    """In one line with the file, the urgency, the category and both priorities; a worker still reads them, to play them again."""
    path = tmp_path / "before.yaml"
    path.write_text(yaml.safe_dump(RULES.model_dump(mode="json") | {"urgency_points": [20, 10, 10, 10, -10]}))
    assert load_rules(path).urgency_points[2] == 10
    found = CliRunner().invoke(build_app("rules"), ["rules", "check", str(path)])
    assert isinstance(found.exception, FileError)
    words = "urgency_points.2 10: a routine urgency lifts crowd_density beside verdict.corroborated from P2 to P1"
    assert str(found.exception).startswith(f"{path}: {words}")


def test_a_table_stays_readable_with_many_circumstances() -> None:
    """Of many sets that make a category P1 the least ones are shown, and how many more there are."""
    content = RULES.model_dump(mode="json")
    night = content["circumstances"][0] | {"categories": ["woninginbraak"]}
    content["circumstances"] = [night | {"name": f"night-{number}"} for number in range(8)]
    lines = as_text(Rules.model_validate(content)).splitlines()
    [told] = [line for line in lines if line.startswith("woninginbraak ") and "urgency.0; " in line]
    assert told.count("; ") == SETS
    assert told.endswith("more (--json has all)")
