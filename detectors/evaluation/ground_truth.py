"""Annotated boxes in the XML format of the PETS2009 annotations (CVML): frames with objects with boxes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from detectors.errors import DetectorsError
from schemas.cameras import Box


class GroundTruthError(DetectorsError):
    """The annotation file is missing or not of this format; one line names the file and the fault."""


@dataclass(frozen=True)
class Annotated:
    """One annotated object: its track's number in the file, and its box in pixels."""

    track: int
    box: Box


def read_ground_truth(path: Path) -> dict[int, list[Annotated]]:
    """Return the annotated objects of each frame, by frame number.

    Raises:
        GroundTruthError: The file is missing, no XML, declares entities, or lacks a number.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise GroundTruthError(f"{path}: cannot be read: {type(error).__name__}") from None
    return parse_ground_truth(text, str(path))


def parse_ground_truth(text: str, name: str) -> dict[int, list[Annotated]]:
    """Return the annotated objects of each frame of a text; see `read_ground_truth`."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise GroundTruthError(f"{name}: a document type is declared, which no annotation needs")
    try:
        root = ET.fromstring(text)  # noqa: S314 - entities cannot be declared, see above
    except ET.ParseError as error:
        raise GroundTruthError(f"{name}: not XML: {error}") from None
    if root.tag != "dataset":
        raise GroundTruthError(f"{name}: the root is <{root.tag}>, expected <dataset>")
    frames: dict[int, list[Annotated]] = {}
    for frame in root.iter("frame"):
        number = int(_number(frame, "number", name))
        if number in frames:
            raise GroundTruthError(f"{name}: frame {number} stands there twice")
        frames[number] = [_object(item, name) for item in frame.iter("object")]
    if not frames:
        raise GroundTruthError(f"{name}: no <frame> in it")
    return frames


def _object(item: ET.Element, name: str) -> Annotated:
    box = item.find("box")
    if box is None:
        raise GroundTruthError(f"{name}: an <object> has no <box>")
    x, y = _number(box, "xc", name), _number(box, "yc", name)
    width, height = _number(box, "w", name), _number(box, "h", name)
    if width <= 0 or height <= 0:
        raise GroundTruthError(f"{name}: a <box> is {width:g} wide and {height:g} high, expected more than 0")
    corners = Box(x_min_px=x - width / 2, y_min_px=y - height / 2, x_max_px=x + width / 2, y_max_px=y + height / 2)
    return Annotated(int(_number(item, "id", name)), corners)


def _number(element: ET.Element, attribute: str, name: str) -> float:
    value = element.get(attribute, "")
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not abs(number) < 1e9:
        raise GroundTruthError(f"{name}: <{element.tag}> has {attribute}={value[:40]!r}, expected a number")
    return number
