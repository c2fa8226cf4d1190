"""What an installer is told to set, and the entry to paste."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import yaml

from detectors.sources.trial import PacketArrival, Trial, figures
from streams.cameras.trial import entry, lines_of, proposed_id, what_to_set, without_password
from streams.config.yaml import FileError, parse_yaml
from streams.domain.cameras.registry import Registry

GOOD = Trial(
    "rtsp", 1280, 720, "h264", "High", fps=10.0, key_frame_s=1.0, kbit_per_s=900.0, first_picture_s=0.8, late_s=0.05,
    login="digest MD5", watched_s=8.0,
)  # fmt: skip


def _stream(seconds: float, fps: float, key_every: int, late_s: float = 0.0) -> list[PacketArrival]:
    """Return what came: a backlog of one second at once, then each in time but for one that was held up."""
    found = [PacketArrival(max(n / fps, 1.0), n / fps, n % key_every == 0, 1_000) for n in range(int(seconds * fps))]
    found[-1] = replace(found[-1], at_s=found[-1].at_s + late_s)
    return found


def test_figures_of_a_stream() -> None:
    """Rate and key frames by the stream's own clock; what had waited while it was opened is not called late."""
    found = figures(_stream(6.0, 10.0, 20, late_s=0.75))
    assert found.fps == pytest.approx(10.0)
    assert found.key_frame_s == pytest.approx(2.0)
    assert found.late_s == pytest.approx(0.75)
    assert found.kbit_per_s == pytest.approx(60 * 8 / found.watched_s)


def test_too_little_tells_nothing() -> None:
    """No picture, one picture, or none with a time: no figure is made up."""
    for arrivals in (
        [],
        [PacketArrival(1.0, 0.0, True, 10)],
        [PacketArrival(1.0, None, True, 10), PacketArrival(2.0, None, True, 10)],
    ):
        found = figures(arrivals)
        assert (found.fps, found.key_frame_s, found.late_s) == (None, None, None)


def test_a_camera_as_it_should_be_needs_nothing() -> None:
    """Nor does a file."""
    assert list(what_to_set(GOOD)) == []
    assert list(what_to_set(Trial("file", 64, 48))) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"codec": "vp8"}, "coding vp8: set H.264"),
        ({"key_frame_s": None}, "fewer than two in 8 s"),
        ({"key_frame_s": 6.1}, "would be given up"),
        ({"key_frame_s": 4.0}, "one in 4.0 s; set one every 1 to 2 s"),
        ({"fps": 25.0}, "25 pictures per second; 5 are read"),
        ({"fps": 2.0}, "2.0 pictures per second"),
        ({"width_px": 3840, "height_px": 2160}, "the second stream"),
        ({"reordered": True}, "B-frames: switch them off"),
        ({"late_s": 0.9}, "up to 0.9 s late"),
        ({"login": "none"}, "whoever reaches it can watch"),
        ({"login": "basic"}, "sends the password readable"),
    ],
)
def test_what_is_to_be_set(changes: dict[str, object], words: str) -> None:
    """Each is one line, and nothing else is asked for."""
    (line,) = what_to_set(replace(GOOD, **changes))  # type: ignore[arg-type]
    assert words in line


def test_the_entry_is_yaml_and_asks_for_what_only_a_person_knows() -> None:
    """It masks all, has no password, and the check names each field that is empty."""
    text = entry("plein-1", "rtsp://viewer:hunter2@10.0.3.7/stream2", GOOD)
    assert "hunter2" not in text
    (camera,) = yaml.safe_load("cameras:\n" + text)["cameras"]
    assert camera["source"]["url"] == "rtsp://${CAMERA_PLEIN_1_LOGIN}@10.0.3.7/stream2"
    assert camera["masks"]["polygons"] == [[[0, 0], [1280, 0], [1280, 720], [0, 720]]]
    with pytest.raises(FileError) as told:
        parse_yaml("version: a\ncontrol_rooms: []\ncameras:\n" + text, "r.yaml", Registry, {}, context={})
    for field in ("name", "control_room", "position.lat", "view_area", "decision_ref", "valid_from", "public_area"):
        assert field in str(told.value)


def test_an_address_keeps_its_variable_and_loses_its_password() -> None:
    """A user alone is no secret."""
    assert without_password("c", "rtsp://${CAM}@h/x") == "rtsp://${CAM}@h/x"
    assert without_password("c", "rtsp://bob@h/x") == "rtsp://bob@h/x"
    assert without_password("c", "rtsp://bob:p@ss@h/x") == "rtsp://${CAMERA_C_LOGIN}@h/x"
    assert without_password("c", "stills") == "stills"


def test_an_id_is_made_of_the_address() -> None:
    """Whatever the address is, it is one that the registry takes."""
    assert proposed_id("rtsp://u:p@10.0.3.7:554/x") == "10-0-3-7"
    assert proposed_id("videos/Plein Noord.avi") == "plein-noord-avi"
    for odd in ("", "rtsp://[::1/x", "///", "rtsp://"):
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]*", proposed_id(odd))


def test_what_was_measured_is_told() -> None:
    """A figure that is not known is not shown."""
    told = "\n".join(lines_of(GOOD))
    assert "1280x720, 10.0 per second" in told
    assert "h264 High, a key frame each 1.0 s, 900 kbit/s" in told
    assert "None" not in "\n".join(lines_of(replace(GOOD, fps=None, key_frame_s=None, late_s=None, kbit_per_s=None)))
    assert list(lines_of(Trial("file", 64, 48))) == ["picture    64x48"]
