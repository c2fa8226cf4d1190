"""Subject of `bench detect`: which model, where it is computed, and what computes it alone."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from detectors.models.base import DetectorError
from detectors.models.batching import BATCH
from detectors.models.card import Card, NoCardError, find_card, model_for_card
from detectors.models.choice import AUTO, MODEL, found_in
from detectors.models.folder import is_openvino
from streams.errors import ConfigurationError
from streams.settings import Settings


@dataclass(frozen=True, slots=True)
class Subject:
    """Subject: what is measured.

    Attributes:
        model: The model that the worker chooses.
        device: Where the worker is told to compute it, as TOEZICHT_DEVICE has it.
        card: The card that this is; None on the processor.
        batch: Pictures that the model is given at once, at the most.
    """

    model: Path
    device: str
    card: Card | None
    batch: int

    def alone(self, film: Path, seconds: float) -> list[str]:
        """Return the command that computes the model alone, and writes its speed."""
        if self.card is None:
            return [sys.executable, "-m", "bench.detect.model", str(self.model), str(film), str(seconds)]
        place = [self.card.device, str(self.batch)]
        return [sys.executable, "-m", "bench.detect.on_card", str(self.model), str(film), str(seconds), *place]

    def facts(self) -> dict[str, Any]:
        """Return what belongs to each figure."""
        card = None if self.card is None else asdict(self.card)
        return {"model": self.model.name, "device": self.device, "card": card, "batch": self.batch}


def subject_of(settings: Settings) -> Subject:
    """Return what the worker will compute, and where; nothing is started or loaded but torch, where a card is asked for.

    Raises:
        ConfigurationError: There is no such card, or no model of the form that the worker of this device is measured with.
    """
    if settings.device == AUTO:
        return Subject(model_folder(settings), AUTO, None, 1)
    try:
        card = find_card(settings.device)
        model = model_for_card(settings.weights, settings.models, MODEL)
        return Subject(model.resolve(), settings.device, card, BATCH)
    except NoCardError as error:
        raise ConfigurationError("bench detect", "--device", settings.device, f"a graphics card ({error})") from None
    except DetectorError as error:
        variable, path = (
            ("TOEZICHT_WEIGHTS", settings.weights) if settings.weights else ("TOEZICHT_MODELS", settings.models)
        )
        raise ConfigurationError("environment", variable, str(path or ""), f"a detector model ({error})") from None


def model_folder(settings: Settings) -> Path:
    """Return the OpenVINO model that the worker will choose.

    Raises:
        ConfigurationError: It would choose another kind.
    """
    found = settings.weights or next((path for _, path in found_in(settings.models)), None)
    if found is None or not is_openvino(found):
        raise ConfigurationError("environment", "TOEZICHT_MODELS", str(found), "a folder with an OpenVINO model")
    return found.resolve()
