"""`bench detect --device cuda`: what it measures, what it says of it, and that without a card nothing is started."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import bench.commands
from bench.detect import measure as measuring
from bench.detect.measure import RatePair, worker
from bench.detect.on_card import network, speed
from bench.detect.subject import Subject, subject_of
from detectors.models import card
from detectors.models.batching import BATCH
from detectors.models.card import Card
from detectors.models.yolo import YoloDetector
from streams.cli.main import main
from streams.errors import ConfigurationError
from streams.settings import Settings
from tests.support.on_card import torch_with, write_untrained

pytestmark = pytest.mark.vision

SECOND = Card("cuda:1", "Second", 16 * 1024, "13.2")


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Return a folder with a model of each form."""
    (tmp_path / "yolo11n_openvino_model").mkdir()
    (tmp_path / "yolo11n.pt").touch()
    return tmp_path


@pytest.fixture
def two_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put torch with two cards in place."""
    monkeypatch.setattr(card, "imported_torch", lambda: torch_with(["First", "Second"]))


def test_without_a_card_it_is_openvinos_model_one_picture_at_a_time(models: Path) -> None:
    """As before, and torch is not asked."""
    subject = subject_of(Settings.model_validate({"models": models, "weights": None, "device": "auto"}))
    assert subject.facts() == {"model": "yolo11n_openvino_model", "device": "auto", "card": None, "batch": 1}
    assert subject.alone(Path("film"), 5)[2] == "bench.detect.model"


@pytest.mark.usefixtures("two_cards")
def test_on_a_card_it_is_the_model_that_a_card_computes(models: Path) -> None:
    """Device, card and batch are told, and the limit is measured on the same card in batches of the same size."""
    subject = subject_of(Settings.model_validate({"models": models, "weights": None, "device": "cuda:1"}))
    assert subject == Subject((models / "yolo11n.pt").resolve(), "cuda:1", SECOND, BATCH)
    named = {"device": "cuda:1", "name": "Second", "memory_mb": 16_384, "cuda": "13.2"}
    assert subject.facts() == {"model": "yolo11n.pt", "device": "cuda:1", "card": named, "batch": BATCH}
    command = subject.alone(Path("film"), 5)
    assert command[2:] == ["bench.detect.on_card", str(subject.model), "film", "5", "cuda:1", str(BATCH)]


@pytest.mark.usefixtures("two_cards")
def test_a_card_without_a_model_for_it_names_the_variable(tmp_path: Path) -> None:
    """OpenVINO's model in the folder is no way out."""
    (tmp_path / "yolo11n_openvino_model").mkdir()
    settings = Settings.model_validate({"models": tmp_path, "weights": None, "device": "cuda"})
    with pytest.raises(ConfigurationError, match=r"TOEZICHT_MODELS is .* no yolo11n\.engine or yolo11n\.pt"):
        subject_of(settings)


