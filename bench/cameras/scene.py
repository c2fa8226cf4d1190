"""Scene of `bench cameras`: a film that each camera shows, what the workers know of the cameras, and the reports at their places.

A report is answered by the first second that its camera shows after it, so the alert that its camera's answer changes was caused
by a picture. Reports ask no attention of these cameras, since no capture runs that would hear of it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from bench.flow.load import camera_entry, place
from detectors.capture.camera import CaptureOptions
from detectors.capture.encoder import JpegEncoder
from schemas.cameras import FrameReference
from schemas.categories import Category
from schemas.codec import Encoded, encode
from schemas.geo import Position
from schemas.incidents import Incident, Operation, incident_identity
from streams import topics
from streams.cli.evaluate.tracking import at_rate
from streams.errors import ToezichtError
from streams.evaluation.common import video_frames

FPS: Final = 5.0
"""Pictures of a camera per second, as `capture` looks at."""
LONGEST_S: Final = 60.0
"""So much of a video is shown, over and over; each camera begins elsewhere in it."""
SPREAD: Final = 37
"""Pictures between the beginnings of two cameras: it has no factor in common with a minute's 300."""
CATEGORY: Final = Category.STRAATROOF
ROOM: Final = "bench"


class FilmPicture(NamedTuple):
    """Film picture: its JPEG, and its number in the video."""

    jpeg: bytes
    number: int


@dataclass(frozen=True, slots=True)
class SceneFilm:
    """Scene film: the pictures that cameras show at `FPS`, and their size."""

    pictures: Sequence[FilmPicture]
    width_px: int
    height_px: int


def read_film(video: Path, recorded_fps: float) -> SceneFilm:
    """Return a video's first minute as capture would send it.

    Raises:
        EvaluationError: It cannot be read.
        ToezichtError: Its pictures are larger than a record may be.
    """
    encoder = JpegEncoder(CaptureOptions(max_frame_bytes=topics.MAX_FRAME_BYTES).jpeg_quality, topics.MAX_FRAME_BYTES)
    pictures, size_px = list[FilmPicture](), (0, 0)
    frames: Any = at_rate(video_frames(video, 1), recorded_fps, FPS)  # nothing is masked in them
    for number, picture in frames:
        jpeg = encoder.encode(picture)
        if jpeg is None:
            raise ToezichtError(f"bench cameras: picture {number} of {video} is too large to send")
        size_px = picture.shape[1], picture.shape[0]
        pictures.append(FilmPicture(jpeg, number))
        if len(pictures) >= LONGEST_S * FPS:
            break
    return SceneFilm(pictures, *size_px)


class SceneCameras:
    """Scene cameras: so many cameras that show one film, each from elsewhere on.

    Args:
        film: What they show.
        run: Tells this run's pictures and reports apart from others'.
    """

    def __init__(self, film: SceneFilm, run: str) -> None:
        self.film, self._run = film, run
        self._reports = 0
        self.sent: dict[str, list[tuple[str, int]]] = {}
        """By camera, the id and the number in the video of each picture that it sent, in their order."""

    def picture(self, camera: int, at: datetime) -> Encoded:
        """Return the next picture of a camera as a record."""
        camera_id = f"camera-{camera}"
        sent = self.sent.setdefault(camera_id, [])
        sequence = len(sent)
        jpeg, number = self.film.pictures[(sequence + SPREAD * camera) % len(self.film.pictures)]
        frame = FrameReference(
            camera_id=camera_id,
            epoch=self._run,
            sequence=sequence,
            captured_at=at,
            width_px=self.film.width_px,
            height_px=self.film.height_px,
            mask_version="1",
        )
        sent.append((frame.message_id(), number))
        return encode(frame, stage="bench", handled_at=at, entered_at=at, payload=jpeg)

    def report(self, camera: int, at: datetime) -> Encoded:
        """Return a report at a camera's place as a record."""
        self._reports += 1
        lat, lon = place(camera)
        name = f"{self._run}-{self._reports}"
        incident = Incident(
            incident_id=incident_identity("bench", name),
            operation=Operation.CREATE,
            revision=0,
            source="bench",
            source_id=name,
            category=CATEGORY,
            category_source="bench",
            source_priority="P 2",
            urgency=2,
            summary="bench",
            position=Position(lat=lat, lon=lon, accuracy_m=1),
            place="",
            occurred_at=at,
            reported_at=at,
            received_at=at,
        )
        return encode(incident, stage="bench", handled_at=at, entered_at=at)


def write_registry(path: Path, film: SceneFilm, cameras: int, sampling: str, calibration: Path | None) -> None:
    """Write what the workers know of the cameras."""
    width, height = film.width_px, film.height_px
    entries = []
    for number in range(cameras):
        entry: dict[str, Any] = camera_entry(number, place(number), ROOM)
        entry |= {"width_px": width, "height_px": height, "sampling": sampling}
        entry["zones"][0]["polygon"] = [[0, 0], [width, 0], [width, height], [0, height]]
        if calibration is not None:
            file = str(calibration.resolve())
            entry["calibration"] = {"method": "tsai", "version": "bench", "date": "2020-01-01", "file": file}
        entries.append(entry)
    area = [{"lat": lat, "lon": lon} for lat, lon in ((51, 4), (51, 6), (53, 6), (53, 4))]
    rooms = [{"id": ROOM, "name": ROOM, "area": area}]
    path.write_text(json.dumps({"version": "bench", "control_rooms": rooms, "cameras": entries}))


def write_rules(path: Path) -> None:
    """Write the product's rules, but that each report is an alert of its own, which one person in view after it fits."""
    rules: dict[str, Any] = yaml.safe_load(files("streams.domain.rules").joinpath("default.yaml").read_text())
    category = rules["categories"][CATEGORY.value]
    category["situation"] = {"distance_m": 1, "window_s": 1}
    category["cameras"] = {"distance_m": 50, "before_s": 0, "after_s": 30, "signals": [{"persons": 1}]}
    path.write_text(yaml.safe_dump(rules, sort_keys=False, allow_unicode=True))
