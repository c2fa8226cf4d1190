"""Told quality of what a worker told of pictures whose persons are known: what a benchmark that goes fast must not lose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from detectors.evaluation.detection import match
from detectors.evaluation.ground_truth import Annotated
from schemas.cameras import DetectedObject, Detections, ObjectClass


class ToldQuality:
    """Told quality: recall and count error of the pictures that were looked at, and of what was counted last, at every picture.

    Args:
        truth: Who is in each picture of the video, by its number there; empty where that is not known.
    """

    def __init__(self, truth: Mapping[int, Sequence[Annotated]]) -> None:
        self._truth = truth
        self._right = self._persons = self._compared = self._errors = 0
        self._held: list[int] = []

    def add(self, sent: Mapping[str, Sequence[tuple[str, int]]], looks: Sequence[Detections]) -> None:
        """Take what was told of pictures.

        Args:
            sent: By camera, the id and the number in the video of each picture, in their order.
            looks: What was told; a picture that is not among them was spared or dropped.
        """
        told = {
            each.frame_id: [one for one in each.objects if one.object_class is ObjectClass.PERSON] for each in looks
        }
        for pictures in sent.values():
            places = [place for place, (frame_id, _) in enumerate(pictures) if frame_id in told]
            if places:
                self._of_camera(pictures[places[0] : places[-1] + 1], told)

    def _of_camera(self, pictures: Sequence[tuple[str, int]], told: Mapping[str, Sequence[DetectedObject]]) -> None:
        count = 0
        for frame_id, number in pictures:
            persons, truth = told.get(frame_id), self._truth.get(number)
            count = count if persons is None else len(persons)
            if truth is None:
                continue
            self._held.append(abs(count - len(truth)))
            if persons is not None:
                self._right += len(match(persons, truth))
                self._persons += len(truth)
                self._errors += abs(len(persons) - len(truth))
                self._compared += 1

    def told(self) -> dict[str, Any]:
        """Return the figures; nothing where no picture's persons are known."""
        if not self._compared or not self._persons:
            return {}
        return {
            "recall": round(self._right / self._persons, 3),
            "count_mae": round(self._errors / self._compared, 3),
            "held_count_mae": round(sum(self._held) / len(self._held), 3),
            "pictures_compared": self._compared,
        }
