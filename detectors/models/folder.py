"""A model as a folder in OpenVINO's form, as ultralytics exports it, and what its `metadata.yaml` tells."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from detectors.models.base import ModelMissingError, NotAModelError

SUFFIX: Final = "_openvino_model"
"""How ultralytics names the folder."""
METADATA: Final = "metadata.yaml"
MAX_SIDE_PX: Final = 4_096
"""Largest input that is believed; ultralytics' own are 640 to 1280."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """Model facts: what a model needs and says: its input's size in pixels, and the name of each class number from zero on."""

    width_px: int
    height_px: int
    names: Mapping[int, str]


def is_openvino(path: Path) -> bool:
    """Return whether a path is meant to be a model in OpenVINO's form."""
    return path.is_dir() and (path.name.endswith(SUFFIX) or any(path.glob("*.xml")))


def read_facts(folder: Path) -> ModelFacts:
    """Return what the folder's metadata tell.

    Raises:
        ModelMissingError: There is no such folder.
        NotAModelError: It holds no model, or its metadata are missing or wrong.
    """
    if not folder.is_dir():
        raise ModelMissingError(f"detector model {folder}: no such file or folder")
    if not any(folder.glob("*.xml")):
        raise NotAModelError(f"detector model {folder}: not a readable model: no .xml file in it")
    try:
        text = (folder / METADATA).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NotAModelError(f"detector model {folder}: {METADATA} cannot be read: {type(error).__name__}") from None
    return parse_facts(text, folder)


def parse_facts(text: str, folder: Path) -> ModelFacts:
    """Return what metadata tell; the folder stands for the model in errors. See `read_facts`."""
    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise NotAModelError(f"detector model {folder}: {METADATA} is no YAML: {type(error).__name__}") from None
    told: dict[Any, Any] = content if isinstance(content, dict) else {}
    names, size = told.get("names"), told.get("imgsz")
    if not isinstance(names, dict) or not names or list(names) != list(range(len(names))):
        raise NotAModelError(f"detector model {folder}: {METADATA} has no `names` from 0 on")
    sides: list[Any] = size if isinstance(size, list) else [size, size]
    if len(sides) != 2 or not all(type(side) is int and 32 <= side <= MAX_SIDE_PX for side in sides):
        raise NotAModelError(
            f"detector model {folder}: {METADATA} has imgsz {str(size)[:40]}, expected height and width, 32 to {MAX_SIDE_PX}"
        )
    return ModelFacts(sides[1], sides[0], {number: str(name) for number, name in names.items()})


def fingerprint(path: Path) -> str:
    """Return the first eight digits of the SHA-256 of a model's largest file: its weights."""
    files = [path] if path.is_file() else sorted(path.glob("*"), key=lambda file: file.stat().st_size)
    if not files:
        return "unknown"
    return hashlib.sha256(files[-1].read_bytes()).hexdigest()[:8]
