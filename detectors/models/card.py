"""Graphics card: whether torch reaches one through CUDA, which it is, and which model is computed on it.

A card that is asked for is never replaced by the processor: where there is none, or the model is of a form that would be
computed beside it, that is an error before anything is loaded.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from detectors.models.base import DetectorError, ModelMissingError, NotAModelError

FORMS_ON_CARD: Final = (".engine", ".pt")
"""What ultralytics computes on a card with certainty, the fastest first: TensorRT and torch. An ONNX model goes to the processor
without a word where onnxruntime is the one for processors, and OpenVINO knows no CUDA.
"""
BYTES_PER_MIB: Final = 2**20


class NoCardError(DetectorError):
    """There is no graphics card that torch can compute on."""


@dataclass(frozen=True, slots=True)
class Card:
    """Card: a graphics card.

    Attributes:
        device: How torch calls it: `cuda:0`.
        name: Its maker's name for it.
        memory_mb: Its whole memory (MiB).
        cuda: The version of CUDA that torch was built with.
    """

    device: str
    name: str
    memory_mb: int
    cuda: str


def find_card(device: str) -> Card:
    """Return the card that is asked for.

    Args:
        device: `cuda`, the first one, or `cuda:1` and so on.

    Raises:
        NoCardError: torch was built without CUDA, finds no card, or not so many.
    """
    torch = imported_torch()
    version = str(torch.version.cuda or "")
    if not version:
        raise NoCardError(f"torch {torch.__version__} is built without CUDA")
    with warnings.catch_warnings():  # of a driver that is too old, in several lines
        warnings.simplefilter("ignore")
        count = int(torch.cuda.device_count()) if torch.cuda.is_available() else 0
    if not count:
        raise NoCardError(
            f"torch {torch.__version__} finds none: no NVIDIA driver for CUDA {version}, or none is shown"
        )
    number = int(device.partition(":")[2] or 0)
    if number >= count:
        raise NoCardError(f"torch {torch.__version__} finds {count}, the first is cuda:0")
    facts = torch.cuda.get_device_properties(number)
    return Card(f"cuda:{number}", str(facts.name), int(facts.total_memory) // BYTES_PER_MIB, version)


def model_for_card(weights: Path | None, models: Path | None, name: str) -> Path:
    """Return the model to compute on a card: configured weights, else the one in the models folder, the fastest form first.

    Args:
        weights: A configured model.
        models: A folder with models, or one model.
        name: What models in the folder are called, without what tells their form.

    Raises:
        ModelMissingError: There is no such file, or nothing is configured.
        NotAModelError: It is of a form that is not computed on a card.
    """
    wanted = " or ".join(f"{name}{form}" for form in FORMS_ON_CARD)
    if weights is None and models is not None and models.is_dir() and models.suffix not in FORMS_ON_CARD:
        found = next((path for form in FORMS_ON_CARD if (path := models / f"{name}{form}").is_file()), None)
        if found is None:
            raise NotAModelError(f"detector models {models}: no {wanted}, and no other form is computed on a card")
        return found
    model = weights or models
    if model is None:
        raise ModelMissingError(f"no detector model for a card is configured: {wanted}")
    if not model.exists():
        raise ModelMissingError(f"detector model {model}: no such file or folder")
    if model.suffix not in FORMS_ON_CARD:
        raise NotAModelError(f"detector model {model}: only {' and '.join(FORMS_ON_CARD)} are computed on a card")
    return model


def imported_torch() -> Any:
    """Return torch, which takes seconds to load.

    Raises:
        NoCardError: It is not installed.
    """
    try:
        import torch
    except ImportError:
        raise NoCardError("torch is not installed: the extra `vision` brings it") from None
    return torch
