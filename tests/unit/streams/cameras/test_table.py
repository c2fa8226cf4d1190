"""Many cameras from a table: all of them, or all mistakes with line and column."""

from __future__ import annotations

from pathlib import Path

import pytest
from shapely.geometry import Polygon
from typer.testing import CliRunner

from streams.cameras.table import COLUMNS, EXAMPLE, NOT_DRAWN, read_table, sector_area
from streams.cli.main import build_app
from streams.config.registry import load_registry
from streams.config.yaml import FileError
from streams.domain.cameras.registry import Camera, MapPoint, Registry
from streams.domain.geometry.ground import distance_m, to_ground
from tests.support.mutation import Mutator, tries

DEPLOYED = Path(__file__).parents[4] / "deploy" / "cameras.yaml"
HEAD = EXAMPLE.splitlines()[0]
LINE = "{id},Plein,amstelveen,52.30615,4.85689,rtsp://viewer@10.0.3.7/s,secrets/a,1280,720,90,70,40,stadsplein-1,none"


@pytest.fixture(scope="module")
def registry() -> Registry:
    """Return the registry that the deployment has as its example."""
    return load_registry(DEPLOYED)


def _faults(text: str, registry: Registry) -> list[str]:
    with pytest.raises(FileError) as caught:
        read_table(text, "t.csv", registry)
    return str(caught.value).splitlines()


def test_the_example_is_read(registry: Registry) -> None:
    """A line with masks, and one without, which hides all until somebody has drawn them."""
    first, second = read_table(EXAMPLE, "t.csv", registry)
    assert first["masks"] == {"version": "1", "polygons": [[[1000, 0], [1280, 0], [1280, 240], [1000, 240]]]}
    assert second["masks"] == {"version": NOT_DRAWN, "polygons": [[[0, 0], [1280, 0], [1280, 720], [0, 720]]]}
    assert first["source"] == {"url": "rtsp://viewer@10.0.3.7/stream2", "password_file": "secrets/plein-1"}
    camera = Camera.model_validate(first)
    assert camera.legal == registry.cameras[0].legal


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_as_spreadsheets_write_it(registry: Registry, delimiter: str) -> None:
    """A mark of byte order, other delimiters, lines that are empty, decimal commas where they can be."""
    rows = [HEAD.split(","), LINE.format(id="a").split(","), [""] * 14]
    text = "\ufeff" + "\r\n".join(delimiter.join(row) for row in rows)
    if delimiter != ",":
        text = text.replace("52.30615", "52,30615")
    (entry,) = read_table(text, "t.csv", registry)
    assert entry["position"]["lat"] == 52.30615


def test_a_decision_of_its_own(registry: Registry) -> None:
    """Without `like` a line has all five columns of the decision."""
    area = '"52.306175 4.856933, 52.306175 4.857667, 52.306625 4.857667"'
    cells = {
        "id": "a", "name": "A", "control_room": "amstelveen", "lat": "52.3061", "lon": "4.8569", "url": "stills",
        "width_px": "64", "height_px": "48", "view_area": area, "decision_ref": "2026/7", "valid_from": "2026-01-01",
        "valid_until": "2027-01-01", "public_area": area, "viewing": "fri sat 18:00-03:00 / mon 08:00-12:00", "masks": "none",
    }  # fmt: skip
    head, line = ",".join(cells), ",".join(cells.values())
    (entry,) = read_table(f"{head}\n{line}\n", "t.csv", registry)
    legal = Camera.model_validate(entry).legal
    assert legal.decision_ref == "2026/7"
    assert [len(window.days) for window in legal.viewing_windows] == [2, 1]


