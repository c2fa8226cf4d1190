"""What `bench start --processes` starts is what compose starts, and what it writes is what the processes read."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from bench.start.processes import KINDS, LIMITS, OneStart, StartPlan, lines_of, run_to_its_end, table_of, write_files
from streams.config.activities import load_activities
from streams.errors import ToezichtError
from streams.intake.http.credentials import load_credentials
from streams.worker.stages import STAGES

DEPLOY: Final = Path(__file__).parents[4] / "deploy"
BY_ITSELF: Final = {"observe", "locate", "corroborate", "decide"}
"""Stages of `deciding` that are measured by themselves too."""
NOT_STARTED: Final = {"onvif"}
"""Is ready once it has reached a broker of MQTT, which the product does not bring."""


def services() -> dict[str, Any]:
    """Return what compose runs of ours for long."""
    document = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return {
        name: service
        for name, service in document["services"].items()
        if service.get("image", "").startswith("toezicht:") and service.get("restart") != "no"
    }


def test_each_service_of_compose_is_started_by_its_command() -> None:
    """A new one is missed here; options that name files and addresses are the bench's own."""
    ours = {kind.name: kind.command for kind in KINDS}
    theirs = {name: tuple(service["command"]) for name, service in services().items()}
    assert set(ours) - BY_ITSELF == set(theirs) - NOT_STARTED
    for name, command in theirs.items():
        if name not in NOT_STARTED:
            words = [word for word in command if not word.startswith("-") and "$" not in word]
            assert [word for word in ours[name] if word in words] == words


def test_the_stages_by_themselves_are_those_of_deciding() -> None:
    """So that a larger room finds each of its workers in the table."""
    [deciding] = [kind for kind in KINDS if kind.name == "deciding"]
    assert set(deciding.command[1:]) == BY_ITSELF <= set(STAGES)


def test_what_is_written_is_what_the_processes_read(tmp_path: Path) -> None:
    """Nobody else can read the made-up logins, as the product asks of real ones."""
    write_files(tmp_path)
    assert [each.id for each in load_credentials(tmp_path / "senders.yaml").credentials] == ["bench"]
    assert load_activities(tmp_path / "activities.yaml").by_kind()
    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}


def test_the_table_tells_medians_and_not_the_first_start() -> None:
    """The first makes groups and folders, as no later one does."""
    starts = [OneStart(9.0, 9.0, 9.0), OneStart(1.0, 0.5, 100.0), OneStart(3.0, 0.7, 104.0), OneStart(2.0, 0.6, 102.0)]
    result = table_of({"decide": starts}, 3)
    assert result["processes"]["decide"] == {"ready_s": 2.0, "slowest_s": 3.0, "cpu_s": 0.6, "memory_mb": 102.0}
    assert lines_of(result)[1].split() == ["decide", "2.00", "3.00", "0.60", "102"]


def test_a_wrong_name_is_one_line_with_those_that_there_are() -> None:
    """Before anything is started."""
    with pytest.raises(ToezichtError, match=r"--process is 'decides', expected one of deciding, observe"):
        StartPlan(("decide", "decides"), 1).kinds()


def test_a_limit_is_a_program_that_runs_to_its_end() -> None:
    """One that fails is no limit."""
    limit = run_to_its_end(LIMITS["limit: python"])
    assert limit.cpu_s > 0
    assert limit.ready_s > 0
    assert 1 < limit.memory_mb < 50  # of its own, and not of the process that started it
    with pytest.raises(ToezichtError, match="ended with code 3"):
        run_to_its_end("raise SystemExit(3)")
