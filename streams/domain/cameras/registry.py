"""The camera registry: which cameras there are, what they may see, when, and on what legal basis.

The file is YAML; `streams/config/yaml.py` reads it and names the line of each fault. A camera without a legal basis
cannot be written down: every field of `legal` is required (Gemeentewet art. 151c; domain fact sheet §1).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from schemas.base import Identifier, Part, Pixels, ShortText
from schemas.geo import Lat, Lon

PixelPoint = tuple[Annotated[float, Field(ge=0)], Annotated[float, Field(ge=0)]]
PixelPolygon = Annotated[tuple[PixelPoint, ...], Field(min_length=3, max_length=200)]


class Weekday(StrEnum):
    """A day of the week, as written in the file."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class MapPoint(Part):
    """A point on the map: WGS 84."""

    lat: Lat
    lon: Lon


Area = Annotated[tuple[MapPoint, ...], Field(min_length=3, max_length=500)]
"""A polygon on the map, not closed."""


def _require_area(points: Iterable[tuple[float, float]], what: str) -> None:
    from shapely.geometry import Polygon  # it brings numpy: not for who asks only what a word of this file means

    polygon = Polygon(list(points))
    if not polygon.is_valid:
        raise ValueError(f"{what} crosses itself")
    if polygon.area == 0:
        raise ValueError(f"{what} has no area")


class ViewingWindow(Part):
    """Viewing window: when images may be looked at live, in local time. `until` before `from` runs past midnight."""

    days: Annotated[tuple[Weekday, ...], Field(min_length=1)]
    from_time: Annotated[time, Field(alias="from")]
    until_time: Annotated[time, Field(alias="until")]

    @field_validator("from_time", "until_time", mode="before")
    @classmethod
    def _clock_time(cls, value: object) -> object:
        # YAML 1.1 reads an unquoted 22:00 as the number 1320, which would silently become 00:22.
        if not isinstance(value, (str, time)):
            raise ValueError('expected a local time in quotes, such as "22:00"')  # noqa: TRY004 - what pydantic takes
        return value

    @field_validator("from_time", "until_time")
    @classmethod
    def _local(cls, value: time) -> time:
        if value.tzinfo is not None:
            raise ValueError('expected a local time without an offset, such as "22:00"')
        return value


