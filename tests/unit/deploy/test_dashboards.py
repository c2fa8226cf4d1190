"""Dashboards are of their definitions, and a wrong definition is refused."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from pydantic import ValidationError

SCRIPT = Path(__file__).parents[3] / "scripts" / "dashboards.py"
BOARDS = sorted((SCRIPT.parents[1] / "deploy" / "grafana" / "boards").glob("*.yaml"))


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """Return the script as a module."""
    spec = importlib.util.spec_from_file_location("dashboards", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["dashboards"] = module
    spec.loader.exec_module(module)
    return module


def test_the_dashboards_are_of_their_definitions(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As `make check` asks; one that was changed by hand is named."""
    assert script.main(["--check"]) == 0
    assert len(script.texts()) == len(BOARDS) > 0
    changed = {path: text + " " for path, text in script.texts().items()}
    monkeypatch.setattr(script, "texts", lambda: changed)
    assert script.main(["--check"]) == 1
    assert "python scripts/dashboards.py" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": "t", "tells": "t", "rows": {}},
        {"title": "t", "tells": "t", "rows": {"r": [{"title": "p", "tells": "t", "queries": {}}]}},
        {"title": "t", "tells": "t", "rows": {"r": [{"title": "p", "tells": "t", "querys": {"a": "up"}}]}},
        {
            "title": "t",
            "tells": "t",
            "rows": {"r": [{"title": "p", "tells": "t", "queries": {"a": "up"}, "width": 25}]},
        },
    ],
)
def test_a_wrong_definition_is_refused(script: ModuleType, wrong: object) -> None:
    """An empty one, a field that is misspelt, a panel that is wider than the page."""
    with pytest.raises(ValidationError):
        script.Board.model_validate(wrong)


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_each_panel_has_a_unit_and_a_legend_and_the_board_leads_to_the_others(path: Path) -> None:
    """A number without either tells nothing."""
    definition = yaml.safe_load(path.read_text())
    board = json.loads((path.parents[1] / "dashboards" / f"{path.stem}.json").read_text())
    assert [link["tags"] for link in board["links"]] == [board["tags"]] == [["toezicht"]]
    panels = [panel for panel in board["panels"] if panel["type"] != "row"]
    assert len(panels) == sum(len(row) for row in definition["rows"].values())
    for panel in panels:
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert all(target["legendFormat"] for target in panel["targets"])
