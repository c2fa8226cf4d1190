"""How `toezicht snapshot` is called, and what it says."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from schemas.snapshots import SnapshotReference, SnapshotRefusal, SnapshotRequest
from streams.cli import snapshot
from streams.cli.main import build_app
from streams.clients.snapshots import Answer, NoAnswerError
from streams.errors import ConfigurationError
from tests.support.messages import NOON, example

JPEG = b"\xff\xd8\xff\xd9"
SHOWN = Answer(example(SnapshotReference), JPEG)
REFUSED = Answer(
    SnapshotReference(
        request_id="r", camera_id="c", moment=NOON, refused=SnapshotRefusal.TOO_OLD, detail="the oldest is of noon"
    ),
    b"",
)


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what calls the command with an answer that is there; the requests that it sent are in `asked`."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "nowhere:9092")
    monkeypatch.setattr("streams.cli.options.start_logging", lambda _: None)
    monkeypatch.setattr(snapshot, "utc_now", lambda: NOON)
    runner = CliRunner()

    def run(answer: Answer | NoAnswerError, *words: str) -> tuple[Any, list[SnapshotRequest]]:
        asked: list[SnapshotRequest] = []

        def ask(_kafka: object, request: SnapshotRequest, _timeout_s: float) -> Answer:
            asked.append(request)
            if isinstance(answer, NoAnswerError):
                raise answer
            return answer

        monkeypatch.setattr(snapshot, "ask", ask)
        return runner.invoke(build_app("snapshot"), ["snapshot", *words]), asked

    return run


def test_a_picture_is_written_where_it_is_told(call: Any, tmp_path: Path) -> None:
    """One line says what it is; nothing is written without being told."""
    done, (asked,) = call(SHOWN, "cam-1", "--user", "op", "--out", str(tmp_path / "a.jpg"))
    assert done.exit_code == 0
    assert (tmp_path / "a.jpg").read_bytes() == JPEG
    assert "persons and vehicles pixelated" in done.output
    assert done.output.count("\n") == 1
    assert (asked.camera_id, asked.user, asked.moment, asked.unblurred) == ("cam-1", "op", NOON, False)
    done, _ = call(SHOWN, "cam-1", "--user", "op")
    assert "give --out" in done.output


@pytest.mark.parametrize(
    ("moment", "before_s"), [("10s", 10), ("2m", 120), ("2026-11-24T11:59:00Z", 60), ("2026-11-24T12:59:00+01:00", 60)]
)
def test_the_moment_is_a_time_or_how_long_ago(call: Any, moment: str, before_s: int) -> None:
    """Both are times with a zone in the end."""
    _, (asked,) = call(SHOWN, "c", "--user", "op", "--moment", moment, "--alert", "a-1", "--unblurred")
    assert asked.moment == NOON - timedelta(seconds=before_s)
    assert (asked.alert_id, asked.unblurred) == ("a-1", True)


def test_a_refusal_is_said_with_its_reason(call: Any, tmp_path: Path) -> None:
    """Exit code 1, and no file."""
    done, _ = call(REFUSED, "c", "--user", "op", "--out", str(tmp_path / "a.jpg"))
    assert done.exit_code == 1
    assert done.output == "c: refused, too_old: the oldest is of noon\n"
    assert not (tmp_path / "a.jpg").exists()


def test_no_answer_is_one_line(call: Any) -> None:
    """It says what was expected."""
    done, _ = call(NoAnswerError("no answer within 30 s"), "c", "--user", "op")
    assert (done.exit_code, done.output) == (1, "toezicht: no answer within 30 s\n")


def test_json_is_the_answer_itself(call: Any) -> None:
    """For programs."""
    done, _ = call(REFUSED, "c", "--user", "op", "--json")
    assert json.loads(done.output)["refused"] == "too_old"


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["c d", "--user", "op"], "CAMERA"),
        (["c", "--user", ""], "--user"),
        (["c", "--user", "op", "--moment", "yesterday"], "--moment"),
        (["c", "--user", "op", "--moment", "2026-11-24T12:00:00"], "--moment"),
        (["c", "--user", "op", "--out", "missing/folder/a.jpg"], "--out"),
    ],
)
def test_a_wrong_value_is_named_before_anything_is_sent(call: Any, words: list[str], named: str) -> None:
    """One line with the value and what was expected."""
    done, asked = call(SHOWN, *words)
    assert isinstance(done.exception, ConfigurationError)
    assert str(done.exception).startswith(f"snapshot: {named} is ")
    assert asked == []


def test_who_asks_must_be_said(call: Any) -> None:
    """There is no user by default."""
    done, asked = call(SHOWN, "c")
    assert done.exit_code == 2
    assert asked == []


def test_a_denied_wish_is_told(call: Any) -> None:
    """The picture is pixelated, and the line says why."""
    denied = Answer(example(SnapshotReference, detail="unblurred is refused: x"), JPEG)
    done, _ = call(denied, "c", "--user", "op", "--unblurred")
    assert done.exit_code == 0
    assert done.output.rstrip().endswith("unblurred is refused: x")
