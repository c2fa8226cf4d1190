"""The real chain of `bench flow` in one process: intake, locate, corroborate, decide.

It becomes ready when its stages take messages; when the file `go` appears, intake reads the reports, in a thread of the
same process.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from kafka import KafkaProducer

from bench.flow.load import registry
from streams.clock import utc_now
from streams.config.files import load_rules
from streams.intake.intake import Intake, count_confirmed
from streams.intake.lines import Line
from streams.intake.sources.categories import load_categories
from streams.intake.sources.recorded import RecordedReports
from streams.kafka.send_window import SendWindow
from streams.process import tell_ready
from streams.settings import KafkaSettings, Settings
from streams.stages.base import PictureStage, Stage
from streams.stages.corroborate.stage import Corroborate
from streams.stages.decide.stage import Decide
from streams.stages.locate import Locate
from streams.worker.run import run_stages

FLUSH_S = 60.0


def take_reports(folder: Path, bootstrap_servers: str) -> None:
    """Wait for the file `go`, then send the reports of `reports.jsonl`."""
    while not (folder / "go").exists():
        time.sleep(0.01)

    def producer() -> KafkaProducer:
        return KafkaProducer(bootstrap_servers=bootstrap_servers, acks="all", linger_ms=20, batch_size=262_144)

    window = SendWindow(producer, bootstrap_servers, count_confirmed)
    window.connect()
    intake = Intake(RecordedReports(load_categories(None)), window, utc_now)
    lines = (folder / "reports.jsonl").read_bytes().splitlines()
    intake.run(Line(number, line, len(line)) for number, line in enumerate(lines, 1))
    intake.flush(FLUSH_S, time.monotonic)
    intake.close()


def main(arguments: Sequence[str]) -> None:
    """Run as a process: FOLDER BOOTSTRAP_SERVERS."""
    folder, bootstrap_servers = Path(arguments[0]), arguments[1]
    grid, rules = registry(), load_rules()
    stages: list[Stage | PictureStage] = [
        Locate(grid, rules, Settings().time_zone),
        Corroborate(grid, rules),
        Decide(rules, grid.version),
    ]
    thread = threading.Thread(target=take_reports, args=(folder, bootstrap_servers), daemon=True)
    thread.start()
    kafka = KafkaSettings(bootstrap_servers=bootstrap_servers)
    error = asyncio.run(run_stages(stages, kafka, folder / "state", utc_now, lambda: tell_ready("flow", 0)))
    if error is not None:
        sys.exit(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
