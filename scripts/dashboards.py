"""Dashboards of the definitions in deploy/grafana/boards: `python scripts/dashboards.py [--check]`.

A definition (YAML) says what a board is for, and of each panel its title, what it tells, its unit and its queries; places, ids
and what Grafana wants beside them are made here. Links between boards are those of the tag that all of them carry.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

GRAFANA: Final = Path(__file__).parents[1] / "deploy" / "grafana"
TAG: Final = "toezicht"
_COLUMNS: Final = 24
_SOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}
_LEGEND: Final = {"displayMode": "table", "placement": "bottom", "showLegend": True, "calcs": ["lastNotNull", "max"]}


class Strict(BaseModel):
    """Refuses what it does not know: a misspelt field would do nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class BoardPanel(Strict):
    """Panel: one question, with the queries that answer it, by legend.

    Attributes:
        title: What it shows.
        tells: The question, and what to make of the answer.
        unit: Grafana's name of the unit.
        queries: PromQL by legend.
        kind: Lines over time, or the newest number.
        limits: Values from which on it is orange, and red.
        low_is_bad: Whether it is below the limits that something is wrong.
        width: Columns of 24.
        height: Rows.
    """

    title: str
    tells: str
    unit: str = "short"
    queries: dict[str, str] = Field(min_length=1)
    kind: Literal["timeseries", "stat"] = "timeseries"
    limits: tuple[float, float] | None = None
    low_is_bad: bool = False
    width: int = Field(12, ge=3, le=24)
    height: int = Field(8, ge=3, le=20)


class Board(Strict):
    """Board: rows of panels."""

    title: str
    tells: str
    since: str = "now-6h"
    refresh: str = "30s"
    rows: dict[str, tuple[BoardPanel, ...]] = Field(min_length=1)


def defaults(panel: BoardPanel) -> dict[str, Any]:
    """Return the unit and the colours of a panel."""
    found: dict[str, Any] = {"unit": panel.unit, "min": 0}
    if panel.limits is not None:
        first, second = panel.limits
        colours = ("red", "orange", "green") if panel.low_is_bad else ("green", "orange", "red")
        steps = [
            {"color": colour, "value": value} for colour, value in zip(colours, (None, first, second), strict=True)
        ]
        found |= {"color": {"mode": "thresholds"}, "thresholds": {"mode": "absolute", "steps": steps}}
        if panel.kind == "timeseries":
            found |= {"color": {"mode": "palette-classic"}, "custom": {"thresholdsStyle": {"mode": "line"}}}
    return found


def options(kind: str) -> dict[str, Any]:
    """Return what Grafana wants to know of a kind of panel."""
    if kind == "stat":
        return {
            "reduceOptions": {"calcs": ["lastNotNull"]}, "colorMode": "value", "graphMode": "area", "justifyMode": "auto",
            "orientation": "auto", "percentChangeColorMode": "standard", "showPercentChange": False, "textMode": "auto",
            "wideLayout": True,
        }  # fmt: skip
    return {"legend": _LEGEND, "tooltip": {"mode": "multi", "sort": "desc"}}


def panels(board: Board) -> Iterator[dict[str, Any]]:
    """Yield a board's rows and panels with their places, left to right and top to bottom."""
    number, y = 0, 0
    for row, members in board.rows.items():
        number += 1
        place = {"h": 1, "w": _COLUMNS, "x": 0, "y": y}
        yield {"id": number, "type": "row", "title": row, "collapsed": False, "panels": [], "gridPos": place}
        x, y, tallest = 0, y + 1, 0
        for panel in members:
            if x + panel.width > _COLUMNS:
                x, y, tallest = 0, y + tallest, 0
            number += 1
            yield {
                "id": number,
                "type": panel.kind,
                "title": panel.title,
                "description": panel.tells,
                "datasource": _SOURCE,
                "gridPos": {"h": panel.height, "w": panel.width, "x": x, "y": y},
                "fieldConfig": {"defaults": defaults(panel), "overrides": []},
                "options": options(panel.kind),
                "targets": [
                    {"refId": chr(ord("A") + at), "datasource": _SOURCE, "expr": query, "legendFormat": legend}
                    for at, (legend, query) in enumerate(panel.queries.items())
                ],
            }
            x, tallest = x + panel.width, max(tallest, panel.height)
        y += tallest


def dashboard(name: str, board: Board) -> dict[str, Any]:
    """Return a board as Grafana reads it."""
    links = {
        "title": "Others", "type": "dashboards", "tags": [TAG], "asDropdown": True, "includeVars": True, "keepTime": True,
        "targetBlank": False, "icon": "external link", "tooltip": "", "url": "",
    }  # fmt: skip
    variable = {
        "name": "datasource", "type": "datasource", "query": "prometheus",
        "current": {"text": "Prometheus", "value": "prometheus"}, "hide": 0,
    }  # fmt: skip
    return {
        "uid": f"toezicht-{name}",
        "title": board.title,
        "description": board.tells,
        "tags": [TAG],
        "schemaVersion": 41,
        "version": 1,
        "editable": True,
        "refresh": board.refresh,
        "time": {"from": board.since, "to": "now"},
        "timezone": "browser",
        "links": [links],
        "templating": {"list": [variable]},
        "annotations": {"list": []},
        "panels": list(panels(board)),
    }


def texts() -> dict[Path, str]:
    """Return each dashboard's file with its text.

    Raises:
        pydantic.ValidationError: A definition is wrong; it names the board's rows and fields.
    """
    found = {}
    for path in sorted((GRAFANA / "boards").glob("*.yaml")):
        board = TypeAdapter(Board).validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))
        target = GRAFANA / "dashboards" / f"{path.stem}.json"
        found[target] = json.dumps(dashboard(path.stem, board), indent=1, ensure_ascii=False) + "\n"
    return found


def main(arguments: list[str]) -> int:
    """Write the dashboards, or check that the written ones are of these definitions."""
    for path, text in texts().items():
        if arguments != ["--check"]:
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            sys.stderr.write(f"toezicht: {path.name} is not of its definition; run: python scripts/dashboards.py\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
