"""What a camera sends: frames, its own state, detections, and what a zone shows."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from schemas.base import Identifier, Message, Part, Pixels, ShortText, Utc, derive_id, iso_utc


class Visibility(StrEnum):
    """What a camera could see when it looked. Only `clear` allows to say that nothing was there."""

    CLEAR = "clear"
    FROZEN = "frozen"
    BLACK = "black"
    BLINDED = "blinded"
    BLURRED = "blurred"
    MOVED = "moved"
    MASKED_OUT = "masked_out"


Quiet = Annotated[
    float,
    Field(
        ge=0, le=3_600, description="Seconds just before this picture in which the camera was watched without motion"
    ),
]
"""Pictures in which nothing moves are not sent: what the picture before showed held for this long."""


class FrameReference(Message):
    """Which picture this is. It travels in the header `frame` of a `camera-frames` record; the value is the JPEG.

    `epoch` begins anew whenever the capture process (re)opens the source, so (camera, epoch, sequence) is unique.
    """

    name: ClassVar[str] = "camera-frame"
    topics: ClassVar[tuple[str, ...]] = ("camera-frames",)

    camera_id: Identifier
    epoch: Identifier
    sequence: Annotated[int, Field(ge=0)]
    captured_at: Utc
    width_px: Pixels
    height_px: Pixels
    mask_version: Annotated[
        str, Field(min_length=1, max_length=40, description="Version of the masks that were applied")
    ]
    visibility: Visibility = Visibility.CLEAR
    quiet_s: Quiet = 0.0

    def message_id(self) -> str:
        """Return the frame's identity."""
        return derive_id("camera-frame", self.camera_id, self.epoch, str(self.sequence))

    def key(self) -> str:
        """Return the camera."""
        return self.camera_id

    def happened_at(self) -> datetime:
        """Return when the picture was taken."""
        return self.captured_at


class CameraState(StrEnum):
    """Whether a camera can be relied on now."""

    ONLINE = "online"
    OFFLINE = "offline"
    DEGRADED = "degraded"
    REFUSED = "refused"


class CameraStatus(Message):
    """A change of what a camera can do, with a bounded reason code and one line for a person.

    `aspect` keeps what capture says of the connection (`stream`) and of what can be seen (`view`) apart from what detection
    says (`detector`): the camera can be relied on when all are online. The reason of a degraded `view` is a `Visibility`.
    """

    name: ClassVar[str] = "camera-status"
    topics: ClassVar[tuple[str, ...]] = ("camera-status", "camera-state")

    camera_id: Identifier
    aspect: Annotated[str, Field(pattern="^(stream|view|detector)$")] = "stream"
    state: CameraState
    reason: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,40}$", description="A bounded code: lost, wrong_password")]
    detail: ShortText = ""
    changed_at: Utc

    def message_id(self) -> str:
        """Return an identity that depends on the camera, the aspect, the state and the moment."""
        return derive_id(
            "camera-status", self.camera_id, self.aspect, self.state, self.reason, iso_utc(self.changed_at)
        )

    def key(self) -> str:
        """Return the camera."""
        return self.camera_id

    def happened_at(self) -> datetime:
        """Return when the state changed."""
        return self.changed_at


