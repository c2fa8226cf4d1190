"""Samples are of what runs, go into a file as they come, and are drawn and told again from there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bench.soak.figures import Growth, Point
from bench.soak.picture import POINTS, RED, draw, thinned
from bench.soak.result import lines_of, result_of
from bench.soak.samples import MACHINE, SampleLog, folder_mb, lags, look, process_values, read_samples
from streams.local.supervisor import Child, ProcessSpec

PAGE = """\
# TYPE toezicht_consumer_lag_messages gauge
toezicht_consumer_lag_messages{partition="0",stage="decide",topic="evidence"} 3.0
toezicht_consumer_lag_messages{partition="1",stage="decide",topic="evidence"} 1e+02
toezicht_consumer_lag_messages{partition="0",stage="observe",topic="detections"} 0.0
toezicht_in_flight_messages{stage="decide"} 7.0
"""


def test_what_a_process_holds_is_seen() -> None:
    """Memory, a thread and a file more."""
    before = process_values(os.getpid())
    ended = threading.Event()
    thread = threading.Thread(target=ended.wait)
    thread.start()
    kept = bytearray(os.urandom(2**20)) * 40
    with Path(os.devnull).open("rb"):
        after = process_values(os.getpid())
    ended.set()
    thread.join()
    assert before is not None
    assert after is not None
    assert after["threads"] == before["threads"] + 1
    assert after["files"] == before["files"] + 1
    assert after["uss_mb"] > before["uss_mb"] + 30, len(kept)


def test_a_process_that_is_gone_has_no_sample() -> None:
    """It ended between two looks."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert process_values(ended.pid) is None


def test_a_backlog_is_summed_over_partitions() -> None:
    """By stage; other metrics do not count."""
    assert lags(PAGE) == {"decide": 103.0, "observe": 0.0}
    assert lags("") == {}


def test_a_folders_disk_is_what_its_files_take(tmp_path: Path) -> None:
    """In the folders below too."""
    (tmp_path / "below").mkdir()
    before = folder_mb(tmp_path)
    (tmp_path / "below" / "file").write_bytes(os.urandom(2 * 2**20))
    assert folder_mb(tmp_path) - before == pytest.approx(2.0, abs=0.1)


def test_a_look_is_at_what_runs(tmp_path: Path) -> None:
    """A process that waits to be started again has no sample; one that comes back was started twice."""
    log = SampleLog(tmp_path / "samples.jsonl")
    child = Child(ProcessSpec("sleeper", ()), tmp_path)
    gone = Child(ProcessSpec("gone", ()), tmp_path)
    for _ in range(2):
        child.popen = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        found = look(log, lambda: [child, gone], None, tmp_path)
        assert set(found) == {MACHINE, "sleeper"}
        assert found["sleeper"]["threads"] == 1
        child.popen.kill()
        child.popen.wait()
    assert log.restarted() == ["sleeper"]
    assert set(look(log, lambda: [child, gone], None, tmp_path)) == {MACHINE}
    log.close()


def test_samples_are_read_again_from_their_file(tmp_path: Path) -> None:
    """A run that was cut short is judged by what it had noted."""
    log = SampleLog(tmp_path / "samples.jsonl")
    log.take(0.0, {"deciding": {"threads": 3.0}})
    log.take(10.0049, {"deciding": {"threads": 4.0}, "stage decide": {"lag": 1.0}})
    log.close()
    again = read_samples(tmp_path / "samples.jsonl")
    assert again.curves == log.curves
    assert again.curves["deciding"]["threads"] == [Point(0.0, 3.0), Point(10.0, 4.0)]


def test_a_peak_is_not_thinned_away() -> None:
    """Of ten thousand points some hundreds are drawn, the highest among them."""
    points = [Point(float(number), 99.0 if number == 7_777 else 1.0) for number in range(10_000)]
    drawn = thinned(points)
    assert len(drawn) <= POINTS
    assert Point(7_777.0, 99.0) in drawn
    assert thinned(points[:5]) == points[:5]


@pytest.mark.vision
def test_what_grew_is_told_and_drawn_in_red(tmp_path: Path) -> None:
    """And what did not is not; the broker is told without a judgement."""
    log = SampleLog(tmp_path / "samples.jsonl")
    for number in range(100):
        at_s = 10.0 * number
        leaking = {"uss_mb": 100.0 + number, "threads": 3.0, "cpu_s": number / 10}
        log.take(at_s, {"leaking": leaking, "broker": {"uss_mb": 1.0 + number}, MACHINE: {"load": 2.0}})
    document, found = result_of(log, 100.0, rounds=7)
    assert (document["rounds"], document["minutes"]) == (7, 16.5)
    assert document["grown"] == ["leaking uss_mb"]
    assert document["share_of_a_core"] == {"leaking": pytest.approx(0.01)}
    assert document["not_judged"]["broker"]["uss_mb"] == [1.0, 50.5, 100.0]
    assert json.loads(json.dumps(document)) == document
    (line,) = [line for line in lines_of(document) if line.startswith("leaking uss_mb")]
    assert line.endswith("GROWS")
    draw(tmp_path / "red.svg", "A soak", log.curves, 100.0, found, 60)
    calm = {"leaking": {"uss_mb": Growth(100.0, 0.0, 0.0, 5.0)}}
    draw(tmp_path / "calm.svg", "A soak", log.curves, 100.0, calm, 60)
    assert RED in (tmp_path / "red.svg").read_text()
    assert RED not in (tmp_path / "calm.svg").read_text()
    assert "minutes" in (tmp_path / "calm.svg").read_text()
