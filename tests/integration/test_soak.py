"""The soak in small: what the demo starts runs, is sampled, judged and drawn. What grows in an hour, an hour shows alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.soak.samples import SampleLog
from bench.soak.simulation import play
from schemas.codec import encode
from streams import topics
from streams.demo.material import prepare
from streams.errors import ToezichtError
from streams.kafka.record import Record
from streams.local.pipeline import process_specs
from streams.replay.file import RecordingHead, write_recording
from tests.support.rtsp_serving import PASSWORD, server_runs, serving
from tests.support.situations import NOON, incident

pytestmark = [pytest.mark.integration, pytest.mark.vision, pytest.mark.slow]
ENDED = (0, 1)
"""1 where something grew: in so short a time, with nothing warm, that says nothing of the pipeline."""


def soak(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "streams.cli", "bench", "soak", *arguments]
    return subprocess.run(command, env=os.environ | variables, capture_output=True, text=True, check=False)


def test_the_demo_is_sampled_judged_and_drawn(tmp_path: Path) -> None:
    """Every process of the demo has its curves, and every stage a backlog; the same samples are told again."""
    picture = tmp_path / "curves.svg"
    given = ("--minutes", "0.2", "--every", "0.5", "--warm-up", "0.05", "--json")
    ended = soak(*given, "--keep", str(tmp_path / "kept"), "--draw", str(picture))
    assert ended.returncode in ENDED, ended.stderr
    document = json.loads(ended.stdout)
    growth = document["growth"]
    for process in ("deciding", "seeing", "cameras", "completeness", "canary"):
        assert growth[process]["uss_mb"]["level"] > 20
        assert {"threads", "files"} < set(growth[process])
        assert process in picture.read_text()
    for stage in ("observe", "locate", "corroborate", "decide", "trends", "share", "audit", "detect"):
        assert "lag" in growth[f"stage {stage}"]
    assert document["restarted"] == []
    assert document["not_judged"]["broker"]["disk_mb"][-1] > document["not_judged"]["broker"]["disk_mb"][0]
    assert document["rounds"] == 1
    again = soak(*given, "--noted", str(tmp_path / "kept" / "samples.jsonl"))
    assert again.returncode in ENDED, again.stderr
    assert json.loads(again.stdout)["growth"] == growth


@pytest.mark.skipif(not server_runs(), reason="Debian's GStreamer RTSP server is not there")
def test_a_camera_is_lost_and_comes_back_so_often(tmp_path: Path) -> None:
    """Each time it was asked again, and gave pictures."""
    given = ("--reconnects", "3", "--every", "0.5", "--warm-up", "0", "--json", "--keep", str(tmp_path))
    with serving(method="digest", transport="tcp") as camera:
        ended = soak(*given, SOAK_CAMERA=camera.url())
    assert ended.returncode in ENDED, ended.stderr
    document = json.loads(ended.stdout)
    assert document["reconnects"] == 3
    assert {"uss_mb", "threads", "files"} <= set(document["growth"]["capture"])
    said = (tmp_path / "run" / "capture.log").read_text()
    assert said.count("is online") == 4
    assert PASSWORD not in said + (tmp_path / "registry.yaml").read_text()


def test_a_recording_is_played_by_another_process(tmp_path: Path) -> None:
    """With the demo's own settings, and told minute by minute."""
    material = prepare(tmp_path / "demo", print)
    (spec, *_) = process_specs(material.pipeline, "127.0.0.1:1", tmp_path)
    record = encode(incident(), stage="test", handled_at=NOON, entered_at=NOON)
    kept = Record(topics.INCIDENTS, 0, 0, record.key, record.value, record.headers, NOON)
    head = RecordingHead(toezicht="recording", version=1, since=NOON, until=NOON, exported_at=NOON)
    write_recording(tmp_path / "recording.jsonl", head, [kept])
    log = SampleLog(tmp_path / "samples.jsonl")
    did = play(tmp_path / "recording.jsonl", 0.1, dict(spec.environment), log, print)
    assert did == {"hours": 0.1, "given": 361, "alerts_closed": did["alerts_closed"]}
    assert [point.at_s for point in log.curves["stage decide"]["rows"]] == [60.0 * minute for minute in range(7)]
    (tmp_path / "recording.jsonl").write_text("{}\nno record\n")
    with pytest.raises(ToezichtError, match="ended with code"):
        play(tmp_path / "recording.jsonl", 0.1, dict(spec.environment), SampleLog(tmp_path / "none"), print)


def test_a_camera_to_lose_is_asked_for() -> None:
    """Without one there is nothing to reconnect."""
    ended = soak("--reconnects", "1")
    assert ended.returncode == 2
    assert "--camera" in ended.stderr


def test_a_warm_up_as_long_as_the_whole_is_refused() -> None:
    """Nothing would be left to judge."""
    ended = soak("--minutes", "1", "--warm-up", "1")
    assert ended.returncode == 2
    assert "--warm-up" in ended.stderr
