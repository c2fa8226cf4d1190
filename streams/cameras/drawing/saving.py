"""Saving what was drawn: into the registry as it is now, whole or not at all."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import yaml

from streams.cameras.drawing.shapes import DrawnShapes, changed_parts
from streams.config.registry import load_registry
from streams.config.registry_edit import replace_file, with_parts
from streams.config.yaml import FileError


def save_shapes(path: Path, camera_id: str, drawn: DrawnShapes, version: str, today: date) -> str:
    """Write what was drawn on a camera's picture; return what is told of it.

    Args:
        path: The registry's file, read anew: somebody may have changed another part of it meanwhile.
        camera_id: The camera.
        drawn: All that is on the picture.
        version: The registry's new version, and that of masks and calibration that are new.
        today: Date of a new calibration.

    Raises:
        FileError: What was drawn does not go into the registry, with all that is wrong; nothing was written.
    """
    load_registry(path)
    try:
        before = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise FileError(f"{path}: cannot be read") from None
    entry = next((each for each in yaml.safe_load(before)["cameras"] if each["id"] == camera_id), None)
    if entry is None:
        raise FileError(f"{path}: the camera {camera_id} is gone")
    parts = changed_parts(entry, drawn, version, today)
    if not parts:
        return "Nothing was changed."
    replace_file(path, before, with_parts(before, str(path), camera_id, parts, version))
    return f"{', '.join(parts)} of {camera_id} saved, version {version}."
