"""The objects of one frame that count: what each is followed as, and where it stands in the picture and on the ground."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from schemas.cameras import DetectedObject, Detections, ObjectClass, iou
from streams.domain.geometry.zones import OVERLAP_IOU, RIDDEN, rides, standing_points
from streams.domain.observations.scene import CameraScene

MIN_SCORE: Final = 0.4
"""Lowest score that counts by itself; measured on PETS2009 S2L1 (precision .93, recall .91, design §6). A weaker box counts
where a track expects it, that is where it has a track id."""


class ObjectKind(StrEnum):
    """Object kind: what a track is followed as.

    A rider is a person on a bicycle: counted, but its speed says nothing about walking.
    """

    PERSON = "person"
    RIDER = "rider"
    BAG = "bag"


PERSONS: Final = frozenset({ObjectKind.PERSON, ObjectKind.RIDER})


@dataclass(frozen=True, slots=True)
class CountedObject:
    """An object of a frame that counts.

    Attributes:
        item: The object, with its box in the frame's own pixels.
        kind: What it is followed as; None for what is only counted.
        track_id: Its track; None where it has none, or one of an epoch that is over.
        point: Its foot point, in pixels of the registry's picture.
        height_px: Its height, in pixels of the registry's picture.
        place_m: Where it stands on the ground; NaN beyond the horizon, and where the camera is not calibrated.
    """

    item: DetectedObject
    kind: ObjectKind | None
    track_id: int | None
    point: tuple[float, float]
    height_px: float
    place_m: tuple[float, float]


def standing_objects(detections: Detections, scene: CameraScene, followed: bool) -> list[CountedObject]:
    """Return the objects of a frame that count.

    Args:
        detections: The frame.
        scene: The camera.
        followed: Whether its track ids mean something.
    """
    counted = [item for item in detections.objects if _counts(item)]
    camera = scene.camera
    points = standing_points(counted, (detections.width_px, detections.height_px), (camera.width_px, camera.height_px))
    places = np.full((len(points), 2), np.nan)
    if scene.areas_m2 and scene.ground is not None and points:
        places = scene.ground.to_ground(np.array(points, np.float64))
    ridden = [item for item in counted if item.object_class in RIDDEN]
    down = camera.height_px / detections.height_px
    return [
        CountedObject(
            item,
            _kind(item, ridden),
            item.track_id if followed else None,
            point,
            (item.box.y_max_px - item.box.y_min_px) * down,
            (x_m, y_m),
        )
        for item, point, (x_m, y_m) in zip(counted, points, places.tolist(), strict=True)
    ]


def likely_points(detections: Detections, scene: CameraScene) -> list[tuple[float, float]] | None:
    """Return where persons stand who only count while a report asks for attention: weak boxes that no track expects.

    In pixels of the registry's picture; None for a frame without attention. A weak box that overlaps one that counts is taken
    for the same person.
    """
    if not detections.attention or scene.attention is None:
        return None
    least = scene.attention.score
    persons = [item for item in detections.objects if item.object_class is ObjectClass.PERSON]
    counted = [item.box for item in persons if _counts(item)]
    weak = [
        item
        for item in persons
        if item.score >= least and not _counts(item) and all(iou(item.box, box) < OVERLAP_IOU for box in counted)
    ]
    camera = scene.camera
    return standing_points(weak, (detections.width_px, detections.height_px), (camera.width_px, camera.height_px))


def _counts(item: DetectedObject) -> bool:
    return item.score >= MIN_SCORE or item.track_id is not None


def _kind(item: DetectedObject, ridden: Sequence[DetectedObject]) -> ObjectKind | None:
    if item.object_class is ObjectClass.PERSON:
        return ObjectKind.RIDER if rides(item, ridden) else ObjectKind.PERSON
    return ObjectKind.BAG if item.object_class is ObjectClass.BAG else None
