"""A wrong file is one line: file, line, field, value, expected. Registries that break the law cannot be written."""

from __future__ import annotations

import gc
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from streams.config import yaml as reader
from streams.config.yaml import FileError, parse_yaml, read_yaml
from streams.domain.cameras.registry import Registry
from streams.local.pipeline import Pipeline

EXAMPLE = (Path(__file__).parents[4] / "deploy" / "cameras.yaml").read_text()
SECRETS = {"CAMERA_USER": "u", "CAMERA_PASSWORD": "hush"}
CAMERA = EXAMPLE[EXAMPLE.index("  - id: stadsplein-1") :]


def line_of(text: str, part: str) -> int:
    """Return the line on which a part of a text first stands."""
    return text[: text.index(part)].count("\n") + 1


def fault(text: str) -> str:
    """Return what is said about a registry."""
    with pytest.raises(FileError) as error:
        parse_yaml(text, "cameras.yaml", Registry, SECRETS)
    assert "\n" not in str(error.value)
    assert "hush" not in str(error.value)
    return str(error.value)


def test_a_variable_is_taken_from_the_environment_but_not_in_an_address() -> None:
    """Whoever reads no pictures holds no password, and needs none: see `streams/config/registry.py`."""
    text = EXAMPLE.replace('decision_ref: "2026/123"', 'decision_ref: "${DECISION}"')
    registry = parse_yaml(text, "cameras.yaml", Registry, SECRETS | {"DECISION": "2027/1"})
    assert registry.cameras[0].legal.decision_ref == "2027/1"
    assert "//${CAMERA_USER}:${CAMERA_PASSWORD}@" in registry.cameras[0].source.url
    assert "hush" not in registry.model_dump_json()
    assert parse_yaml(EXAMPLE, "cameras.yaml", Registry, {}).cameras


def test_an_unknown_variable_is_named_with_its_line() -> None:
    """Also where it stands deep in the file."""
    said = fault(EXAMPLE.replace('decision_ref: "2026/123"', 'decision_ref: "${NOBODY}"'))
    line = line_of(EXAMPLE, "decision_ref:")
    assert said == f"cameras.yaml:{line}: the environment variable NOBODY is used but not set"


@pytest.mark.parametrize(
    ("old", "new", "says", "at"),
    [
        ("decision_ref:", "decision:", "legal.decision_ref: Field required", "decision: "),
        ("width_px: 640", "width_px: wide", "width_px: Input should be a valid integer", "width_px: wide"),
        ("lat: 52.30615", "lat: 152", "position.lat: Input should be less than or equal to 90", "lat: 152"),
        (
            "control_room: amstelveen",
            "control_room: elsewhere",
            "control_room elsewhere is not in control_rooms",
            "version",
        ),
        (
            "[640, 360]",
            "[641, 360]",
            "zone square: point (641, 360) lies outside the picture of 640x360",
            "id: stadsplein-1",
        ),
        (
            "[640, 120], [500, 120]]]",
            "[640, 999], [500, 120]]]",
            "mask 0: point (640, 999) lies outside the picture",
            "id: stadsplein-1",
        ),
        ("[640, 120], [640, 360], [0", "[640, 360], [640, 120], [0", "polygon crosses itself", "id: square"),
        ("valid_until: 2027-12-31", "valid_until: 2025-12-31", "lies before valid_from 2026-01-01", "decision_ref"),
        ("transport: tcp", "transport: pigeon", "transport: Input should be 'tcp' or 'udp'", "transport: pigeon"),
        (
            "transport: tcp",
            "face_recognition: true",
            "face_recognition: Extra inputs are not permitted",
            "face_recognition",
        ),
    ],
)
def test_a_wrong_field_is_named_with_its_line(old: str, new: str, says: str, at: str) -> None:
    """Missing, of another type, out of bounds, outside the picture, against the law, or unknown."""
    assert old in EXAMPLE
    text = EXAMPLE.replace(old, new)
    said = fault(text)
    assert says in said
    line = int(said.split(":")[1])
    assert abs(line - line_of(text, at)) <= 1