class DetectorInfo(Part):
    """Which detector looked. `degraded` marks a fallback whose counts are rougher (HOG)."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    version: Annotated[str, Field(min_length=1, max_length=80)]
    degraded: bool = False


class ObjectClass(StrEnum):
    """What may be detected. No attribute of a person exists beyond being one."""

    PERSON = "person"
    BICYCLE = "bicycle"
    MOTORCYCLE = "motorcycle"
    CAR = "car"
    BUS = "bus"
    TRUCK = "truck"
    BAG = "bag"


class Box(Part):
    """An axis-parallel box in pixels of the masked picture, origin at the top left, y downwards."""

    x_min_px: float
    y_min_px: float
    x_max_px: float
    y_max_px: float

    @model_validator(mode="after")
    def _ordered(self) -> Box:
        if self.x_max_px <= self.x_min_px or self.y_max_px <= self.y_min_px:
            raise ValueError(
                f"box must have x_min < x_max and y_min < y_max, got x {self.x_min_px}..{self.x_max_px}, "
                f"y {self.y_min_px}..{self.y_max_px}"
            )
        return self


def iou(a: Box, b: Box) -> float:
    """Return intersection over union of two boxes: 0 apart, 1 equal."""
    width = min(a.x_max_px, b.x_max_px) - max(a.x_min_px, b.x_min_px)
    height = min(a.y_max_px, b.y_max_px) - max(a.y_min_px, b.y_min_px)
    if width <= 0 or height <= 0:
        return 0.0
    areas = [(box.x_max_px - box.x_min_px) * (box.y_max_px - box.y_min_px) for box in (a, b)]
    return width * height / (sum(areas) - width * height)


class DetectedObject(Part):
    """One object in one frame. A track id holds within one camera and one track epoch, and never means a person."""

    object_class: ObjectClass
    score: Annotated[float, Field(ge=0, le=1)]
    box: Box
    track_id: Annotated[int, Field(ge=0)] | None = None


class CrowdMap(Part):
    """How many persons a counting model sees in each cell of a picture: rows of cells from the top, each from the left.

    `measured_to_per_m2` is the highest density at which the model's error was measured.
    """

    model: Annotated[str, Field(min_length=1, max_length=141, description="Its name and version")]
    measured_to_per_m2: Annotated[float, Field(ge=0, le=20)]
    columns: Annotated[int, Field(ge=1, le=64)]
    rows: Annotated[int, Field(ge=1, le=64)]
    persons: tuple[Annotated[float, Field(ge=0)], ...]

    @model_validator(mode="after")
    def _whole(self) -> CrowdMap:
        if len(self.persons) != self.columns * self.rows:
            raise ValueError(f"persons has {len(self.persons)} cells, expected {self.columns}x{self.rows}")
        return self


class Detections(Message):
    """All objects that a detector found in one frame; an empty list says that it looked and found nothing."""

    name: ClassVar[str] = "detections"
    topics: ClassVar[tuple[str, ...]] = ("detections",)

    camera_id: Identifier
    frame_id: str
    captured_at: Utc
    width_px: Pixels
    height_px: Pixels
    detector: DetectorInfo
    track_epoch: Identifier
    objects: tuple[DetectedObject, ...]
    visibility: Visibility = Visibility.CLEAR
    quiet_s: Quiet = 0.0
    crowd: Annotated[CrowdMap | None, Field(description="Where a counting model is configured, once per second")] = None

    def message_id(self) -> str:
        """Return an identity derived from the frame: a frame has one set of detections."""
        return derive_id("detections", self.frame_id)

    def key(self) -> str:
        """Return the camera."""
        return self.camera_id

    def happened_at(self) -> datetime:
        """Return when the picture was taken."""
        return self.captured_at


class SituationKind(StrEnum):
    """Situations in a zone that a camera can recognise by itself."""

    DWELLING = "dwelling"
    GROUP = "group"
    RUNNING = "running"
    CONVERGING = "converging"
    DISPERSING = "dispersing"
    OBJECT_LEFT = "object_left"
    WRONG_DIRECTION = "wrong_direction"
    CLOSED_ZONE = "closed_zone"


class ZoneSituation(Part):
    """A situation that holds in a zone, since when, how large (in the unit that the words tell), and why in words."""

    kind: SituationKind
    since: Utc
    value: Annotated[float, Field(ge=0)]
    explanation: ShortText


class GroundMeasure(Part):
    """What a calibrated zone shows, in metres on the ground.

    `area_m2` is the zone's ground that can be seen: without masks and occluders. `densest_per_m2` is the density in the
    densest square of 3 x 3 m. Corrected figures allow for persons whom the detector misses among others, by its measured
    recall; each error is one standard deviation. `speed_drop` is the share by which the mean speed is below the scene's own
    normal. `dispersal` is the share of moving persons who move away from one point.
    """

    calibration_version: Annotated[str, Field(min_length=1, max_length=40)]
    counted_by: Annotated[str, Field(max_length=141, description="`boxes`, or the counting model")] = "boxes"
    area_m2: Annotated[float, Field(gt=0)]
    densest_per_m2: Annotated[float, Field(ge=0)]
    error_per_m2: Annotated[float, Field(ge=0)] | None = None
    corrected_per_m2: Annotated[float, Field(ge=0)] | None = None
    corrected_error_per_m2: Annotated[float, Field(ge=0)] | None = None
    speed_m_per_s: Annotated[float, Field(ge=0)] | None = None
    speed_drop: Annotated[float, Field(ge=0, le=1)] | None = None
    dispersal: Annotated[float, Field(ge=0, le=1)] | None = None


class Observation(Message):
    """What one zone showed during one second.

    Counts are of objects whose foot point (bottom centre of the box) lies in the zone. `count` is the median over the
    frames of that second, `count_max` the highest. `dwell_s` is the longest time that a track now in the zone has been
    in it. `group_size` is the number of persons in the zone that have stayed for at least the zone's group time.
    `density_per_m2` is null where the zone is not calibrated, never zero. `inflow` and `outflow` are the persons who crossed
    the zone's edge in this second. `quiet_s` whole seconds just before this one were watched too, and nothing moved in them.
    A second whose `visibility` is not clear tells what was seen, and never that nothing was there.
    """

    name: ClassVar[str] = "observation"
    topics: ClassVar[tuple[str, ...]] = ("observations",)

    camera_id: Identifier
    zone_id: Identifier
    control_room_id: Identifier
    second: Annotated[Utc, Field(description="Start of the second that is told about")]
    frames: Annotated[int, Field(ge=0, description="Frames seen in this second; zero means nobody looked")]
    count: Annotated[int, Field(ge=0)]
    count_max: Annotated[int, Field(ge=0)]
    vehicles: Annotated[int, Field(ge=0)]
    dwell_s: Annotated[float, Field(ge=0)]
    group_size: Annotated[int, Field(ge=0)]
    density_per_m2: Annotated[float, Field(ge=0)] | None = None
    lower_bound: Annotated[bool, Field(description="Boxes overlap so much that the count is a lower bound")] = False
    detector: DetectorInfo
    newest_frame_at: Utc
    visibility: Visibility = Visibility.CLEAR
    quiet_s: Annotated[int, Field(ge=0, le=3_600)] = 0
    count_error: Annotated[
        float | None, Field(ge=0, description="One standard deviation of the count, in persons, where it was measured")
    ] = None
    inflow: Annotated[int, Field(ge=0)] = 0
    outflow: Annotated[int, Field(ge=0)] = 0
    rise_per_min: Annotated[
        float | None, Field(description="Persons per minute by which the count rises; negative where it falls")
    ] = None
    level: Annotated[Identifier, Field(description="The crowd level that holds, `none` below the first")] = "none"
    ground: GroundMeasure | None = None
    situations: tuple[ZoneSituation, ...] = ()

    def message_id(self) -> str:
        """Return an identity derived from the zone and the second."""
        return derive_id("observation", self.camera_id, self.zone_id, iso_utc(self.second))

    def key(self) -> str:
        """Return the camera."""
        return self.camera_id

    def happened_at(self) -> datetime:
        """Return the time of the newest frame that contributed."""
        return self.newest_frame_at


class SnapshotRequest(Message):
    """An operator asks one camera for a picture; persons are pixelated unless `unblurred` is asked and the user may have it."""

    name: ClassVar[str] = "snapshot-request"
    topics: ClassVar[tuple[str, ...]] = ("snapshot-requests",)

    request_id: Identifier
    camera_id: Identifier
    alert_id: str
    user: Identifier
    requested_at: Utc
    moment: Annotated[Utc, Field(description="The moment that the picture should show")]
    unblurred: bool = False

    def message_id(self) -> str:
        """Return the request's identity."""
        return self.request_id

    def key(self) -> str:
        """Return the camera."""
        return self.camera_id

    def happened_at(self) -> datetime:
        """Return when it was asked."""
        return self.requested_at


