"""Rows that an older release wrote are read, rows of a newer one end the worker, and no row's shape changes unnoticed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import BaseModel

from schemas.base import Part
from streams.domain.alerts.situation import Situation
from streams.domain.corroboration.history import SlotRow
from streams.domain.observations.open_second import CameraSecond
from streams.runtime.state import PartitionState, StateError, StateRows
from streams.stages.decide.store import EarlyRow
from streams.stages.row_versions import FIELD, ROWS, Document, RowError, RowVersions
from tests.support.kafka import FakeDatabase
from tests.support.state_rows import DIGESTS, FOLDER, MODELS, sample_file, shape, written

SAMPLES = sorted(FOLDER.glob("v*/*.json"))
SHAPES: dict[str, dict[str, str]] = json.loads(DIGESTS.read_text())
LEARN = """The rows `{kind}/…` have another shape than version {version} of them was written with.
Rows of that version lie in the changelogs of running control rooms for 27 days, and must stay readable:
1. raise the version of "{kind}" in streams/stages/row_versions.py (ROWS.newest),
2. add the function that makes the new document from the old one (ROWS.upgrades),
3. run `python -m tests.support.state_rows`, which freezes rows and shape of the new version.
Never change what is frozen. See docs/adr/0004-state-versions.md."""


class Person(Part):
    """A row at version 3: it was `name` alone, then `name` and `age_s`, and is now `full_name` and `age_s`."""

    full_name: str
    age_s: int = 0


def aged(row: Document) -> Document:
    """Version 1 to 2."""
    return {**row, "age_s": 7}


def named(row: Document) -> Document:
    """Version 2 to 3."""
    return {"full_name": row["name"], "age_s": row["age_s"]}


THREE = RowVersions({"person": 3}, {("person", 1): aged, ("person", 2): named})


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_rows_of_every_version_are_read(path: Path) -> None:
    """Each as it was really written by a stage of that release."""
    kind = path.stem
    rows: dict[str, str] = json.loads(path.read_text())
    assert rows
    for key, raw in rows.items():
        row = ROWS.read(key, raw.encode(), MODELS[kind])
        assert ROWS.read(key, ROWS.write(key, row), MODELS[kind]) == row


def test_every_kind_of_row_that_the_stages_write_has_a_sample_of_its_version() -> None:
    """A new kind is found by the runs; a kind that is gone keeps its samples, since its rows may still be read."""
    kinds = written().keys()
    assert kinds == MODELS.keys()
    missing = [kind for kind in kinds if not sample_file(kind, ROWS.newest.get(kind, 1)).exists()]
    assert missing == [], "run `python -m tests.support.state_rows`"


@pytest.mark.parametrize("kind", MODELS)
def test_a_model_changes_only_with_its_version(kind: str) -> None:
    """Of each newest version the shape is frozen; the message tells what to do."""
    version = ROWS.newest.get(kind, 1)
    assert SHAPES[kind].get(str(version)) == shape(MODELS[kind]), LEARN.format(kind=kind, version=version)


def test_a_shape_does_not_depend_on_descriptions_but_on_fields() -> None:
    """A better docstring asks for no new version; another type, limit or name does."""

    class Same(Part):
        """Another text."""

        full_name: str
        age_s: int = 0

    class Other(Part):
        """A row at version 3: it was `name` alone, then `name` and `age_s`, and is now `full_name` and `age_s`."""

        full_name: str
        age_s: float = 0

    assert shape(Same) == shape(Person) != shape(Other)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b'{"name":"a"}', Person(full_name="a", age_s=7)),
        (b'{"row_version":2,"name":"a","age_s":1}', Person(full_name="a", age_s=1)),
        (b'{"row_version":3,"full_name":"a"}', Person(full_name="a")),
    ],
    ids=["first", "second", "newest"],
)
def test_an_older_row_is_upgraded_step_by_step(raw: bytes, expected: Person) -> None:
    """From any version up to the newest, in order."""
    assert THREE.read("person/1", raw, Person) == expected


def test_a_row_of_a_newer_version_is_an_error_that_says_what_to_do() -> None:
    """It is never read as if it were known, whatever its fields."""
    with pytest.raises(
        RowError, match=r"row person/… is of version 4, and this software knows 3: .*start that release"
    ):
        THREE.read("person/1", b'{"row_version":4,"full_name":"a"}', Person)
    with pytest.raises(RowError, match="version 2, and this software knows 1"):
        RowVersions().read("person/1", b'{"row_version":2}', Person)


@pytest.mark.parametrize("raw", [b"{", b"", b'{"row_version":x}', b'{"row_version":2', b'{"name":1}', b"[]", b"null"])
def test_a_damaged_row_is_an_error_without_its_content(raw: bytes) -> None:
    """Whichever step finds it."""
    with pytest.raises(RowError, match="row"):
        THREE.read("person/1", raw, Person)


def test_a_version_is_written_only_above_one() -> None:
    """So rows of the first version need no rewriting; an empty row carries it too."""

    class Empty(Part):
        """Everything is in its name."""

    assert RowVersions().write("person/1", Person(full_name="a")) == b'{"full_name":"a","age_s":0}'
    raw = THREE.write("person/1", Person(full_name="a"))
    assert json.loads(raw) == {FIELD: 3, "full_name": "a", "age_s": 0}
    assert THREE.read("person/1", raw, Person) == Person(full_name="a")
    assert THREE.write("person/1", Empty()) == b'{"row_version":3}'
    assert THREE.read("person/1", b'{"row_version":3}', Empty) == Empty()


@pytest.mark.parametrize("field", sorted(MODELS))
def test_no_row_has_a_field_of_the_versions_name(field: str) -> None:
    """It would be taken for the version."""
    assert FIELD not in MODELS[field].model_fields


def test_a_step_that_is_missing_or_leads_nowhere_is_noticed_at_import() -> None:
    """Not when the first old row is read."""
    with pytest.raises(ValueError, match="person"):
        RowVersions({"person": 3}, {("person", 1): aged})
    with pytest.raises(ValueError, match="person"):
        RowVersions({}, {("person", 1): aged})


def test_rows_are_upgraded_when_read_or_scanned_and_written_anew_when_they_change() -> None:
    """Old and new ones stand side by side; what is only read stays as it is."""
    content = {b"person/1": b'{"name":"a"}', b"person/2": b'{"row_version":3,"full_name":"b"}'}
    state = PartitionState(lambda: FakeDatabase(content), versions=THREE)
    rows = StateRows(state)
    assert [row.full_name for _, row in rows.scan("person/", Person)] == ["a", "b"]
    assert rows.encoded() == {}
    rows = StateRows(state)
    rows.put("person/1", Person(full_name="c"))
    assert rows.encoded() == {b"person/1": b'{"row_version":3,"full_name":"c","age_s":0}'}


def test_the_worker_ends_at_a_newer_row() -> None:
    """A `StateError` is never a message's fault: the runner stops and sets nothing aside."""
    state = PartitionState(lambda: FakeDatabase({b"person/1": b'{"row_version":9}'}), versions=THREE)
    with pytest.raises(StateError, match="version 9"):
        StateRows(state).get("person/1", Person)
    with pytest.raises(StateError, match="version 9"):
        list(StateRows(state).scan("person/", Person))


