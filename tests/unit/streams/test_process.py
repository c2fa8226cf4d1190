"""Credentials never reach a log, whichever library wrote the line; a taken port is told in one."""

from __future__ import annotations

import logging
import math
import shutil
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from streams.errors import ConfigurationError
from streams.process import RedactingFormatter, SparingFilter, disk_free_share, start_metrics
from streams.settings import Settings


@pytest.mark.parametrize(
    "address",
    ["rtsp://user:secret@camera/1", "rtsp://user:se@secret@camera/1", "rtsp://u:a/secret@camera", "HTTP://secret@host"],
)
def test_a_log_line_hides_what_stands_before_the_last_at(address: str) -> None:
    """Also where the password holds an @ or a slash that nobody escaped, and in a traceback."""
    try:
        raise OSError(f"cannot open {address}")
    except OSError:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "lost %s", (address,), sys.exc_info())
    line = RedactingFormatter("%(message)s").format(record)
    assert "secret" not in line
    assert "://***@" in line


def test_a_port_that_is_taken_is_one_line_that_names_the_variable() -> None:
    """A second process on a fixed port says so."""
    port = start_metrics(Settings(metrics_port=0))
    with pytest.raises(
        ConfigurationError, match=rf"TOEZICHT_METRICS_PORT is '127\.0\.0\.1:{port}', expected a free port"
    ):
        start_metrics(Settings(metrics_port=port))


def test_a_process_tells_its_clock_and_the_free_space_of_where_its_data_will_be(tmp_path: Path) -> None:
    """Also before the folder is made; both are read at each scrape."""
    port = start_metrics(Settings(metrics_port=0, data=tmp_path / "not" / "yet"))
    before_s = time.time()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        told = dict(
            line.split()
            for line in answer.read().decode().splitlines()
            if line.startswith("toezicht_") and "{" not in line
        )
    usage = shutil.disk_usage(tmp_path)
    assert abs(float(told["toezicht_disk_free_ratio"]) - usage.free / usage.total) < 0.05
    assert before_s <= float(told["toezicht_clock_at"]) <= time.time()
    assert not [name for name in told if name.endswith("_created")]


def test_a_disk_that_nobody_can_ask_gives_no_number(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Rather than one that looks full, or empty."""

    def fails(_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(shutil, "disk_usage", fails)
    assert math.isnan(disk_free_share(tmp_path))


def written(sparing: SparingFilter, name: str, text: str, *args: object) -> str | None:
    """Return a line as it is written, or None."""
    record = logging.LogRecord(name, logging.ERROR, "f", 1, text, args, None)
    return record.getMessage() if sparing.filter(record) else None


def test_a_library_says_one_thing_once_in_ten_seconds() -> None:
    """With the number of times that it was not written; our own lines are all written."""
    now_s = [100.0]
    sparing = SparingFilter(lambda: now_s[0])
    gone = "cannot reach %s"
    assert written(sparing, "aiokafka.conn", gone, "a") == "cannot reach a"
    assert [written(sparing, "aiokafka.conn", gone, "b") for _ in range(3)] == [None] * 3
    assert written(sparing, "aiokafka.conn", "something else") == "something else"
    assert [written(sparing, "streams.worker.run", gone, "c") for _ in range(2)] == ["cannot reach c"] * 2
    now_s[0] += 10.0
    assert written(sparing, "aiokafka.conn", gone, "d") == "cannot reach d (and 3 times more)"
    now_s[0] += 10.0
    assert written(sparing, "aiokafka.conn", "something else") == "something else"


def test_what_a_library_goes_on_saying_is_written_less_and_less_often() -> None:
    """A broker that is gone for a day is some lines and not thousands; one that is gone again later is told at once."""
    now_s = [100.0]
    sparing = SparingFilter(lambda: now_s[0])
    lines = []
    for _ in range(24 * 3_600):
        now_s[0] += 1.0
        lines.append(written(sparing, "kafka.cluster", "no node"))
    times = [second for second, line in enumerate(lines) if line is not None]
    assert times[:4] == [0, 10, 30, 70]
    assert 24 * 6 <= len(times) < 24 * 6 + 20, "every ten minutes in the end"
    now_s[0] += 601.0
    assert written(sparing, "kafka.cluster", "no node") is not None
    now_s[0] += 601.0
    assert written(sparing, "kafka.cluster", "no node") == "no node"
    now_s[0] += 10.0
    assert written(sparing, "kafka.cluster", "no node") == "no node"


@pytest.mark.parametrize(("name", "kept"), [("kafka.net.transport", False), ("streams.worker.run", True)])
def test_a_connection_that_was_reset_is_one_line(name: str, kept: bool) -> None:
    """For a library that tells of the network; where our own code did not expect it, the traceback says where."""
    record = caught(name, ConnectionResetError(104, "reset by peer"))
    assert SparingFilter().filter(record)
    line = RedactingFormatter("%(message)s").format(record)
    assert ("Traceback" in line) is kept
    assert "ConnectionResetError" in line
    assert "reset by peer" in line


@pytest.mark.parametrize(
    "error", [KeyError("partition"), FileNotFoundError(2, "no such file"), OSError(28, "disk full")]
)
def test_a_library_s_own_defect_keeps_its_traceback(error: Exception) -> None:
    """It is not of the network, and whoever mends it needs the place."""
    record = caught("aiokafka.consumer", error)
    assert SparingFilter().filter(record)
    assert "Traceback" in RedactingFormatter("%(message)s").format(record)


def caught(name: str, error: Exception) -> logging.LogRecord:
    """Return the record that `logger.exception` makes of an error."""
    try:
        raise error
    except type(error):
        return logging.LogRecord(name, logging.ERROR, "f", 1, "receiving", (), sys.exc_info())