class SnapshotRefusal(StrEnum):
    """Why a request for a picture is answered without one; safe as a metric label."""

    NOT_PERMITTED = "not_permitted"
    NOT_PERMITTED_THEN = "not_permitted_then"
    TOO_OLD = "too_old"
    IN_THE_FUTURE = "in_the_future"
    NO_PICTURE = "no_picture"
    FAILED = "failed"


class SnapshotReference(Message):
    """The answer to a request. It travels in the header `snapshot`; the value is the JPEG, and empty where it is refused.

    Either the picture's time and size are there, or `refused`. `pixelated` tells that persons and vehicles, or the whole
    picture, were made coarse. `detail` is one line for a person: why there is no picture, or why it is another than asked for.
    """

    name: ClassVar[str] = "snapshot"
    topics: ClassVar[tuple[str, ...]] = ("snapshots",)

    request_id: Identifier
    camera_id: Identifier
    moment: Annotated[Utc, Field(description="The moment that was asked for")]
    captured_at: Utc | None = None
    width_px: Pixels | None = None
    height_px: Pixels | None = None
    pixelated: bool = True
    refused: SnapshotRefusal | None = None
    detail: ShortText = ""

    @model_validator(mode="after")
    def _picture_or_refusal(self) -> SnapshotReference:
        present = [part is not None for part in (self.captured_at, self.width_px, self.height_px)]
        if any(present) if self.refused is not None else not all(present):
            raise ValueError("a snapshot has captured_at, width_px and height_px, or refused and none of them")
        return self

    def message_id(self) -> str:
        """Return an identity derived from the request."""
        return derive_id("snapshot", self.request_id)

    def key(self) -> str:
        """Return the camera."""
        return self.camera_id

    def happened_at(self) -> datetime:
        """Return when the picture was taken; of a refusal the moment that was asked for."""
        return self.captured_at or self.moment