def test_two_cameras_of_one_id_are_refused() -> None:
    """Their messages would share a key and mix."""
    assert "two cameras have the id stadsplein-1" in fault(EXAMPLE + CAMERA)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "cameras.yaml:1: the file is empty, expected a registry"),
        ("a: [", "not YAML"),
        ("a: 1\nb: 2\na: 3", "cameras.yaml:3: the key a stands here twice"),
        ("- 1", "Input should be a valid dictionary"),
    ],
)
def test_a_file_that_is_none_is_one_line(text: str, says: str) -> None:
    """Empty, cut off, doubled, or of another kind."""
    assert says in fault(text)


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    """The error names the path and the reason."""
    with pytest.raises(FileError, match=r"none\.yaml: cannot be read: No such file"):
        read_yaml(tmp_path / "none.yaml", Registry)


def test_two_processes_of_one_name_are_refused() -> None:
    """Their logs would mix."""
    text = "registry: c.yaml\nprocesses:\n  - {name: a, command: [capture]}\n  - {name: a, command: [capture]}"
    with pytest.raises(FileError, match="two processes have the name a"):
        parse_yaml(text, "pipeline.yaml", Pipeline, {})


@given(st.text(max_size=60), st.integers(0, len(EXAMPLE)))
def test_any_text_gives_a_registry_or_one_kind_of_error(noise: str, at: int) -> None:
    """Fuzz: noise in the middle of a good file."""
    try:
        parse_yaml(EXAMPLE[:at] + noise + EXAMPLE[at:], "cameras.yaml", Registry, SECRETS)
    except FileError as error:
        assert "\n" not in str(error)  # noqa: PT017 - most texts raise, some do not


def as_json(**changes: Any) -> str:
    """Return the example registry as JSON, with other values of its first camera."""
    content = yaml.safe_load(EXAMPLE)
    content["cameras"][0].update(changes)
    return json.dumps(content, indent=1, default=str)


def test_json_is_read_as_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same registry, by a reader that takes a tenth of the time: none of it comes to the reader of YAML."""
    expected = parse_yaml(EXAMPLE, "cameras.yaml", Registry, SECRETS)
    monkeypatch.setattr(reader, "_of_yaml", None)
    assert parse_yaml(as_json(), "cameras.json", Registry, SECRETS) == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (as_json(width_px="wide"), "width_px: Input should be a valid integer"),
        (as_json(name="${NOBODY}"), "the environment variable NOBODY is used but not set"),
        (as_json(width_px=float("nan")), "cameras.0.width_px: Input should be a valid integer"),
        (as_json().replace('"name"', '"id"', 1), "the key id stands here twice"),
        (as_json(masks=json.loads("[" * 150 + "]" * 150)), "nested deeper than 100"),
        (as_json()[:-1], "not YAML"),
    ],
    ids=["value", "variable", "constant", "twice", "deep", "cut"],
)
def test_wrong_json_is_told_with_its_line(text: str, says: str) -> None:
    """By the reader of YAML, which knows lines."""
    said = fault(text)
    assert says in said
    assert re.match(r"cameras\.yaml:[1-9]\d*: ", said)


def test_a_file_may_be_as_large_as_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what aliases add has a limit."""
    monkeypatch.setattr(reader, "MOST_NODES", 20)
    assert parse_yaml(EXAMPLE, "cameras.yaml", Registry, SECRETS).cameras
    with pytest.raises(FileError, match="aliases unfold to more than 20 values"):
        parse_yaml("a: &a [1, 2, 3, 4, 5, 6, 7]\nb: [*a, *a, *a]", "cameras.yaml", Registry, SECRETS)


@pytest.mark.parametrize("collects", [True, False])
def test_reading_leaves_the_collector_as_it_was(collects: bool) -> None:
    """Also where the file is wrong."""
    before = gc.isenabled()
    (gc.enable if collects else gc.disable)()
    try:
        fault("cameras: wrong")
        assert gc.isenabled() is collects
    finally:
        (gc.enable if before else gc.disable)()
