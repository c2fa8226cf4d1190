"""A stand-in for a graphics card: torch that says it reaches one, and ultralytics' model that says it computes there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors.models.base import Picture
from detectors.ultralytics_setup import prepare_ultralytics

NAMES = {number: "person" if number == 0 else f"other-{number}" for number in range(80)}


def torch_with(cards: Sequence[str], cuda: str | None = "13.2") -> Any:
    """Return torch as it is with these cards, of 16 GiB each; `cuda` is None for one that is built for processors."""
    facts = [SimpleNamespace(name=name, total_memory=16 * 2**30) for name in cards]
    return SimpleNamespace(
        __version__="2.15.0",
        version=SimpleNamespace(cuda=cuda),
        cuda=SimpleNamespace(
            is_available=lambda: bool(cards) and cuda is not None,
            device_count=lambda: len(cards),
            get_device_properties=lambda number: facts[number],
        ),
    )


class YoloOnCard:
    """ultralytics' `YOLO` up to the call of the device: a person as large as the picture in every bright one.

    Attributes:
        asked: What each prediction was asked with: how many pictures, and where.
        computes_on: Where it says that it computes; empty for where it is told to.
    """

    asked: list[tuple[int, str]]
    computes_on = ""

    def __init__(self, model: str, task: str, verbose: bool) -> None:
        """Take what ultralytics' does."""
        self.model, self.task, self.verbose = model, task, verbose
        self.predictor: Any = None
        type(self).asked = []

    def predict(self, source: Any, device: str = "cpu", **_: Any) -> list[Any]:
        """Return a result per picture."""
        pictures: list[Picture] = [source] if isinstance(source, np.ndarray) else list(source)
        self.predictor = SimpleNamespace(device=self.computes_on or device)
        self.asked.append((len(pictures), device))
        return [self._result(picture) for picture in pictures]

    @staticmethod
    def _result(picture: Picture) -> Any:
        height_px, width_px = picture.shape[:2]
        shown = int(picture.mean() >= 128)
        boxes = SimpleNamespace(
            cls=np.zeros(shown), conf=np.full(shown, 0.9), xyxy=np.array([[0, 0, width_px, height_px]] * shown)
        )
        return SimpleNamespace(names=NAMES, boxes=boxes)


def write_untrained(path: Path, cache: Path) -> Path:
    """Write a model as a card would compute it: of YOLO11n's shape, with numbers by chance that find much. No network."""
    prepare_ultralytics(cache, allow_download=False)
    import torch
    from ultralytics import YOLO

    torch.manual_seed(1)
    model: Any = YOLO("yolo11n.yaml", task="detect", verbose=False)
    model.model.names = dict(NAMES)
    for scale in model.model.model[-1].cv3:
        torch.nn.init.normal_(scale[-1].weight, std=1.0)
        torch.nn.init.constant_(scale[-1].bias, -2.0)
    model.save(str(path))
    return path
