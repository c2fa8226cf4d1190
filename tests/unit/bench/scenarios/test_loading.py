"""Reading scenarios: what is wrong is one line with file, line, field and what was expected, whatever the bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.scenarios.layout import CAMERAS, INPUTS, SCENARIO, TRUTH
from bench.scenarios.loading import ScenarioError, load, load_truth, scenario_folders
from bench.scenarios.town import registry
from streams.config.yaml import FileError

REPORT: dict[str, Any] = {"kind": "report", "at_s": 5, "line": {"source": "politie-gms", "source_id": "1"}}
SEEN: dict[str, Any] = {"kind": "seen", "at_s": 2, "camera_id": "markt", "zone_id": "plein", "second_s": 1}
STATUS: dict[str, Any] = {
    "kind": "status",
    "at_s": 3,
    "camera_id": "markt",
    "aspect": "view",
    "state": "degraded",
    "reason": "black",
}
ACTION: dict[str, Any] = {"kind": "action", "at_s": 9, "action": "close", "source": "politie-gms", "source_id": "1"}
SITUATION: dict[str, Any] = {
    "id": "a",
    "category": "brand",
    "priority": "P1",
    "from_s": 0,
    "until_s": 9,
    "known_s": 5,
    "reports": [{"source": "politie-gms", "source_id": "1"}],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a whole scenario of a person's hand."""
    scenario = {"name": "own", "kind": "own", "flood": False, "start": "2026-11-24T12:00:00Z", "duration_s": 60}
    (tmp_path / SCENARIO).write_text(yaml.safe_dump(scenario))
    (tmp_path / CAMERAS).write_text(yaml.safe_dump(registry()))
    (tmp_path / INPUTS).write_text("".join(json.dumps(each) + "\n" for each in (SEEN, STATUS, REPORT, ACTION)))
    (tmp_path / TRUTH).write_text(json.dumps({"situations": [SITUATION]}))
    return tmp_path


def test_a_scenario_of_a_persons_hand_is_read(folder: Path) -> None:
    """Four inputs and one situation."""
    assert [each.kind for each in load(folder).inputs] == ["seen", "status", "report", "action"]
    assert load_truth(folder).situations[0].needs_operator
    assert scenario_folders(folder) == [folder]


def test_a_set_is_a_folder_of_scenarios(folder: Path, tmp_path: Path) -> None:
    """By name; what is no scenario is passed over."""
    whole = tmp_path / "set"
    for name in ("b", "a", "notes"):
        (whole / name).mkdir(parents=True)
    for name in ("b", "a"):
        (whole / name / SCENARIO).write_bytes((folder / SCENARIO).read_bytes())
    assert scenario_folders(whole) == [whole / "a", whole / "b"]


def test_blank_lines_and_no_lines_are_no_fault(folder: Path) -> None:
    """An empty scenario is one in which nothing comes in."""
    (folder / INPUTS).write_text("\n\n")
    assert load(folder).inputs == ()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "inputs.jsonl:1: (whole line)"),
        ("[]", "inputs.jsonl:1:"),
        (json.dumps({**SEEN, "kind": "seem"}), "expected tags"),
        (json.dumps({**SEEN, "count": -1}), "seen.count is -1: Input should be greater than or equal to 0"),
        (json.dumps({**SEEN, "at_s": -1}), "seen.at_s is -1"),
        (json.dumps({**SEEN, "at_s": 1e9}), "seen.at_s"),
        (
            json.dumps({**SEEN, "zone_id": "hof"}),
            "camera_id and zone_id are 'markt/hof', expected a zone of cameras.yaml",
        ),
        (json.dumps({**STATUS, "camera_id": "none"}), "camera_id is 'none', expected a camera of cameras.yaml"),
        (json.dumps({**SEEN, "truth": "a"}), "seen.truth is 'a': Extra inputs are not permitted"),
        (json.dumps({**ACTION, "camera_id": "markt"}), "expected either source and source_id, or camera_id"),
        (json.dumps({**ACTION, "source": None}), "expected either source and source_id, or camera_id"),
    ],
)
def test_a_fault_in_an_input_names_its_line_and_field(folder: Path, line: str, said: str) -> None:
    """The first that is wrong."""
    (folder / INPUTS).write_text(f"{line}\n")
    with pytest.raises(ScenarioError) as raised:
        load(folder)
    assert said in str(raised.value)
    assert "inputs.jsonl:1: " in str(raised.value)
    assert "\n" not in str(raised.value)


def test_an_input_that_arrives_before_the_one_above_it_is_refused(folder: Path) -> None:
    """The file is in the order of arrival."""
    (folder / INPUTS).write_text(f"{json.dumps(REPORT)}\n{json.dumps(SEEN)}\n")
    with pytest.raises(ScenarioError, match=r"inputs.jsonl:2: at_s is 2, expected no less than the line before, 5"):
        load(folder)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"situations": [SITUATION, SITUATION]}, "two situations have one id"),
        ({"situations": [SITUATION, {**SITUATION, "id": "b"}]}, "a report belongs to two situations"),
        ({"situations": [{**SITUATION, "reports": []}]}, "expected at least one report or episode"),
        ({"situations": [{**SITUATION, "until_s": -1}]}, "until_s -1 lies before from_s 0"),
        ({"situations": [{**SITUATION, "priority": "P5"}]}, "situations.0.priority is 'P5'"),
        ({}, "situations"),
    ],
)
def test_a_fault_in_the_truth_names_its_field(folder: Path, change: dict[str, Any], said: str) -> None:
    """A truth that contradicts itself judges nothing."""
    (folder / TRUTH).write_text(json.dumps(change))
    with pytest.raises(ScenarioError) as raised:
        load_truth(folder)
    assert said in str(raised.value)


@pytest.mark.parametrize("name", [INPUTS, TRUTH, SCENARIO, CAMERAS])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    """With why it cannot be read."""
    (folder / name).unlink()
    read = load_truth if name == TRUTH else load
    with pytest.raises((ScenarioError, FileError), match=f"{name}: cannot be read"):
        read(folder)


def test_a_folder_without_scenarios_is_refused(tmp_path: Path) -> None:
    """So is one that is not there."""
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(ScenarioError, match=r"no scenario, expected scenario\.yaml"):
            scenario_folders(folder)


def _refusal(read: Callable[[Path], object], folder: Path) -> str | None:
    """Return why a scenario is refused, or None."""
    try:
        read(folder)
    except ScenarioError as error:
        return str(error)
    return None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_whatever_stands_in_a_file_is_read_or_refused_in_one_line(folder: Path, content: bytes) -> None:
    """Bytes of any kind as inputs and as truth."""
    for name, read in ((INPUTS, load), (TRUTH, load_truth)):
        (folder / name).write_bytes(content)
        said = _refusal(read, folder)
        assert said is None or (said.startswith(str(folder / name)) and "\n" not in said)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**12) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([REPORT, SEEN, STATUS, ACTION]), st.data(), _JSON)
def test_any_field_with_any_value_is_read_or_refused_in_one_line(
    folder: Path, line: dict[str, Any], data: st.DataObject, value: Any
) -> None:
    """One field of a right input at a time."""
    field = data.draw(st.sampled_from(sorted(line)))
    (folder / INPUTS).write_text(json.dumps(line | {field: value}) + "\n")
    assert "\n" not in (_refusal(load, folder) or "")
