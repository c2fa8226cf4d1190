"""A graphics card that is asked for computes, or nothing does: with a stand-in for it, and the same path on the processor."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detectors.models import card
from detectors.models.base import DetectorError, ModelMissingError, NotAModelError
from detectors.models.batching import BATCH, Batching
from detectors.models.card import Card, NoCardError, find_card, model_for_card
from detectors.models.choice import DetectorKind, choose
from detectors.models.yolo import YoloDetector
from detectors.ultralytics_setup import prepare_ultralytics
from tests.support.on_card import YoloOnCard, torch_with, write_untrained

pytestmark = pytest.mark.vision

BRIGHT, DARK = np.full((48, 64, 3), 200, np.uint8), np.full((48, 64, 3), 20, np.uint8)
Reach = Callable[[Any], None]


@pytest.fixture
def reach(monkeypatch: pytest.MonkeyPatch) -> Reach:
    """Return what puts a stand-in in torch's place."""
    return lambda torch: monkeypatch.setattr(card, "imported_torch", lambda: torch)


@pytest.fixture
def on_card(reach: Reach, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> type[YoloOnCard]:
    """Put stand-ins for two cards and for ultralytics' model in place."""
    prepare_ultralytics(tmp_path)
    import ultralytics

    reach(torch_with(["First", "Second"]))
    monkeypatch.setattr(YoloOnCard, "computes_on", "")
    monkeypatch.setitem(vars(ultralytics), "YOLO", YoloOnCard)
    return YoloOnCard


@pytest.mark.parametrize(
    ("cards", "cuda", "device", "says"),
    [
        ([], None, "cuda", "torch 2.15.0 is built without CUDA"),
        (["First"], None, "cuda", "torch 2.15.0 is built without CUDA"),
        ([], "13.2", "cuda", "torch 2.15.0 finds none: no NVIDIA driver for CUDA 13.2, or none is shown"),
        (["First"], "13.2", "cuda:1", "torch 2.15.0 finds 1, the first is cuda:0"),
    ],
)
def test_a_card_that_is_not_there_is_one_line(
    cards: list[str], cuda: str | None, device: str, says: str, reach: Reach
) -> None:
    """It says whether torch, the driver or the number is wrong."""
    reach(torch_with(cards, cuda))
    with pytest.raises(NoCardError) as error:
        find_card(device)
    assert str(error.value) == says


@pytest.mark.parametrize(("device", "name"), [("cuda", "First"), ("cuda:0", "First"), ("cuda:1", "Second")])
def test_a_card_says_which_it_is(device: str, name: str, reach: Reach) -> None:
    """Without a number it is the first."""
    reach(torch_with(["First", "Second"]))
    assert find_card(device) == Card(f"cuda:{int(name == 'Second')}", name, 16 * 1024, "13.2")


def test_this_machines_own_torch_is_asked() -> None:
    """It is what the stand-in stands for: it has a card, or says in one line why not."""
    torch = card.imported_torch()
    if torch.cuda.is_available():
        assert find_card("cuda").device == "cuda:0"
    else:
        with pytest.raises(NoCardError, match=r"^torch \d[^\n]*$"):
            find_card("cuda")


def test_a_card_takes_the_fastest_form_that_is_there(tmp_path: Path) -> None:
    """Never one that would be computed beside it, though that is the first choice without a card."""
    (tmp_path / "yolo11n_openvino_model").mkdir()
    with pytest.raises(NotAModelError, match=r"no yolo11n\.engine or yolo11n\.pt, and no other form"):
        model_for_card(None, tmp_path, "yolo11n")
    for name in ("yolo11n.pt", "yolo11n.engine"):
        (tmp_path / name).touch()
        assert model_for_card(None, tmp_path, "yolo11n").name == name
    assert model_for_card(tmp_path / "yolo11n.pt", tmp_path, "yolo11n").name == "yolo11n.pt"


@pytest.mark.parametrize(
    ("weights", "models", "kind", "says"),
    [
        (None, None, ModelMissingError, "no detector model for a card is configured"),
        ("gone.pt", None, ModelMissingError, "no such file or folder"),
        (None, "gone", ModelMissingError, "no such file or folder"),
        ("a.onnx", None, NotAModelError, r"only \.engine and \.pt are computed on a card"),
        ("yolo11n_openvino_model", None, NotAModelError, r"only \.engine and \.pt are computed on a card"),
        (None, "a.onnx", NotAModelError, r"only \.engine and \.pt are computed on a card"),
    ],
)
def test_what_is_not_computed_on_a_card_is_refused(
    weights: str | None, models: str | None, kind: type[DetectorError], says: str, tmp_path: Path, on_card: Any
) -> None:
    """HOG, ONNX and OpenVINO would go to the processor without a word."""
    (tmp_path / "a.onnx").touch()
    (tmp_path / "yolo11n_openvino_model").mkdir()
    with pytest.raises(kind, match=says):
        choose(
            tmp_path / weights if weights else None,
            tmp_path / models if models else None,
            tmp_path,
            True,
            device="cuda",
        )


def test_without_a_card_nothing_is_loaded(reach: Reach, tmp_path: Path) -> None:
    """Not the model either, which is none; a detector that needs no model is measured as before."""
    reach(torch_with([], None))
    (tmp_path / "yolo11n.pt").write_bytes(b"this is no model")
    with pytest.raises(NoCardError):
        choose(None, tmp_path, tmp_path, device="cuda")
    assert choose(None, None, tmp_path, kind=DetectorKind.HOG, device="cuda").detector.info.name == "hog"


def test_all_that_is_predicted_is_told_the_card(on_card: type[YoloOnCard], tmp_path: Path) -> None:
    """From the first, which asks for the classes, on."""
    (tmp_path / "yolo11n.pt").touch()
    found = choose(None, tmp_path, tmp_path, device="cuda:1")
    assert found.reason == "yolo11n.pt on Second (cuda:1)"
    assert [len(objects) for objects in found.detector.detect([BRIGHT, DARK], ["a", "b"])] == [1, 0]
    assert on_card.asked == [(1, "cuda:1"), (2, "cuda:1")]


def test_a_model_that_lands_elsewhere_is_refused(
    on_card: type[YoloOnCard], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library that falls back to the processor is found out before the first picture."""
    (tmp_path / "yolo11n.pt").touch()
    monkeypatch.setattr(on_card, "computes_on", "cpu")
    with pytest.raises(NoCardError, match="ultralytics computes it on cpu, not on cuda:0"):
        choose(None, tmp_path, tmp_path, device="cuda")


@pytest.fixture(params=["stand-in", "processor"])
def batching(request: pytest.FixtureRequest, tmp_path: Path) -> Batching:
    """Return the worker's detector with a stand-in for the card, and with ultralytics itself on the processor."""
    if request.param == "processor":
        return Batching(YoloDetector(write_untrained(tmp_path / "untrained.pt", tmp_path), tmp_path, device="cpu"))
    request.getfixturevalue("on_card")
    (tmp_path / "yolo11n.pt").touch()
    made = choose(None, tmp_path, tmp_path, device="cuda").detector
    assert isinstance(made, Batching)
    return made


def test_pictures_of_several_cameras_are_one_batch(batching: Batching) -> None:
    """Each camera's thread gets what its own picture shows, as when it asks alone; batches are no larger than they may be."""
    inner: Any = batching._detector
    chance = np.random.default_rng(1)
    noise = chance.integers(100, 255, (48, 64, 3)).astype(np.uint8)
    pictures = [noise if number % 2 else np.zeros_like(noise) for number in range(BATCH + 1)]
    alone = [inner.detect([picture], ["alone"])[0] for picture in pictures[:2]]
    sizes, predict, begun, go = list[int](), inner._model.predict, threading.Event(), threading.Event()

    def held(given: Any, **options: Any) -> Any:
        sizes.append(len(given))
        begun.set()
        go.wait(60)
        return predict(given, **options)

    inner._model.predict = held
    with ThreadPoolExecutor(batching.parallel) as threads:
        first = threads.submit(batching.detect, [pictures[0]], ["first"])
        assert begun.wait(60)
        calls = [threads.submit(batching.detect, [shown], [str(n)]) for n, shown in enumerate(pictures)]
        while len(batching._waiting) < len(pictures):
            threading.Event().wait(0.001)
        go.set()
        found = [call.result()[0] for call in (first, *calls)]
    assert sizes == [1, BATCH, 1]
    assert alone[1]
    assert len(alone[0]) != len(alone[1])
    for objects, expected in zip(found, [alone[0], *(alone[n % 2] for n in range(BATCH + 1))], strict=True):
        assert [item.object_class for item in objects] == [item.object_class for item in expected]
        assert [item.score for item in objects] == pytest.approx([item.score for item in expected], abs=0.01)
