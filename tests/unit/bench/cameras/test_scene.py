"""What the cameras of `bench cameras` show, and what their workers know of them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.cameras.scene import CATEGORY, FilmPicture, SceneCameras, SceneFilm, write_registry, write_rules
from schemas.cameras import FrameReference
from schemas.codec import decode
from schemas.incidents import Incident
from streams.config.files import load_rules
from streams.config.registry import load_registry

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
FILM = SceneFilm([FilmPicture(bytes([number]), 7 * number) for number in range(100)], 768, 576)


def test_cameras_show_one_film_each_from_elsewhere_on() -> None:
    """Each goes through it picture by picture, and what was sent is known by its id."""
    cameras = SceneCameras(FILM, "run")
    records = [cameras.picture(number % 2, NOON) for number in range(4)]
    frames = [decode(record.value, record.headers) for record in records]
    assert [each.sequence for each in frames if isinstance(each, FrameReference)] == [0, 0, 1, 1]
    assert [record.value for record in records] == [b"\x00", b"\x25", b"\x01", b"\x26"]
    assert cameras.sent["camera-1"] == [(frames[1].message_id(), 7 * 37), (frames[3].message_id(), 7 * 38)]


def test_a_report_lies_in_its_camera_s_view_and_in_no_other_s(tmp_path: Path) -> None:
    """The place is the camera's, and the cameras are further apart than the rules look."""
    write_registry(tmp_path / "registry.json", FILM, 3, "every_picture", None)
    registry = load_registry(tmp_path / "registry.json")
    record = SceneCameras(FILM, "run").report(2, NOON)
    report = decode(record.value, record.headers)
    assert isinstance(report, Incident)
    assert report.position is not None
    assert (report.position.lat, report.position.lon) == (
        registry.cameras[2].position.lat,
        registry.cameras[2].position.lon,
    )
    assert [each.zones[0].polygon[2] for each in registry.cameras] == [(768.0, 576.0)] * 3


def test_each_report_waits_for_what_its_camera_shows_next(tmp_path: Path) -> None:
    """Nothing that was seen before answers it, one person does, and no two reports are one situation."""
    write_rules(tmp_path / "rules.yaml")
    category = load_rules(tmp_path / "rules.yaml").of(CATEGORY)
    assert category.cameras is not None
    assert category.cameras.before_s == 0
    assert [(each.persons, each.measure) for each in category.cameras.signals] == [(1, None)]
    assert category.situation.window_s == 1


def test_sampled_cameras_need_a_calibration(tmp_path: Path) -> None:
    """As in any registry."""
    write_registry(tmp_path / "registry.json", FILM, 1, "when_needed", None)
    with pytest.raises(Exception, match="sampling when_needed needs a calibration"):
        load_registry(tmp_path / "registry.json")