def test_rows_of_before_cameras_were_judged_and_seconds_remembered_keep_what_they_know() -> None:
    """Counts of the open second stay, stays begin anew; a second that was kept was seen."""
    old: dict[str, str] = json.loads(sample_file("camera", 1).read_text())
    for key, raw in old.items():
        row = ROWS.read(key, raw.encode(), CameraSecond)
        zones = json.loads(raw)["zones"]
        assert {name: list(zone.counts) for name, zone in row.zones.items()} == {
            name: zone["counts"] for name, zone in zones.items()
        }
        assert (row.tracks, row.quiet_s) == ((), 0.0)
    for key, raw in json.loads(sample_file("seen", 1).read_text()).items():
        slot = ROWS.read(key, raw.encode(), SlotRow)
        assert [[*seen[:7]] for seen in slot.seconds] == json.loads(raw)["seconds"]
        assert all(seen.visible and not seen.situations for seen in slot.seconds)


def test_alerts_of_before_priorities_were_held_are_shown_as_they_score() -> None:
    """Nothing is held, nothing repeated; episodes know of no rise."""
    for key, raw in json.loads(sample_file("alert", 1).read_text()).items():
        situation = ROWS.read(key, raw.encode(), Situation)
        assert (situation.shown, situation.near_repeats) == (None, ())
        assert all(row.rise_per_min is None for row in situation.episodes)
        assert len(situation.reports) == len(json.loads(raw)["reports"])


def test_rows_of_before_attention_say_that_none_was_asked() -> None:
    """Alerts and waiting reports keep their cameras; what counted in a second is what was likely."""
    models: dict[tuple[str, int], type[BaseModel]] = {
        ("alert", 1): Situation, ("early", 1): EarlyRow, ("camera", 2): CameraSecond, ("seen", 2): SlotRow
    }  # fmt: skip
    for (kind, version), model in models.items():
        for key, raw in json.loads(sample_file(kind, version).read_text()).items():
            row = ROWS.read(key, raw.encode(), model)
            match row:
                case Situation():
                    assert {near.attention_until for report in row.reports for near in report.cameras} <= {None}
                case EarlyRow():
                    assert row.report is None or {near.attention_until for near in row.report.cameras} <= {None}
                case CameraSecond():
                    assert {zone.likely for zone in row.zones.values()} <= {()}
                case SlotRow():
                    assert [each.likely for each in row.seconds] == [each.persons for each in row.seconds]
