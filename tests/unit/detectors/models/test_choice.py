"""Which detector is used: by the form of its model, in the order of the registry, or by its name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from detectors.errors import DetectorsError
from detectors.models import choice
from detectors.models.base import Detector, ModelMissingError, NotAModelError
from detectors.models.choice import FORMS, DetectorForm, DetectorKind, NoModelError, check_models, choose, found_in

QUICK, OTHER, PLAIN = "quick", "other", "plain"


def made(name: str) -> Any:
    """Return what makes a detector that only says of which form it is, and of which model."""
    return lambda model, _cache, allowed: (name, model.name, allowed)


def chosen(*arguments: Any, **options: Any) -> Any:
    """Return what the chosen detector says."""
    return choose(*arguments, **options).detector


@pytest.fixture(autouse=True)
def forms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the choice a registry of three: a marker, whatever is left, and one that needs no model."""
    registry = (
        DetectorForm(DetectorKind.YOLO, ("quick.model",), lambda path: path.suffix == ".model", made(QUICK)),
        DetectorForm(DetectorKind.YOLO, ("other.pt",), lambda _: True, made(OTHER)),
        DetectorForm(DetectorKind.HOG, (), lambda _: False, made(PLAIN)),
    )
    monkeypatch.setattr(choice, "FORMS", registry)
    monkeypatch.setattr(choice, "_ultralytics_yolo", made("downloaded"))


def test_every_detector_has_its_form() -> None:
    """And exactly one kind of them needs no model, so that there always is a detector."""
    assert {form.kind for form in FORMS} == set(DetectorKind)
    assert [form.kind for form in FORMS if not form.names] == [DetectorKind.HOG]


@pytest.mark.parametrize(
    ("weights", "detector"), [("a.model", (QUICK, "a.model", False)), ("a.onnx", (OTHER, "a.onnx", False))]
)
def test_configured_weights_are_taken_by_their_form(weights: str, detector: object, tmp_path: Path) -> None:
    """Whatever lies in the models folder, and whether or not the weights are there: a fallback would hide that."""
    (tmp_path / "quick.model").touch()
    found: Any = choose(Path(weights), tmp_path, tmp_path)
    assert (found.detector, found.reason) == (detector, f"configured weights {weights}")


def test_the_models_folder_is_looked_through_in_the_order_of_the_registry(tmp_path: Path) -> None:
    """Then a download where it is allowed; what needs no model where none is configured."""
    assert chosen(None, None, tmp_path) == (PLAIN, tmp_path.name, False)
    assert chosen(None, tmp_path, tmp_path, allow_download=True) == ("downloaded", "yolo11n.pt", True)
    (tmp_path / "other.pt").touch()
    assert chosen(None, tmp_path, tmp_path, allow_download=True) == (OTHER, "other.pt", False)
    (tmp_path / "quick.model").touch()
    found: Any = choose(None, tmp_path, tmp_path)
    assert (found.detector, found.reason) == ((QUICK, "quick.model", False), "quick.model found in the models folder")
    assert [path.name for _, path in found_in(tmp_path, choice.FORMS)] == ["quick.model", "other.pt"]


def test_a_download_that_fails_is_no_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is still what needs no model."""

    def fails(*_: object) -> Detector:
        raise DetectorsError("no network")

    monkeypatch.setattr(choice, "_ultralytics_yolo", fails)
    assert chosen(None, None, tmp_path, allow_download=True) == (PLAIN, tmp_path.name, False)


def test_one_that_is_asked_for_by_name_is_never_another(tmp_path: Path) -> None:
    """HOG is measured though weights are configured; without a model of its own YOLO is not measured as HOG."""
    weights = tmp_path / "a.model"
    assert chosen(weights, None, tmp_path, kind=DetectorKind.HOG) == (PLAIN, tmp_path.name, False)
    assert chosen(weights, None, tmp_path, kind=DetectorKind.YOLO) == (QUICK, "a.model", False)
    with pytest.raises(NoModelError, match="no yolo model"):
        choose(None, None, tmp_path, kind=DetectorKind.YOLO)
    assert chosen(None, tmp_path, tmp_path, kind=DetectorKind.HOG) == (PLAIN, tmp_path.name, False)


def test_row_8_a_path_that_holds_no_model_is_refused(tmp_path: Path) -> None:
    """A fallback would hide that it is mistyped, or that a model is missing; it is told what is looked for."""
    with pytest.raises(ModelMissingError, match="no such file or folder"):
        choose(None, tmp_path / "mistyped", tmp_path, allow_download=True)
    (tmp_path / "notes.txt").touch()
    with pytest.raises(NotAModelError, match=r"holds none of quick\.model, other\.pt") as caught:
        choose(None, tmp_path, tmp_path)
    assert "\n" not in str(caught.value)


def test_row_8_a_path_that_is_itself_a_model_is_taken(tmp_path: Path) -> None:
    """Whatever its name: by the form that takes it."""
    model = tmp_path / "mine.model"
    model.touch()
    assert chosen(None, model, tmp_path) == (QUICK, "mine.model", False)
    folder = tmp_path / "mine_openvino_model"
    folder.mkdir()
    assert chosen(None, folder, tmp_path) == (OTHER, "mine_openvino_model", False)
    check_models(folder)
