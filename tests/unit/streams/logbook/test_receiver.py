"""The Logboek's receiver over HTTP: all fields of the standard, and a word on each line before it counts as there."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from streams.domain.logbook.lines import LogbookLine, ProcessingKind
from streams.logbook.answer import LogbookAnswer, LogbookFault
from streams.logbook.receiver import ACTIVITY, LogbookReceiver
from streams.logbook.settings import LogbookSettings
from tests.support.messages import NOON
from tests.support.tracing import Collector, collecting

ACTIVITIES = {kind: f"https://register.example/{kind}" for kind in ProcessingKind}
LINE = LogbookLine(
    ProcessingKind.VIEW, "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "view_snapshot camera", NOON,
    NOON + timedelta(milliseconds=40),
)  # fmt: skip


def receiver(collector: Collector, **settings: Any) -> LogbookReceiver:
    """Return what sends to a collector."""
    return LogbookReceiver(LogbookSettings(to=collector.url, **settings), ACTIVITIES)


def test_a_line_has_all_fields_that_the_standard_demands_and_no_others() -> None:
    """`resource` names whose system it is; nobody's identity is given."""
    with collecting() as collector:
        assert receiver(collector).send([LINE, LINE._replace(failed="failed")]) == LogbookAnswer(None, 200)
        told, failed = collector.spans
    assert (told.trace_id, told.span_id, told.parent) == (LINE.trace_id, LINE.span_id, "")
    assert (told.name, told.status, failed.status) == ("view_snapshot camera", 0, 2)
    assert told.start_ns == int(NOON.timestamp()) * 1_000_000_000
    assert told.end_ns - told.start_ns == 40_000_000
    assert told.attributes == {ACTIVITY: "https://register.example/view"}
    assert set(told.resource) == {"service.name", "service.namespace", "service.version"}


@pytest.mark.parametrize(
    ("status", "rejected", "fault"),
    [
        (200, 1, LogbookFault.PARTLY_REFUSED), (400, 0, LogbookFault.REFUSED), (302, 0, LogbookFault.REFUSED),
        (401, 0, LogbookFault.NOT_ALLOWED), (403, 0, LogbookFault.NOT_ALLOWED), (429, 0, LogbookFault.BUSY),
        (503, 0, LogbookFault.BUSY),
    ],
)  # fmt: skip
def test_nothing_but_its_word_on_every_line_is_a_confirmation(status: int, rejected: int, fault: LogbookFault) -> None:
    """Also not a success that leaves one out."""
    with collecting() as collector:
        collector.answer = lambda _: (status, rejected)
        assert receiver(collector).send([LINE, LINE]) == LogbookAnswer(fault, status)


def test_one_that_is_away_is_told_as_such() -> None:
    """And raises nothing."""
    with collecting() as collector:
        gone = receiver(collector, timeout_s=1.0)
    assert gone.send([LINE]).fault is LogbookFault.UNREACHABLE


def test_a_token_is_read_from_its_file_each_time(tmp_path: Path) -> None:
    """It may be replaced meanwhile; without it nothing is sent."""
    token = tmp_path / "token"
    with collecting() as collector:
        sender = receiver(collector, token_file=token)
        assert sender.send([LINE]).fault is LogbookFault.TOKEN_UNREADABLE
        for each in ("first", "second"):
            token.write_text(each + "\n")
            assert sender.send([LINE]).fault is None
        assert [each["authorization"] for each in collector.requests] == ["Bearer first", "Bearer second"]
