"""Names: what people call a camera, where messages have its id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from schemas.phrases.phrase import Phrase

CameraName = Callable[[str], str]
"""Returns a camera's name by its id; the id where nobody knows one."""
_CAMERA: Final = "camera"
"""The value of a phrase that is a camera's id, whichever phrase it is."""


def in_document(phrase: Mapping[str, Any] | None, camera_name: CameraName) -> Mapping[str, Any] | None:
    """Return a phrase of a document with the cameras' names in place of their ids, also in the phrases within it."""
    return None if phrase is None else _named(phrase, camera_name)


def in_phrase(phrase: Phrase | None, camera_name: CameraName) -> Phrase | None:
    """Return a phrase with the cameras' names in place of their ids, also in the phrases within it."""
    if phrase is None:
        return None
    values: dict[str, Any] = {}
    for name, value in phrase.values.items():
        if name == _CAMERA and isinstance(value, str):
            values[name] = camera_name(value)
        elif isinstance(value, Phrase):
            values[name] = in_phrase(value, camera_name)
        elif isinstance(value, tuple):
            values[name] = tuple(in_phrase(each, camera_name) for each in value)
        else:
            values[name] = value
    return phrase.model_copy(update={"values": values})


def _named(found: Any, camera_name: CameraName) -> Any:
    if isinstance(found, Mapping):
        return {
            name: camera_name(value) if name == _CAMERA and isinstance(value, str) else _named(value, camera_name)
            for name, value in found.items()
        }
    return [_named(each, camera_name) for each in found] if isinstance(found, list) else found
