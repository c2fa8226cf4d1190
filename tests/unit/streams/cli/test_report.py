"""How `toezicht report` is called, and what becomes of a report that is entered by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from schemas.categories import Category
from schemas.codec import decode
from schemas.incidents import Incident, Operation
from streams.cli import report
from streams.cli.main import build_app
from streams.errors import ConfigurationError
from streams.intake.intake import Intake, Outgoing
from streams.intake.lines import Line
from streams.intake.sources.base import IncidentSource
from streams.topics import INCIDENTS
from tests.support.messages import NOON


class Entering:
    """The command, whose intake reads and decides as always and sends nowhere; `incidents` are what it would send."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.incidents: list[Incident] = []
        monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "nowhere:9092")
        monkeypatch.setattr("streams.cli.options.start_logging", lambda _: None)
        monkeypatch.setattr(report, "utc_now", lambda: NOON)
        monkeypatch.setattr(report, "connected_intake", self._intake)

    def _intake(self, source: IncidentSource, *_: object) -> Intake:
        entering = self

        class Kept(Intake):
            def prepare(self, line: Line) -> Outgoing | None:
                outgoing = super().prepare(line)
                if outgoing is not None and outgoing.topic == INCIDENTS:
                    message = decode(outgoing.record.value, outgoing.record.headers)
                    assert isinstance(message, Incident)
                    entering.incidents.append(message)
                return outgoing

        intake = Kept(source, None, lambda: NOON)
        for incident in self.incidents:
            intake.recall(incident)
        return intake

    def __call__(self, *words: str) -> Any:
        return CliRunner().invoke(build_app("report"), ["report", *words])


@pytest.fixture
def enter(monkeypatch: pytest.MonkeyPatch) -> Entering:
    return Entering(monkeypatch)


def test_a_report_by_hand_is_a_report_like_any_other(enter: Entering) -> None:
    """From the source `operator`; who entered it stands in its id, and nothing that was said does."""
    place = ("--street", "Stadsplein 12", "--town", "Amstelveen", "--lat", "52.3063", "--lon", "4.8573")
    done = enter("geweld_vechtpartij", "--user", "operator-3", "--priority", "P 1", "--occurred", "10m", *place)
    assert done.exit_code == 0, done.output
    [incident] = enter.incidents
    assert (incident.source, incident.category, incident.urgency) == ("operator", Category.GEWELD_VECHTPARTIJ, 1)
    assert incident.source_id.startswith("operator-3/")
    assert (incident.place, incident.notes) == ("Stadsplein, Amstelveen", ())
    assert (NOON - incident.occurred_at).total_seconds() == 600
    assert done.output == f"{incident.source_id}: sent as a new report\n"


def test_it_is_changed_and_withdrawn_by_its_id(enter: Entering) -> None:
    """As a partner does it."""
    first = json.loads(enter("brand", "--user", "op", "--json").output)
    named = ("brand", "--user", "op-2", "--id", first["source_id"])
    assert enter(*named, "--priority", "P 1").exit_code == 0
    assert enter(*named, "--cancel").exit_code == 0
    assert [each.operation for each in enter.incidents] == [Operation.CREATE, Operation.UPDATE, Operation.CANCEL]
    assert len({each.incident_id for each in enter.incidents}) == 1


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--user", "Jan Jansen"], "--user is 'Jan Jansen'"),
        (["--user", "op", "--priority", "very"], "--priority is 'very'"),
        (["--user", "op", "--lat", "52.3"], "--lon is ''"),
        (["--user", "op", "--cancel"], "--cancel is given"),
        (["--user", "op", "--id", "4711"], "--id is '4711'"),
        (["--user", "op", "--street", "0612345678"], "--street is '0612345678'"),
        (["--user", "op", "--occurred", "yesterday"], "--occurred is 'yesterday'"),
    ],
)
def test_a_wrong_value_is_named_before_anything_is_sent(enter: Entering, words: list[str], named: str) -> None:
    """While somebody sits there to mend it: intake would leave it out with a note."""
    done = enter("brand", *words)
    assert isinstance(done.exception, ConfigurationError)
    assert str(done.exception).startswith(f"report: {named}")
    assert enter.incidents == []


@pytest.mark.parametrize("words", [["brand"], ["flood", "--user", "op"]])
def test_who_enters_it_and_what_it_is_must_be_said(enter: Entering, words: list[str]) -> None:
    """Of the closed list."""
    assert enter(*words).exit_code == 2
    assert enter.incidents == []
