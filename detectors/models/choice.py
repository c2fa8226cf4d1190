"""Choice of detector: which detectors there are, which one is used, in a fixed order, and why.

A new one is a file, and its name and row here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from detectors.errors import DetectorsError

if TYPE_CHECKING:  # so that a command line without pixels need not load them to name the detectors
    from detectors.models.base import Detector

log = logging.getLogger(__name__)

MODEL: Final = "yolo11n"
AUTO: Final = "auto"
"""Each library chooses for itself where it computes."""


class NoModelError(DetectorsError):
    """No model of the detector that is asked for is configured or found."""


class DetectorKind(StrEnum):
    """The detectors, as one asks for them by name."""

    YOLO = "yolo"
    HOG = "hog"


class DetectorForm(NamedTuple):
    """One form that a detector's models come in.

    Attributes:
        kind: The detector.
        names: How such models are named in the models folder; empty for a detector that needs none.
        takes: Whether configured weights are meant to be of this form.
        make: Makes the detector of a model, a folder for what it writes itself, and whether it may download the model.
    """

    kind: DetectorKind
    names: tuple[str, ...]
    takes: Callable[[Path], bool]
    make: Callable[[Path, Path, bool], Detector]


@dataclass(frozen=True)
class Choice:
    """A detector and the reason why it was chosen."""

    detector: Detector
    reason: str


def _is_openvino(path: Path) -> bool:
    from detectors.models.folder import is_openvino

    return is_openvino(path)


def _openvino_yolo(model: Path, _cache: Path, _allow_download: bool) -> Detector:
    from detectors.models.openvino_yolo import OpenVinoYoloDetector

    return OpenVinoYoloDetector(model)


def _ultralytics_yolo(model: Path, cache: Path, allow_download: bool, device: str = AUTO) -> Detector:
    from detectors.models.batching import Batching
    from detectors.models.yolo import YoloDetector

    return Batching(YoloDetector(model, cache, allow_download, device))


def _hog(_model: Path, _cache: Path, _allow_download: bool) -> Detector:
    from detectors.models.hog import HogDetector

    return HogDetector()


FORMS: Final[Sequence[DetectorForm]] = (
    DetectorForm(
        DetectorKind.YOLO, (f"{MODEL}_int8_openvino_model", f"{MODEL}_openvino_model"), _is_openvino, _openvino_yolo
    ),
    DetectorForm(DetectorKind.YOLO, (f"{MODEL}.engine", f"{MODEL}.pt"), lambda _: True, _ultralytics_yolo),
    DetectorForm(DetectorKind.HOG, (), lambda _: False, _hog),
)
"""Looked for in this order, the fastest on a processor first. What takes all that is left stands behind what takes less."""


def choose(
    weights: Path | None,
    models: Path | None,
    cache: Path,
    allow_download: bool = False,
    kind: DetectorKind | None = None,
    device: str = AUTO,
) -> Choice:
    """Return the detector to use: configured weights, a model in the folder, a download where allowed, else HOG.

    Args:
        weights: A configured model.
        models: A folder with models, or one model.
        cache: Where ultralytics writes its settings, and models that it downloads.
        allow_download: Whether it may.
        kind: The detector that is asked for; None for the best that there is.
        device: `cuda` or `cuda:1` for a graphics card, which then computes it or nothing does; `auto` as each library chooses.

    Raises:
        NoCardError: A card is asked for, and there is none.
        DetectorError: The configured weights cannot be used, or what is configured as models holds none; a fallback would hide
            that.
        NoModelError: There is no model of the kind that is asked for.
    """
    if device != AUTO and kind in (None, DetectorKind.YOLO):
        return _on_card(weights, models, cache, device)
    forms = [form for form in FORMS if kind in (None, form.kind)]
    if weights is not None:
        for form in forms:
            if form.takes(weights):
                return Choice(form.make(weights, cache, False), f"configured weights {weights.name}")
    if any(form.names for form in forms):
        check_models(models, allow_download)
    for form, path in found_in(models, forms):
        return Choice(form.make(path, cache, False), f"{path.name} found in the models folder")
    if allow_download and kind in (None, DetectorKind.YOLO):
        try:
            return Choice(_ultralytics_yolo(cache / f"{MODEL}.pt", cache, True), "downloaded by ultralytics")
        except DetectorsError as error:
            log.warning("no model could be downloaded: %s", error)
    for form in forms:
        if not form.names:
            return Choice(form.make(cache, cache, False), "no model configured or found: the HOG fallback, rougher")
    raise NoModelError(f"no {kind} model is configured or found")


def _on_card(weights: Path | None, models: Path | None, cache: Path, device: str) -> Choice:
    """Return the detector on a card; where there is none, no model is of use."""
    from detectors.models.card import find_card, model_for_card

    card = find_card(device)
    model = model_for_card(weights, models, MODEL)
    return Choice(_ultralytics_yolo(model, cache, False, card.device), f"{model.name} on {card.name} ({card.device})")


def check_models(models: Path | None, allow_download: bool = False) -> None:
    """Check that what is configured as models exists and holds a model of a known name, without loading one.

    Args:
        models: A folder with models, or one model; None where nothing is configured.
        allow_download: Whether a model may be downloaded where the folder holds none.

    Raises:
        DetectorError: It does not exist, or holds nothing that is a model.
    """
    if models is None or next(found_in(models), None) is not None:
        return
    from detectors.models.base import ModelMissingError, NotAModelError

    if not models.exists():
        raise ModelMissingError(f"detector models {models}: no such file or folder")
    if not allow_download:
        names = ", ".join(name for form in FORMS for name in form.names)
        raise NotAModelError(f"detector models {models}: holds none of {names}, and is no model itself")


def found_in(models: Path | None, forms: Sequence[DetectorForm] | None = None) -> Iterator[tuple[DetectorForm, Path]]:
    """Yield the models in a folder with their forms, in the order of choice; or the one model that the path itself is."""
    forms = FORMS if forms is None else forms
    if models is not None and (models.is_file() or _is_openvino(models)):
        yield from ((form, models) for form in forms if form.names and form.takes(models))
        return
    for form in forms if models is not None else ():
        for name in form.names:
            path = Path(models or "") / name
            if path.exists():
                yield form, path