def test_all_mistakes_are_told_with_line_and_column(registry: Registry) -> None:
    """Of cells, of what the registry says of a camera, and of cameras among each other."""
    rows = [
        LINE.format(id="a").replace("52.30615", "north").replace("1280", "0"),
        LINE.format(id="b").replace("amstelveen", "nowhere"),
        LINE.format(id="b"),
        LINE.format(id="stadsplein-1"),
        LINE.format(id="pl ein"),
        LINE.format(id="c").replace("viewer@", "viewer:hunter2@"),
        LINE.format(id="d").replace(",none", ',"0 0, 9000 0, 9000 9"'),
        LINE.format(id="e").replace(",stadsplein-1", ",gone"),
        LINE.format(id="f").replace("secrets/a,", ",").replace("1280,720", ",720"),
        LINE.format(id="g") + ",more,and more",
        LINE.format(id="h").replace("rtsp://viewer@", "rtsp://"),
    ]
    told = _faults("\n".join([HEAD, *rows]), registry)
    expected = [
        (2, "lat"), (2, "width_px"), (3, "control_room"), (4, "id"), (5, "id"), (6, "id"), (7, "url"), (8, "masks"), (9, "like"),
        (10, "width_px"), (12, "url"),
    ]  # fmt: skip
    for line, column in expected:
        assert any(each.startswith(f"t.csv:{line}: column {column} ") for each in told), (line, column, told)
    assert any(each.startswith("t.csv:11: 16 cells") for each in told)
    assert len(told) == len(expected) + 1
    assert "hunter2" not in "\n".join(told)


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (HEAD.replace("width_px", "widht_px"), "expected width_px"),
        (HEAD + ",id", "the column id is there twice"),
        (HEAD.replace("lat,", ""), "the columns lat are missing"),
        ("", "the columns id, name"),
    ],
)
def test_a_header_that_is_wrong_is_told_first(registry: Registry, head: str, words: str) -> None:
    """With the column that was meant."""
    assert words in "\n".join(_faults(head + "\n" + LINE.format(id="a"), registry))


def test_a_sector_is_what_lies_before_the_camera() -> None:
    """Corners at its range, to both sides of where it looks."""
    corners = [MapPoint.model_validate(each) for each in sector_area(52.306, 4.857, 90, 60, 40)]
    stands, *arc = [to_ground(corner) for corner in corners]
    assert all(distance_m(stands, point) == pytest.approx(40, abs=0.2) for point in arc)
    assert all(point.x_m > stands.x_m + 30 for point in arc)
    area = Polygon([(point.x_m, point.y_m) for point in (stands, *arc)])
    assert area.is_valid
    assert area.area == pytest.approx(3.14159 * 40**2 / 6, rel=0.02)


def test_any_mutated_table_is_read_or_refused(registry: Registry) -> None:
    """And what is read is a camera."""
    outcomes = set()
    for seed in range(tries(3_000)):
        text = Mutator(seed).line([EXAMPLE.encode()]).decode("utf-8", "replace")
        try:
            for entry in read_table(text, "t.csv", registry):
                Camera.model_validate(entry)
            outcomes.add("read")
        except FileError:
            outcomes.add("refused")
    assert outcomes == {"read", "refused"}


def test_the_command_adds_all_or_none(tmp_path: Path) -> None:
    """What was written is a registry that the check takes; with a mistake, or a dry run, nothing is written."""
    path, table = tmp_path / "r.yaml", tmp_path / "t.csv"
    path.write_text(DEPLOYED.read_text())
    call = ["cameras", "add", str(table), "--registry", str(path)]
    run = CliRunner()
    table.write_text("\n".join([HEAD, *(LINE.format(id=f"cam-{n}") for n in range(30)), LINE.format(id="cam-3")]))
    failed = run.invoke(build_app("cameras"), call)
    assert isinstance(failed.exception, FileError)
    assert path.read_text() == DEPLOYED.read_text()
    table.write_text("\n".join([HEAD, *(LINE.format(id=f"cam-{n}") for n in range(30))]))
    assert "30 cameras could be added" in run.invoke(build_app("cameras"), [*call, "--dry-run"]).stdout
    assert path.read_text() == DEPLOYED.read_text()
    done = run.invoke(build_app("cameras"), [*call, "--version", "v2"])
    assert done.exit_code == 0, done.output
    found = load_registry(path)
    assert (len(found.cameras), found.version) == (31, "v2")
    assert set(run.invoke(build_app("cameras"), ["cameras", "add", "--columns"]).stdout.split()) >= set(COLUMNS)
    assert run.invoke(build_app("cameras"), ["cameras", "add", "--example"]).stdout == EXAMPLE