class LegalBasis(Part):
    """The mayor's decision for this camera: its reference, its dates, its area, its hours of viewing."""

    decision_ref: Annotated[str, Field(min_length=1, max_length=120)]
    valid_from: date
    valid_until: date
    public_area: Area
    viewing_windows: Annotated[tuple[ViewingWindow, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _checked(self) -> LegalBasis:
        if self.valid_until < self.valid_from:
            raise ValueError(f"valid_until {self.valid_until} lies before valid_from {self.valid_from}")
        _require_area(((p.lon, p.lat) for p in self.public_area), "public_area")
        return self


class Masks(Part):
    """Parts of the picture that nobody may see, in pixels of the source's picture. An empty list is a decision too."""

    version: Annotated[str, Field(min_length=1, max_length=40)]
    polygons: tuple[PixelPolygon, ...]


class SurveyedPoint(Part):
    """A point that was found in the picture and measured on the ground (RD New, EPSG:28992)."""

    pixel: PixelPoint
    x_m: float
    y_m: float


class HomographyCalibration(Part):
    """A plane ground, fitted to at least four surveyed points of which no three lie on one line."""

    method: Literal["homography"]
    version: Annotated[str, Field(min_length=1, max_length=40)]
    date: date
    points: Annotated[tuple[SurveyedPoint, ...], Field(min_length=4, max_length=200)]


class TsaiCalibration(Part):
    """A full camera model in a file (Tsai 1987, XML as PETS2009's), and where its axes lie on the map.

    The model's own ground axes are turned by `bearing_deg` (from the map's x axis to the model's, counter-clockwise) and moved
    to `origin_x_m`, `origin_y_m` (RD New).
    """

    method: Literal["tsai"]
    version: Annotated[str, Field(min_length=1, max_length=40)]
    date: date
    file: Annotated[str, Field(min_length=1, description="Path of the file; relative to the registry's folder")]
    unit_m: Annotated[float, Field(gt=0, description="Metres per unit of the file; PETS2009 is in millimetres")] = 0.001
    origin_x_m: float = 0.0
    origin_y_m: float = 0.0
    bearing_deg: Annotated[float, Field(ge=-360, le=360)] = 0.0


class WalkersCalibration(Part):
    """A camera of which nobody surveyed anything: fitted to the boxes of people who walk upright (`--from-walkers`).

    A pinhole in the middle of a picture of this size, `height_m` above flat ground, looking `tilt_deg` down, rolled clockwise by
    `roll_deg`. It stands above `origin_x_m`, `origin_y_m` (RD New) and looks in the direction `bearing_deg` (from the map's
    y axis, clockwise): where people are on the map is only as good as those. `boxes`, `height_error` (the median error of a box's
    height, as a share) and `walking_m_per_s` (what speed people then walk at) say what it was made of.
    """

    method: Literal["walkers"]
    version: Annotated[str, Field(min_length=1, max_length=40)]
    date: date
    width_px: Pixels
    height_px: Pixels
    height_m: Annotated[float, Field(gt=1, le=100)]
    tilt_deg: Annotated[float, Field(gt=0, le=90)]
    roll_deg: Annotated[float, Field(ge=-90, le=90)] = 0.0
    focal_px: Annotated[float, Field(ge=1, le=100_000)]
    boxes: Annotated[int, Field(ge=1)]
    height_error: Annotated[float, Field(ge=0)]
    walking_m_per_s: Annotated[float, Field(gt=0)]
    origin_x_m: float = 0.0
    origin_y_m: float = 0.0
    bearing_deg: Annotated[float, Field(ge=-360, le=360)] = 0.0


Calibration = Annotated[HomographyCalibration | TsaiCalibration | WalkersCalibration, Field(discriminator="method")]


class StayingGroup(Part):
    """A group that stays: so many persons, each for so long."""

    persons: Annotated[int, Field(ge=2)]
    stay_s: Annotated[float, Field(gt=0)]


class CrossingLine(Part):
    """A line across the ground, from one point of the picture to another, and the direction that is forbidden.

    Left and right are those of somebody who stands at the first point and looks at the second, in the picture.
    """

    points: Annotated[tuple[PixelPoint, PixelPoint], Field(description="In pixels")]
    forbidden: Literal["left_to_right", "right_to_left"]


class ZoneEventSettings(Part):
    """Zone event settings: which situations are looked for in a zone; each is off unless it is set."""

    dwelling_s: Annotated[float, Field(gt=0)] | None = None
    group: StayingGroup | None = None
    running: bool = False
    gathering: Annotated[
        bool, Field(description="Many persons of the whole view who come to stand together, or go")
    ] = False
    object_left_s: Annotated[float, Field(gt=0, description="A bag whose owner has gone for so long")] | None = None
    line: CrossingLine | None = None
    closed: Annotated[tuple[ViewingWindow, ...], Field(description="When nobody may be in it")] = ()


class Zone(Part):
    """A part of the picture that is watched: objects count whose foot point lies in it (pixels)."""

    id: Identifier
    name: ShortText
    polygon: PixelPolygon
    group_min_s: Annotated[float, Field(gt=0, description="Stay after which a person counts as one of a group")] = 20.0
    situations: ZoneEventSettings = ZoneEventSettings()

    @field_validator("polygon")
    @classmethod
    def _area(cls, polygon: tuple[PixelPoint, ...]) -> tuple[PixelPoint, ...]:
        _require_area(polygon, "polygon")
        return polygon


class CameraSource(Part):
    """Camera source: where pictures come from.

    `url` is an `rtsp://` address, a video file, or a folder of still images; `${NAME}` is taken from the environment when
    pictures are read, so that no password stands in the file or is held by who reads none. `start` and `fps` are for
    files and folders only: `start: now` gives the first picture the moment at which capture begins. `offset_s` is where
    in the file to begin the first time: the picture there is the one that has the time `start`, and a loop goes on from
    the file's own beginning.
    """

    url: Annotated[str, Field(min_length=1, repr=False)]
    start: Annotated[str, Field(pattern=r"^(now|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))$")] = "now"
    fps: Annotated[
        float, Field(gt=0, le=120, description="Pictures per second of the file, its header may be wrong")
    ] = 5
    loop: bool = False
    offset_s: Annotated[float, Field(ge=0, description="Seconds of the file's own time to skip at first")] = 0.0
    transport: Literal["tcp", "udp"] = "tcp"
    motion_gate: Annotated[
        bool | None, Field(description="Whether pictures without motion are left out; live cameras do by default")
    ] = None
    password_file: Annotated[
        str | None,
        Field(
            min_length=1,
            description="File that holds the password of the user in `url`, as it is, and nothing else; relative to the "
            "registry's folder",
        ),
    ] = None
    quiet_decoding: Annotated[
        Literal["all", "key_frames"] | None,
        Field(
            description="What is decoded of a live stream while nothing moves: key frames alone by default where the "
            "picture is larger than 704x576"
        ),
    ] = None

    @model_validator(mode="after")
    def _whose_password(self) -> CameraSource:
        """Hold that a password in a file has its user, and no rival, in the address."""
        login, at, _ = self.url.partition("://")[2].partition("@")
        if self.password_file is not None and (not at or not login or ":" in login or "/" in login):
            raise ValueError("password_file needs the user, and no password, in url: rtsp://user@host/path")
        return self


class Camera(Part):
    """One camera."""

    id: Identifier
    name: ShortText
    control_room: Identifier
    position: MapPoint
    view_area: Annotated[Area, Field(description="The ground that it sees")]
    width_px: Pixels
    height_px: Pixels
    source: CameraSource
    legal: LegalBasis
    masks: Masks
    zones: Annotated[tuple[Zone, ...], Field(min_length=1)]
    calibration: Calibration | None = None
    sampling: Annotated[
        Literal["every_picture", "when_needed"],
        Field(
            description="Which pictures the model looks at: every one, or one per second and those that something needs; "
            "the latter for calibrated cameras"
        ),
    ] = "every_picture"
    occluders: Annotated[
        tuple[PixelPolygon, ...],
        Field(description="What stands before the ground: trees, stalls; no ground to stand on"),
    ] = ()

    @model_validator(mode="after")
    def _inside_picture(self) -> Camera:
        _require_area(((p.lon, p.lat) for p in self.view_area), "view_area")
        unique(self.zones, "zone")
        shapes = [(f"zone {zone.id}", zone.polygon) for zone in self.zones]
        shapes += [(f"mask {number}", polygon) for number, polygon in enumerate(self.masks.polygons)]
        shapes += [(f"occluder {number}", polygon) for number, polygon in enumerate(self.occluders)]
        for what, polygon in shapes:
            for x, y in polygon:
                if x > self.width_px or y > self.height_px:
                    raise ValueError(
                        f"{what}: point ({x:g}, {y:g}) lies outside the picture of {self.width_px}x{self.height_px}"
                    )
        return self

    @model_validator(mode="after")
    def _followed_when_sampled(self) -> Camera:
        """Hold that a camera is only sampled where persons are followed on the ground: in the picture a second is too long."""
        if self.sampling == "when_needed" and self.calibration is None:
            raise ValueError("sampling when_needed needs a calibration, by which persons are followed over a second")
        return self


class ControlRoom(Part):
    """A control room and the area whose reports it handles. Areas may not overlap; the first in the file wins a border."""

    id: Identifier
    name: ShortText
    area: Area


class Registry(Part):
    """All cameras and control rooms, with the version that goes into each alert."""

    UNEXPANDED: ClassVar = ("cameras", "*", "source", "url")
    """Where `${NAME}` stays as it stands when the file is read: what it stands for is for who reads pictures alone."""

    version: Annotated[str, Field(min_length=1, max_length=40)]
    control_rooms: Annotated[tuple[ControlRoom, ...], Field(min_length=1)]
    cameras: tuple[Camera, ...]

    @model_validator(mode="after")
    def _consistent(self) -> Registry:
        unique(self.control_rooms, "control room")
        unique(self.cameras, "camera")
        rooms = {room.id for room in self.control_rooms}
        for camera in self.cameras:
            if camera.control_room not in rooms:
                raise ValueError(f"camera {camera.id}: control_room {camera.control_room} is not in control_rooms")
        return self

    def camera(self, camera_id: str) -> Camera | None:
        """Return a camera, or None."""
        return next((camera for camera in self.cameras if camera.id == camera_id), None)


class RoomName(Part):
    """A control room as who sees no camera knows it: by its id."""

    model_config = ConfigDict(extra="ignore")

    id: Identifier


class RegistryHead(Part):
    """Registry head: what a stage that sees no camera needs of the registry: its version and the ids of its rooms.

    The rest of the file is not looked at: to check the outlines of a thousand cameras takes longer than the rest of a start.
    """

    model_config = ConfigDict(extra="ignore")
    UNEXPANDED: ClassVar = Registry.UNEXPANDED

    version: Annotated[str, Field(min_length=1, max_length=40)]
    control_rooms: Annotated[tuple[RoomName, ...], Field(min_length=1)]


def unique(items: Iterable[Zone | Camera | ControlRoom], what: str) -> None:
    """Check that no id occurs twice.

    Raises:
        ValueError: One does; names it.
    """
    seen: set[str] = set()
    for item in items:
        if item.id in seen:
            raise ValueError(f"two {what}s have the id {item.id}")
        seen.add(item.id)
