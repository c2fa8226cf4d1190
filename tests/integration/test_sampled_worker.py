"""A sampled camera and one of which every picture is looked at show the same film to one worker on a real broker."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from kafka import KafkaProducer

from bench.cameras.quality import ToldQuality
from bench.cameras.scene import FPS, SceneCameras, SceneFilm, read_film, write_registry
from bench.topics.written import Written
from detectors.evaluation.ground_truth import read_ground_truth
from schemas.cameras import Detections, SparedPictures
from schemas.codec import decode
from streams import topics
from streams.capture.producer import PRODUCER_OPTIONS
from streams.clock import utc_now
from streams.settings import KafkaSettings

pytestmark = [pytest.mark.integration, pytest.mark.vision, pytest.mark.slow]

PICTURES = 60
EVERY, SAMPLED = 0, PICTURES
"""The two cameras: those of these numbers begin at the same picture."""
WITHIN_S = 240
"""Only there to end a test that fails."""


def test_a_sampled_camera_tells_the_same_on_a_broker(
    kafka: KafkaSettings, models: Path, test_data: Path, tmp_path: Path
) -> None:
    """For at most half the pictures; each is looked at or told as spared, and a look's result comes to it only a little later."""
    pets, servers = test_data / "pets2009", kafka.bootstrap_servers
    whole = read_film(pets / "S2L1-view001.avi", 7)
    film = SceneFilm(whole.pictures[:PICTURES], whole.width_px, whole.height_px)
    registry = tmp_path / "registry.json"
    write_registry(registry, film, SAMPLED + 1, "when_needed", pets / "View_001.xml")
    document = json.loads(registry.read_text())
    document["cameras"] = [document["cameras"][EVERY] | {"sampling": "every_picture"}, document["cameras"][SAMPLED]]
    registry.write_text(json.dumps(document))
    written = Written(servers, topics.DETECTIONS)
    cameras = SceneCameras(film, tmp_path.name)
    producer = KafkaProducer(bootstrap_servers=servers, **PRODUCER_OPTIONS)
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": servers,
        "TOEZICHT_MODELS": str(models),
        "TOEZICHT_DATA": str(tmp_path),
        "TOEZICHT_REGISTRY": str(registry),
    }
    with (tmp_path / "log").open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "bench.detect.worker", str(tmp_path / "detect")],
            env={**os.environ, **environment},
            stderr=log,
        )
    told: list[Detections | SparedPictures] = []
    try:
        deadline = time.monotonic() + WITHIN_S
        warm = SceneCameras(film, "warm")
        while not written.poll():  # before that the worker may not have its partitions
            assert worker.poll() is None, (tmp_path / "log").read_text()[-2_000:]
            assert time.monotonic() < deadline, "no picture was detected"
            show(producer, warm, EVERY + 1, utc_now())
        film_of_both(producer, cameras)
        last = {pictures[-1][0] for pictures in cameras.sent.values()}
        while not last <= {each.frame_id for each in told}:
            assert worker.poll() is None, (tmp_path / "log").read_text()[-2_000:]
            assert time.monotonic() < deadline, "not every picture was told"
            for record in written.poll():
                message = decode(record.value, record.headers)
                if isinstance(message, Detections | SparedPictures):
                    told.append(message)
    finally:
        worker.terminate()
        worker.wait(60)
    truth = read_ground_truth(pets / "PETS2009-S2L1.xml")
    found = {}
    for number in (EVERY, SAMPLED):
        camera_id = f"camera-{number}"
        looks = [each for each in told if isinstance(each, Detections) and each.camera_id == camera_id]
        spared = sum(each.spared for each in told if each.camera_id == camera_id)
        assert len(looks) + spared == PICTURES
        quality = ToldQuality(truth)
        quality.add({camera_id: cameras.sent[camera_id]}, looks)
        found[number] = quality.told()
    assert found[EVERY]["pictures_compared"] == PICTURES
    assert found[SAMPLED]["pictures_compared"] <= PICTURES / 2
    assert found[SAMPLED]["recall"] >= found[EVERY]["recall"] - 0.05
    assert found[SAMPLED]["held_count_mae"] <= found[EVERY]["held_count_mae"] + 0.3


def show(producer: KafkaProducer, cameras: SceneCameras, camera: int, at: datetime) -> None:
    """Send a camera's next picture."""
    record = cameras.picture(camera, at)
    producer.send(topics.CAMERA_FRAMES, record.value, record.key, list(record.headers))


def film_of_both(producer: KafkaProducer, cameras: SceneCameras) -> None:
    """Send the film of both cameras; the last picture comes after a gap, so it is looked at."""
    begin = utc_now().replace(microsecond=0) - timedelta(seconds=PICTURES / FPS + 10)
    for place in range(PICTURES):
        late_s = 3 if place == PICTURES - 1 else 0
        for camera in (EVERY, SAMPLED):
            show(producer, cameras, camera, begin + timedelta(seconds=place / FPS + late_s))
    producer.flush(60)
    producer.close()
