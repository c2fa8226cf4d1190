"""A registry is changed in the text that people wrote: their comments stay, and nothing but what was asked for is changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.config.registry import load_registry
from streams.config.registry_edit import replace_file, with_cameras, with_parts
from streams.config.yaml import FileError, parse_yaml
from streams.domain.cameras.registry import Registry
from tests.support.mutation import Mutator, tries
from tests.support.registry import registry_camera, write_registry

EXAMPLE = (Path(__file__).parents[4] / "deploy" / "cameras.yaml").read_text(encoding="utf-8")
MASKS = {"version": "2", "polygons": [[[0, 0], [64, 0], [64, 48]]]}
SAME_AREA = EXAMPLE.split("area: ")[1].split("\n")[0]


def _entry(camera_id: str) -> dict[str, Any]:
    return registry_camera(camera_id, {"url": "rtsp://${A}@h/x"}) | {"control_room": "amstelveen"}


def _comments(text: str) -> list[str]:
    return [line.partition("#")[2] for line in text.splitlines() if "#" in line]


def test_added_cameras_stand_behind_the_others_and_comments_stay() -> None:
    """Every line that was there still is, but for the version."""
    after = with_cameras(EXAMPLE, "r.yaml", [_entry("a"), _entry("b")], "v2")
    read = parse_yaml(after, "r.yaml", Registry, {})
    assert [camera.id for camera in read.cameras] == ["stadsplein-1", "a", "b"]
    assert read.version == "v2"
    assert _comments(after) == _comments(EXAMPLE)
    lost = set(EXAMPLE.splitlines()) - set(after.splitlines())
    assert [line.split(":")[0] for line in lost] == ["version"]


def test_a_part_is_replaced_or_added_and_the_rest_stays() -> None:
    """Only what is within it is written anew; what the camera did not have comes behind its other fields."""
    occluders = [[[0, 0], [5, 0], [5, 5]]]
    after = with_parts(EXAMPLE, "r.yaml", "stadsplein-1", {"masks": MASKS, "occluders": occluders}, "v2")
    camera = parse_yaml(after, "r.yaml", Registry, {}).cameras[0]
    assert camera.masks.version == "2"
    assert len(camera.occluders) == 1
    kept = [text for text in _comments(EXAMPLE) if "painted over" not in text]
    assert _comments(after) == kept


def test_cameras_are_added_to_an_empty_list_and_without_a_last_line_end(tmp_path: Path) -> None:
    """As a registry looks that is new, or was written by a program."""
    empty = f"version: a\ncontrol_rooms:\n  - {{id: amstelveen, name: A, area: {SAME_AREA}}}\ncameras: []  # none yet\n"
    after = with_cameras(empty, "r.yaml", [_entry("a")], "v2")
    assert [camera.id for camera in parse_yaml(after, "r.yaml", Registry, {}).cameras] == ["a"]
    assert "# none yet" in after
    written = write_registry(tmp_path / "r.yaml", registry_camera("one", {"url": "a"})).read_text().rstrip("\n")
    entry = registry_camera("two", {"url": "b"})
    assert len(parse_yaml(with_cameras(written, "r.yaml", [entry], "v2"), "r.yaml", Registry, {}).cameras) == 2
    assert "*id001" in written  # its zone is its mask, by an alias
    changed = with_parts(written, "r.yaml", "one", {"name": "One"}, "v2")
    assert parse_yaml(changed, "r.yaml", Registry, {}).cameras[0].name == "One"


def test_cameras_that_stand_before_the_control_rooms() -> None:
    """What follows the list stays behind it."""
    data = yaml.safe_load(EXAMPLE)
    text = yaml.safe_dump({name: data[name] for name in ("cameras", "version", "control_rooms")}, sort_keys=False)
    after = with_cameras(text, "r.yaml", [_entry("a")], "v2")
    assert [camera.id for camera in parse_yaml(after, "r.yaml", Registry, {}).cameras] == ["stadsplein-1", "a"]


def test_what_no_program_can_change_is_refused() -> None:
    """An alias stands for a text elsewhere; a list on one line has no place for a camera; and so on."""
    data = yaml.safe_load(EXAMPLE)
    on_one_line = yaml.safe_dump(data, default_flow_style=True)
    with pytest.raises(FileError, match="stand on one line"):
        with_cameras(on_one_line, "r.yaml", [_entry("a")], "v2")
    aliased = EXAMPLE.replace("    masks:", "    occluders: &m [[[0, 0], [9, 0], [9, 9]]]\n    masks:").replace(
        "polygons: [[[500, 0], [640, 0], [640, 120], [500, 120]]]", "polygons: *m"
    )
    with pytest.raises(FileError, match="change it by hand"):
        with_parts(aliased, "r.yaml", "stadsplein-1", {"occluders": []}, "v2")
    changed = with_parts(aliased, "r.yaml", "stadsplein-1", {"masks": MASKS}, "v2")  # what uses the alias may go
    assert parse_yaml(changed, "r.yaml", Registry, {}).cameras[0].masks.version == "2"
    with pytest.raises(FileError, match="no camera nowhere, expected one of stadsplein-1"):
        with_parts(EXAMPLE, "r.yaml", "nowhere", {"masks": MASKS}, "v2")
    wrong = {"version": "2", "polygons": [[[0, 0], [9_999, 0], [9, 9]]]}
    with pytest.raises(FileError, match="lies outside the picture"):
        with_parts(EXAMPLE, "r.yaml", "stadsplein-1", {"masks": wrong}, "v2")


def test_a_file_is_replaced_at_once_or_not_at_all(tmp_path: Path) -> None:
    """Not where somebody else changed it meanwhile; and who may read it stays as it was."""
    path = write_registry(tmp_path / "r.yaml", registry_camera("one", {"url": "a"}))
    path.chmod(0o640)
    before = path.read_text()
    replace_file(path, before, with_parts(before, "r.yaml", "one", {"name": "One"}, "v2"))
    assert load_registry(path).version == "v2"
    assert path.stat().st_mode & 0o777 == 0o640
    with pytest.raises(FileError, match="changed meanwhile"):
        replace_file(path, before, "x")
    assert load_registry(path).version == "v2"
    assert [each.name for each in tmp_path.iterdir()] == ["r.yaml"]


def test_a_link_stays_one(tmp_path: Path) -> None:
    """The file behind it is replaced."""
    path = write_registry(tmp_path / "real.yaml", registry_camera("one", {"url": "a"}))
    link = tmp_path / "link.yaml"
    link.symlink_to(path)
    before = link.read_text()
    replace_file(link, before, before + "# seen\n")
    assert link.is_symlink()
    assert path.read_text().endswith("# seen\n")


def test_any_mutated_registry_is_changed_rightly_or_refused() -> None:
    """Nothing else than what was asked for is ever written."""

    def change(seed: int) -> bool:
        text = Mutator(seed).line([EXAMPLE.encode()]).decode("utf-8", "replace")
        try:
            after = with_parts(text, "r.yaml", "stadsplein-1", {"masks": MASKS}, "v2")
        except FileError:
            return False
        read = yaml.safe_load(after)
        before = yaml.safe_load(text)
        before["version"], before["cameras"][0]["masks"] = "v2", MASKS
        assert read == before
        return True

    done = sum(change(seed) for seed in range(tries(1_000)))
    assert done > 0
