"""The limit of `bench detect` on a graphics card: the network alone, on a batch of pictures that lies fitted on the card.

Nothing is decoded, fitted, sent to the card or chosen among boxes meanwhile. Runs as a process of its own and writes pictures per
second, and the processor time of one (ms), to standard output.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from bench.detect.load import read_pictures
from detectors.models.base import Picture
from detectors.models.yolo import YoloDetector
from streams.settings import read_settings

WARM_UP_S: Final = 2.0
"""CUDA chooses its kernels with the first batches of a shape."""


def network(detector: YoloDetector, pictures: Sequence[Picture]) -> Callable[[], Any]:
    """Return what computes the network of a detector once, on these pictures as one batch, and waits until that is done."""
    import torch

    predictor = detector.predictor
    batch = predictor.preprocess(list(pictures))

    def compute() -> Any:
        with torch.inference_mode():
            answer = predictor.inference(batch)
        if batch.device.type == "cuda":  # which computes on while Python goes on
            torch.cuda.synchronize(batch.device)
        return answer

    return compute


def speed(
    compute: Callable[[], object],
    batch: int,
    seconds: float,
    clock: Callable[[], float] = time.perf_counter,
    cpu_clock: Callable[[], float] = time.process_time,
) -> tuple[float, float]:
    """Return how many pictures per second are computed, in batches of so many, and the processor time of one (ms)."""
    began_s, cpu_s = clock(), cpu_clock()
    done = 0
    while True:
        compute()
        done += batch
        passed_s = clock() - began_s
        if passed_s >= seconds:
            return done / passed_s, 1_000 * (cpu_clock() - cpu_s) / done


def main(arguments: Sequence[str]) -> None:
    """Run as a process: MODEL VIDEO SECONDS DEVICE BATCH."""
    model, film, seconds, device, batch = arguments
    settings, _ = read_settings()
    detector = YoloDetector(Path(model), settings.cache, device=device)
    pictures = read_pictures(Path(film), int(batch))
    compute = network(detector, pictures)
    speed(compute, len(pictures), WARM_UP_S)
    print(*speed(compute, len(pictures), float(seconds)))


if __name__ == "__main__":
    main(sys.argv[1:])
