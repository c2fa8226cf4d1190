"""Which rule tells of which zone: a file whose faults are told before anything runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.capture.onvif.event import CameraEvent, NotTaken
from streams.capture.onvif.zones import load_zones
from streams.config.registry import load_registry
from streams.config.yaml import FileError
from streams.errors import ConfigurationError
from tests.support.onvif import INSIDE, LOITERING, NOW, OCCUPANCY, registry_file, zones, zones_document


def test_a_rule_is_found_by_camera_event_and_name(tmp_path: Path) -> None:
    """What the file does not say is unknown, and which part of it."""
    known = zones(tmp_path)
    found = known.find(CameraEvent("gemeente/plein-1", LOITERING, "Bank", NOW, True))
    assert not isinstance(found, NotTaken)
    assert (found[0].id, found[1].zone) == ("plein-1", "plein")
    assert known.find(CameraEvent("gemeente/plein-2", LOITERING, "Bank", NOW, True)) is NotTaken.UNKNOWN_CAMERA
    assert known.find(CameraEvent("gemeente/plein-1", LOITERING, "Hek", NOW, True)) is NotTaken.UNKNOWN_RULE
    assert known.find(CameraEvent("gemeente/plein-1", INSIDE, "Bank", NOW, True)) is NotTaken.UNKNOWN_RULE


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"camera": "nobody"}, "camera nobody"),
        ({"rules": [{"rule": "a", "event": OCCUPANCY, "zone": "nowhere"}]}, "zone nowhere of plein-1"),
        ({"rules": [{"rule": "a", "event": "RuleEngine/Face", "zone": "plein"}]}, "is none of: RuleEngine"),
        ({"rules": [{"rule": "a", "event": OCCUPANCY, "zone": "plein", "tells": "dwelling"}]}, "cannot tell dwelling"),
        (
            {"rules": [{"rule": "a", "event": LOITERING, "zone": "plein"}]},
            "cannot tell None, expected one of: dwelling",
        ),
        ({"prefix": "gemeente/#"}, "without \\+ and #"),
        ({"prefix": "$SYS"}, "without \\+ and #"),
        ({"rules": []}, "at least 1 item"),
    ],
)
def test_a_faulty_file_is_told(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    """In one line that names what is wrong."""
    path = tmp_path / "onvif.yaml"
    path.write_text(yaml.safe_dump(zones_document(**changes)))
    registry = load_registry(registry_file(tmp_path))
    with pytest.raises((FileError, ConfigurationError), match=told):
        load_zones(path, registry)
