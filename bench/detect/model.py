"""The limit of `bench detect`: the model alone, on pictures that lie decoded and fitted in its inputs, 8 bits per channel.

OpenVINO's throughput mode, with as many requests as the worker's detector has. Runs as a process of its own and writes
pictures per second, and the processor time of one (ms), to standard output.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.detect.load import read_pictures
from detectors.models.folder import read_facts
from detectors.models.letterbox import fit
from detectors.models.openvino_yolo import REQUESTS_PER_STREAM, Request, compile_model, streams

WARM_UP_S: Final = 1.0


def speed(folder: Path, video: Path, seconds: float) -> tuple[float, float]:
    """Return how many pictures per second a model computes, and the processor time of one, over all threads (ms)."""
    facts = read_facts(folder)
    compiled = compile_model(folder, facts)
    requests = [Request(compiled, facts) for _ in range(REQUESTS_PER_STREAM * streams(compiled))]
    for request, picture in zip(requests, read_pictures(video, len(requests)), strict=True):
        request.put(picture, fit(picture.shape[1], picture.shape[0], facts.width_px, facts.height_px))
        request.start()
    _compute(requests, WARM_UP_S)
    speed = _compute(requests, seconds)
    for request in requests:
        request.wait()
    return speed


def _compute(requests: Sequence[Request], seconds: float) -> tuple[float, float]:
    began_s, cpu_s = time.perf_counter(), time.process_time()
    done = 0
    while True:
        for request in requests:
            request.wait()
            request.start()
        done += len(requests)
        passed_s = time.perf_counter() - began_s
        if passed_s >= seconds:
            return done / passed_s, 1_000 * (time.process_time() - cpu_s) / done


def main(arguments: Sequence[str]) -> None:
    """Run as a process: FOLDER VIDEO SECONDS."""
    print(*speed(Path(arguments[0]), Path(arguments[1]), float(arguments[2])))


if __name__ == "__main__":
    main(sys.argv[1:])
