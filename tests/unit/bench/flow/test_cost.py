"""What `bench flow` counts of a report: what it sends and writes."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.flow.cost import ReportCost, ReportCounts, Volume
from bench.flow.load import report_lines
from streams import topics
from streams.garbage import nothing_is_garbage

REPORTS = 12


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReportCounts]:
    """Return what a dozen reports caused, each in a square of its own."""
    cost = ReportCost(tmp_path_factory.mktemp("cost"))
    cost.show(0)
    yield cost.take(report_lines(REPORTS, "test", 0))
    cost.close()


def test_each_report_goes_the_whole_way(counted: ReportCounts) -> None:
    """An incident, a watch, its evidence and a camera's answer, and two versions of an alert on two topics."""
    found = {name: tally.number / REPORTS for name, tally in counted.records.items() if "changelog" not in name}
    evidence = found.pop(topics.EVIDENCE) + found.pop(topics.EVIDENCE_URGENT, 0.0)
    summaries = found.pop(topics.ALERTS) - 2  # so many reports at once are a flood
    assert evidence == 2
    assert 0 <= summaries < 1
    assert found == {
        topics.INCIDENTS: 1,
        topics.CAMERA_WATCHES: 1,
        topics.ALERT_STATE: 2 + summaries,
        topics.DECISION_LOG: 2,
    }


def test_the_rows_are_what_the_changelogs_have(counted: ReportCounts) -> None:
    """Each row that is counted by its kind stands in its stage's changelog, with its bytes."""
    for stage in ("corroborate", "decide"):
        rows = [tally for kind, tally in counted.rows.items() if kind.startswith(f"{stage} ")]
        whole = Volume(sum(each.number for each in rows), sum(each.size for each in rows))
        assert counted.records[topics.changelog(stage)] == whole


def test_a_message_is_encoded_once_and_checked_once_by_each_stage_that_reads_it(counted: ReportCounts) -> None:
    """An alert for two topics is one document; of what is sent only the last has no reader here."""
    assert counted.taken == {"locate": REPORTS, "corroborate": REPORTS, "decide": 2 * REPORTS}
    sent = sum(volume.number for name, volume in counted.records.items() if "changelog" not in name)
    assert sum(counted.documents.values()) == sent - counted.records[topics.ALERT_STATE].number


def test_no_row_is_written_as_it_was(counted: ReportCounts) -> None:
    """What an input does not change is not written again."""
    assert not counted.same


def test_what_a_report_needed_is_gone_with_it(tmp_path: Path) -> None:
    """Nothing of it holds itself: else the rows of each input, which are large, stay until garbage is looked for."""
    cost = ReportCost(tmp_path)
    cost.show(0)
    lines = report_lines(4, "garbage", 0)
    cost.take(lines[:2])  # what is made once, with the first
    gc.collect()
    with nothing_is_garbage():
        cost.take(lines[2:])
        assert gc.collect() == 0
    cost.close()


def test_nothing_is_nothing() -> None:
    """Of no reports nothing is counted."""
    assert ReportCounts().each()["bytes"] == 0
