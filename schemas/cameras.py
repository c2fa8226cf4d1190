"""Camera messages: what a camera sends: frames, its own state, and what was detected in its pictures."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from schemas.base import Identifier, Message, Part, Pixels, ShortText, Utc, Word
from schemas.phrases.phrase import Phrase


class Visibility(Word):
    """Visibility: what a camera could see when it looked. Only `clear` allows to say that nothing was there."""

    CLEAR = "clear"
    FROZEN = "frozen"
    BLACK = "black"
    BLINDED = "blinded"
    BLURRED = "blurred"
    MOVED = "moved"
    COVERED = "covered"
    MASKED_OUT = "masked_out"


Quiet = Annotated[
    float,
    Field(
        ge=0, le=3_600, description="Seconds just before this picture in which the camera was watched without motion"
    ),
]
"""Pictures in which nothing moves are not sent: what the picture before showed held for this long."""


class FrameReference(Message):
    """Frame reference: which picture this is.

    It travels in the header `frame` of a `camera-frames` record; the value is the JPEG.

    `epoch` begins anew whenever the capture process (re)opens the source, so (camera, epoch, sequence) is unique.
    `attention` says that a report asked for more of this camera when the picture was taken.
    """

    name: ClassVar[str] = "camera-frame"
    topics: ClassVar[tuple[str, ...]] = ("camera-frames",)
    id_from: ClassVar[tuple[str, ...]] = ("camera_id", "epoch", "sequence")
    key_field: ClassVar[str] = "camera_id"
    time_field: ClassVar[str] = "captured_at"

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
    attention: bool = False


class CameraState(Word):
    """Camera state: whether a camera can be relied on now."""

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
    id_from: ClassVar[tuple[str, ...]] = ("camera_id", "aspect", "state", "reason", "changed_at")
    key_field: ClassVar[str] = "camera_id"
    time_field: ClassVar[str] = "changed_at"

    camera_id: Identifier
    aspect: Annotated[str, Field(pattern="^(stream|view|detector)$")] = "stream"
    state: CameraState
    reason: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,40}$", description="A bounded code: lost, wrong_password")]
    detail: ShortText = ""
    phrase: Annotated[Phrase | None, Field(description="The detail as a phrase; the reason where there is none")] = None
    changed_at: Utc

    def state_key(self) -> str:
        """Return the key under which the newest state stands: compaction keeps one of each camera and aspect."""
        return f"{self.camera_id}/{self.aspect}"


class DetectorInfo(Part):
    """Detector info: which detector looked. `degraded` marks a fallback whose counts are rougher (HOG)."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    version: Annotated[str, Field(min_length=1, max_length=80)]
    degraded: bool = False


class ObjectClass(Word):
    """Object class: what may be detected. No attribute of a person exists beyond being one."""

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
    """Crowd map: persons that a counting model sees per cell of a picture, in rows from the top, each from the left.

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
    """All objects that a detector found in one frame; an empty list says that it looked and found nothing.

    Of a frame with `attention` weak objects are told too, also those that no track expects.
    """

    name: ClassVar[str] = "detections"
    topics: ClassVar[tuple[str, ...]] = ("detections",)
    id_from: ClassVar[tuple[str, ...]] = ("frame_id",)
    key_field: ClassVar[str] = "camera_id"
    time_field: ClassVar[str] = "captured_at"

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
    attention: bool = False
    spared: Annotated[
        int,
        Field(
            ge=0,
            description="Pictures just before this one that were tested for motion, not looked at (sampling), and not told yet",
        ),
    ] = 0
    crowd: Annotated[CrowdMap | None, Field(description="Where a counting model is configured, once per second")] = None


class SparedPictures(Message):
    """Spared pictures: a sampled camera's second is over: the first picture of a later one was not looked at.

    Where pictures are looked at, the next one's detections say so. It is told once after a look, and nothing of what is in view.
    """

    name: ClassVar[str] = "spared-pictures"
    topics: ClassVar[tuple[str, ...]] = ("detections",)
    id_from: ClassVar[tuple[str, ...]] = ("frame_id",)
    key_field: ClassVar[str] = "camera_id"
    time_field: ClassVar[str] = "captured_at"

    camera_id: Identifier
    frame_id: Annotated[str, Field(description="The picture of the later second")]
    captured_at: Annotated[Utc, Field(description="When that picture was taken")]
    spared: Annotated[
        int, Field(ge=0, description="Pictures between the last look and this one, none of them looked at")
    ]
