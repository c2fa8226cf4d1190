"""The soak in small: what the demo starts runs, is sampled, judged and drawn. What grows in an hour, an hour shows alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.integration, pytest.mark.vision, pytest.mark.slow]
ENDED = (0, 1)
"""1 where something grew: in so short a time, with nothing warm, that says nothing of the pipeline."""


def soak(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "streams.cli", "bench", "soak", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


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


def test_a_warm_up_as_long_as_the_whole_is_refused() -> None:
    """Nothing would be left to judge."""
    ended = soak("--minutes", "1", "--warm-up", "1")
    assert ended.returncode == 2
    assert "--warm-up" in ended.stderr
