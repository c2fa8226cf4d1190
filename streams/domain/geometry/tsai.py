"""Reads a camera model from the XML that comes with PETS2009 (Tsai's parameters, as Willson's software names them)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

_LIMIT: Final = 1e9
"""Far above any length in millimetres that a camera of a town has to do with; keeps the arithmetic finite."""


class TsaiFileError(ValueError):
    """The text is no camera model; names the field, its value and what was expected."""

    def __init__(self, field: str, value: str, expected: str) -> None:
        super().__init__(f"{field} is {value!r}, expected {expected}")
        self.field = field
        self.value = value
        self.expected = expected


@dataclass(frozen=True, slots=True)
class TsaiModel:
    """A camera of Tsai's model ("A versatile camera calibration technique", IEEE J. Robotics and Automation 3, 1987).

    Sensor lengths (`dpx`, `dpy` per pixel, `focal`) share one unit, millimetres as a rule; `kappa1` is per square of it.
    `tx`, `ty`, `tz` are in the unit of the ground, `rx`, `ry`, `rz` are radians. The ground is the plane z = 0.
    """

    width_px: float
    height_px: float
    dpx: float
    dpy: float
    focal: float
    kappa1: float
    cx_px: float
    cy_px: float
    sx: float
    tx: float
    ty: float
    tz: float
    rx_rad: float
    ry_rad: float
    rz_rad: float


def parse_tsai(text: str) -> TsaiModel:
    """Return the camera model of a text.

    Raises:
        TsaiFileError: It is no XML, declares entities, or a number is missing, is none, or cannot be.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise TsaiFileError("document", "<!DOCTYPE", "no document type, which no camera model needs")
    try:
        root = ET.fromstring(text)  # noqa: S314 - entities cannot be declared, see above
    except (ET.ParseError, ValueError) as error:
        raise TsaiFileError("document", str(error)[:80], "XML") from None
    if root.tag != "Camera":
        raise TsaiFileError("root", f"<{root.tag[:40]}>", "<Camera>")
    geometry, intrinsic, extrinsic = (_only(root, tag) for tag in ("Geometry", "Intrinsic", "Extrinsic"))
    return TsaiModel(
        width_px=_length(geometry, "width"),
        height_px=_length(geometry, "height"),
        dpx=_length(geometry, "dpx"),
        dpy=_length(geometry, "dpy"),
        focal=_length(intrinsic, "focal"),
        kappa1=_number(intrinsic, "kappa1"),
        cx_px=_number(intrinsic, "cx"),
        cy_px=_number(intrinsic, "cy"),
        sx=_length(intrinsic, "sx"),
        tx=_number(extrinsic, "tx"),
        ty=_number(extrinsic, "ty"),
        tz=_number(extrinsic, "tz"),
        rx_rad=_number(extrinsic, "rx"),
        ry_rad=_number(extrinsic, "ry"),
        rz_rad=_number(extrinsic, "rz"),
    )


def _only(root: ET.Element, tag: str) -> ET.Element:
    found = root.findall(tag)
    if len(found) != 1:
        raise TsaiFileError(f"<{tag}>", f"there {len(found)} times", "it once")
    return found[0]


def _number(element: ET.Element, attribute: str) -> float:
    value = element.get(attribute, "")
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not abs(number) < _LIMIT:
        raise TsaiFileError(f"<{element.tag}> {attribute}", value[:40], "a number")
    return number


def _length(element: ET.Element, attribute: str) -> float:
    number = _number(element, attribute)
    if number <= 1 / _LIMIT:
        raise TsaiFileError(f"<{element.tag}> {attribute}", element.get(attribute, "")[:40], "a number above 0")
    return number
