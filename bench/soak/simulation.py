"""Simulation: records the demo for a round, and lets another process play that for hours of its own time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import yaml

from bench.soak import demo_room
from bench.soak.samples import SampleLog, SoakPlan
from bench.soak.simulated import RECORDED
from streams.clock import utc_now
from streams.errors import ToezichtError
from streams.kafka.reader import read_records
from streams.local.parent_death import pdeath_command
from streams.local.supervisor import ProcessSpec, last_line
from streams.replay.file import RecordingHead, write_recording
from streams.settings import KafkaSettings, Settings

RECORDED_S: Final = 150.0
"""Two rounds of the demo's reports."""
KEPT_S: Final = 1_800.0
"""How long an alert that ended is remembered: half an hour in place of a day, so that an hour of warm-up sees what then goes
again, and four hours are as long for the stages as a week."""
TOLD_EVERY_S: Final = 1_800


def soak(
    hours: float, settings: Settings, kafka: KafkaSettings, log: SampleLog, say: Callable[[str], None]
) -> dict[str, Any]:
    """Record the demo, play it for so many hours, and return what was done; samples are of simulated time.

    Raises:
        ToezichtError: The process that plays it ended before its time.
    """
    folder = settings.data
    recording, environment = folder / "recording.jsonl", dict[str, str]()

    def record(reached: KafkaSettings, like: ProcessSpec) -> None:
        now = utc_now()
        head = RecordingHead(
            toezicht="recording", version=1, since=now - timedelta(seconds=RECORDED_S), until=now, exported_at=now
        )
        count = write_recording(recording, head, read_records(reached, RECORDED))
        say(f"recorded {count} messages; playing them for {hours:g} hours")
        environment.update(like.environment)

    ignored = SampleLog(folder / "recording-samples.jsonl")
    demo_room.soak(SoakPlan(RECORDED_S, 0.0, 10.0), settings, kafka, ignored, say, record)
    rules = forgetful(Path(environment["TOEZICHT_RULES"]), folder / "rules.yaml")
    return play(recording, hours, environment | {"TOEZICHT_RULES": str(rules)}, log, say)


def forgetful(rules: Path, to: Path) -> Path:
    """Write rules that remember what ended for `KEPT_S`."""
    content = yaml.safe_load(rules.read_text(encoding="utf-8"))
    content["version"] = f"{content['version']}-soak"
    content["lifetime"]["forget_s"] = KEPT_S
    to.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return to


def play(
    recording: Path, hours: float, environment: dict[str, str], log: SampleLog, say: Callable[[str], None]
) -> dict[str, Any]:
    """Let another process play a recording with the settings of an environment; return what was done.

    Raises:
        ToezichtError: It ended before its time.
    """
    command = [sys.executable, "-m", "bench.soak.simulated", str(recording), str(hours)]
    errors = recording.with_suffix(".err")
    did: dict[str, Any] = {}
    with (
        errors.open("wb") as errors_file,
        subprocess.Popen(
            pdeath_command(command), env=os.environ | environment, stdout=subprocess.PIPE, stderr=errors_file, text=True
        ) as player,
    ):
        assert player.stdout is not None
        for line in player.stdout:
            told = json.loads(line)
            if "at_s" not in told:
                did = told
                continue
            at_s = told.pop("at_s")
            log.take(at_s, told)
            if at_s % TOLD_EVERY_S == 0:
                say(f"{at_s / 3_600:.1f} hours")
    log.close()
    if player.returncode:
        raise ToezichtError(f"the simulation ended with code {player.returncode}: {last_line(errors)}")
    return {"hours": hours, **did}
