"""A source is a class with its options and one line in the registry: both commands then know it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from pydantic import Field
from typer.testing import CliRunner, Result

from schemas.categories import Category
from schemas.incidents import Incident
from streams.cli import dead_letters
from streams.cli.intake import commands as intake
from streams.config.yaml import FileError
from streams.domain.incidents.raw_report import RawReport, Reading
from streams.errors import ConfigurationError
from streams.intake.sources.base import SourceOptions
from streams.intake.sources.registry import SOURCES, make_source

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ZONE = "Europe/Amsterdam"


class BellOptions(SourceOptions):
    """Read a bell, one line for each time that it rings.

    Example: ring | toezicht intake bell --street Dorpsstraat
    """

    street: str = Field("", description="Where it hangs")
    times: int = Field(1, ge=1, description="How often it must ring")


class Bell:
    """A feed of which nothing but its name is in a report."""

    name = "bell"
    Options = BellOptions

    def __init__(self, place: str) -> None:
        self._place = place

    @classmethod
    def from_options(cls, options: BellOptions, time_zone: str) -> Bell:
        return cls(f"{options.street}, {options.times} times, {time_zone}, {options.run}")

    def read(self, content: bytes, now: datetime) -> Reading:
        return RawReport("bell", "1", False, Category.OVERIG, "", True, "", self._place, None, now, now)

    def overdue(self, now: datetime, *, ending: bool = False) -> Iterable[Reading]:
        return ()

    def recall(self, incident: Incident) -> None:
        """Nothing to learn."""


@pytest.fixture
def bell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add the source to the registry."""
    monkeypatch.setitem(SOURCES, Bell.name, Bell)


def run(*arguments: str) -> Result:
    """Run a command line that is built now."""
    app = typer.Typer()
    intake.register(app)
    dead_letters.register(app)
    return CliRunner().invoke(app, list(arguments), env={"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1", "COLUMNS": "200"})


@pytest.mark.usefixtures("bell")
def test_a_new_source_has_its_command_and_its_dead_letters_are_read_again_with_the_same_options() -> None:
    """Nothing else knows of it: its options, their defaults and their help are those of its model."""
    own = run("intake", "bell", "--help")
    for said in ("Read a bell", "--street", "Where it hangs", "--times", "default: 1", "--run", "--json"):
        assert said in own.stdout
    assert "bell" in run("intake", "--help").stdout
    again = run("dead-letters", "replay", "--help").stdout
    for option in ("--street", "--times", "--gazetteer", "--words", "--clock", "--categories", "--run"):
        assert again.count(option) == 1
    assert "as in `intake bell`" in again


@pytest.mark.usefixtures("bell")
def test_a_source_gets_its_own_options_and_no_others() -> None:
    """Of what a replay is told for the sources of all lines."""
    given = {"street": "Dorpsstraat", "times": 3, "run": "r", "clock": "host", "categories": None}
    source = make_source("bell", given, ZONE)
    assert source is not None
    reading = source.read(b"ding", NOW)
    assert isinstance(reading, RawReport)
    assert reading.place == "Dorpsstraat, 3 times, Europe/Amsterdam, r"


@pytest.mark.usefixtures("bell")
def test_a_wrong_option_is_one_line_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """On the command line, and before a broker is asked for."""
    monkeypatch.setattr(
        "streams.cli.options.start_logging", lambda _: None
    )  # its handler would outlive the runner's streams
    error = run("intake", "bell", "--times", "0").exception
    assert isinstance(error, ConfigurationError)
    assert str(error).startswith("intake bell: --times is 0")


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_is_made_without_options(name: str) -> None:
    """It is called as it is known, and its command says what it reads."""
    source = make_source(name, {}, ZONE)
    assert type(source) is SOURCES[name]
    assert source.name == name
    assert "Example: " in (SOURCES[name].Options.__doc__ or "")
    assert all(field.description for field in SOURCES[name].Options.model_fields.values())


def test_options_of_one_name_are_alike() -> None:
    """A replay has each of them once, for all sources."""
    found: dict[str, object] = {}
    for source in SOURCES.values():
        for name, field in source.Options.model_fields.items():
            assert found.setdefault(name, (field.annotation, field.default)) == (field.annotation, field.default)


def test_an_unknown_source_is_none(tmp_path: Path) -> None:
    """And a file or a zone that is wrong is an error of one line."""
    assert make_source("nobody", {}, ZONE) is None
    with pytest.raises(FileError, match=r"none\.yaml: cannot be read"):
        make_source("recorded", {"categories": tmp_path / "none.yaml"}, ZONE)
    with pytest.raises(FileError, match=r"none\.yaml: cannot be read"):
        make_source("p2000", {"gazetteer": tmp_path / "none.yaml"}, ZONE)
    with pytest.raises(ConfigurationError, match=r"intake p2000: --zone is 'Europe/Nowhere', expected"):
        make_source("p2000", {"zone": "Europe/Nowhere"}, ZONE)
    with pytest.raises(FileError, match=r"none\.yaml: cannot be read"):
        make_source("p2000", {"room": tmp_path / "none.yaml"}, ZONE)