@pytest.mark.parametrize(
    ("device", "says"),
    [
        (
            "cuda",
            "toezicht: bench detect: --device is 'cuda', expected a graphics card (torch 2.15.0 is built without CUDA)\n",
        ),
        ("gpu", "toezicht: command line: --device is 'gpu', expected auto, cuda, or cuda: and the card's number\n"),
    ],
)
def test_without_a_card_nothing_is_started(
    device: str, says: str, models: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line and exit code 2, before there is a broker."""
    monkeypatch.setattr(card, "imported_torch", lambda: torch_with([], None))
    monkeypatch.setattr(bench.commands, "cluster", lambda *_: pytest.fail("a broker was started"))
    monkeypatch.setenv("TOEZICHT_MODELS", str(models))
    monkeypatch.delenv("TOEZICHT_WEIGHTS", raising=False)
    monkeypatch.setattr(sys, "argv", ["toezicht", "bench", "detect", "--device", device, "--json"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert capsys.readouterr() == ("", says)


@pytest.mark.usefixtures("two_cards")
def test_the_command_says_on_which_card(
    models: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Everything around the rounds is real: the command, its subject, and the object that it prints."""
    told: list[str] = []

    @contextmanager
    def reached(*_: object) -> Iterator[Any]:
        yield SimpleNamespace(bootstrap_servers="127.0.0.1:1")

    @contextmanager
    def working(_servers: str, _folder: Path, device: str, *, keeps_all: bool) -> Iterator[Any]:
        told.append(f"{device} {keeps_all}")
        yield SimpleNamespace(cpu_s=lambda: 0.0, resident_mb=lambda: 700.0)

    class Rounds:
        def __init__(self, *given: Any) -> None:
            assert given[3].card == SECOND

        def pair(self, _worker: object) -> RatePair:
            return RatePair(100.0, 90.0, 80.0, 120.0, 10.0, 15.0)

        def latency(self, _fps: float, load: float) -> dict[str, Any]:
            return {"load": load}

        def warm_up(self) -> None: ...

        def close(self) -> None: ...

    monkeypatch.setattr(bench.commands, "cluster", reached)
    monkeypatch.setattr(measuring, "worker", working)
    monkeypatch.setattr(measuring, "DetectBench", Rounds)
    monkeypatch.setattr(measuring, "video", lambda *_: Path("film"))
    monkeypatch.setenv("TOEZICHT_MODELS", str(models))
    monkeypatch.delenv("TOEZICHT_WEIGHTS", raising=False)
    monkeypatch.setattr(
        sys, "argv", ["toezicht", "bench", "detect", "--device", "cuda:1", "--pairs", "1", "--seconds", "2", "--json"]
    )
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    found = json.loads(capsys.readouterr().out)
    assert (found["device"], found["card"]["name"], found["batch"]) == ("cuda:1", "Second", BATCH)
    assert (found["ratio"], found["live_ratio"], found["live_sent_fps"]) == (0.9, 0.8, 120.0)
    assert told == ["cuda:1 True", "cuda:1 False"]


def test_both_workers_are_told_the_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the setting that any worker has."""
    given: list[Any] = []

    class Processes:
        def __init__(self, specs: Any, _folder: Path) -> None:
            given.extend(specs)

        def child(self, _name: str) -> None: ...

        def start(self) -> None: ...

        def stop(self) -> None: ...

    monkeypatch.setattr(measuring, "Supervisor", Processes)
    for keeps_all in (True, False):
        with worker("127.0.0.1:1", tmp_path, "cuda:1", keeps_all=keeps_all):
            pass
    assert [spec.environment["TOEZICHT_DEVICE"] for spec in given] == ["cuda:1", "cuda:1"]


def test_a_speed_counts_pictures_and_not_batches() -> None:
    """Batches of 8 that take half a second and 40 ms of the processor each, until two seconds are over."""
    done = list[int]()
    found = speed(lambda: done.append(1), 8, 2.0, lambda: 10 + 0.5 * len(done), lambda: 0.04 * len(done))
    assert len(done) == 4
    assert found == pytest.approx((16.0, 5.0))


class SteppedOnCard:
    """Stands for ultralytics' steps of a prediction on a card."""

    device = "cuda:0"

    def preprocess(self, pictures: list[Any]) -> Any:
        """Return the batch as the network wants it."""
        import torch

        return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)

    def inference(self, batch: Any) -> Any:
        """Return an answer per picture."""
        return [batch]


@pytest.mark.parametrize("kind", ["stand-in", "processor"])
def test_the_network_alone_is_given_a_whole_batch(kind: str, tmp_path: Path) -> None:
    """The stand-in's steps are those that ultralytics itself takes; each picture of the batch has its answer."""
    detector: Any = SimpleNamespace(predictor=SteppedOnCard())
    if kind == "processor":
        detector = YoloDetector(write_untrained(tmp_path / "untrained.pt", tmp_path), tmp_path, device="cpu")
    pictures = [np.full((48, 64, 3), 20 * number, np.uint8) for number in range(3)]
    compute = network(detector, pictures)
    assert len(compute()[0]) == len(compute()[0]) == 3
