"""`toezicht bench console --quick`: it runs with the real parts, and tells every figure of its table."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from console.api.app import STATIC

pytestmark = [
    pytest.mark.integration,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(shutil.which("chromium") is None, reason="no chromium"),
    pytest.mark.skipif(not (STATIC / "index.html").is_file(), reason="the page is not built"),
]
BESIDE = ("action", "pending", "seen_by_other", "visible")
"""Figures that stand beside the limit's."""


def bench(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    command = [sys.executable, "-m", "streams.cli", "bench", "console", *options]
    variables = {**os.environ, **environment}
    return subprocess.run(command, capture_output=True, text=True, env=variables, timeout=590, check=False)


def test_every_figure_of_the_table_is_told_beside_its_limit(tmp_path: Path) -> None:
    """Nothing is asked of how high they are: that depends on the machine."""
    found = bench("--quick", "--json", "--keep", str(tmp_path), KAFKA_BOOTSTRAP_SERVERS="")
    assert found.returncode == 0, found.stderr
    told = json.loads(found.stdout)
    for name in BESIDE:
        assert told[f"{name}_n"] == told[f"{name}_limit_n"] == 3
        assert 0 < told[f"{name}_p50_ms"] <= told[f"{name}_p95_ms"]
        assert told[f"{name}_limit_p50_ms"] > 0
        assert told[f"{name}_ratio"] is not None
    assert told["seen_by_other_p50_ms"] >= told["decided_p50_ms"] > 0, "nobody sees what is not decided yet"
    assert 0 < told["first_rows_s"] <= told["whole_list_s"]
    assert told["after_break_n"] > 0
    assert told["p1"] == told["p1_seen_n"] > 0
    assert 0 < told["server_core_limit"] < told["server_core"]
    assert told["heap_before_mb"] > 0
    assert told["dom_before"] > 0
    assert 0 < told["page_kb"] <= 150
    assert told["load"].keys() == {"loading", "acting", "visible", "shift", "memory"}


def test_a_browser_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    """Before a broker is started."""
    found = bench("--browser", str(tmp_path / "chromium"))
    assert found.returncode == 2
    assert found.stderr.startswith("toezicht: no browser at ")
    assert found.stderr.count("\n") == 1
