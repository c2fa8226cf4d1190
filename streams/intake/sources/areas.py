"""Areas: CBS's codes of districts and neighbourhoods, with the years in which they count, as names of places.

A code is told by reports that have no street. One that ended is read as what took its place, with a note; one that no table
has is left out, with a note. A neighbourhood that the table has not has the name of the district that its code begins with.
"""

from __future__ import annotations

import re
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field, model_validator

from schemas.base import Part
from schemas.incidents import ReportNote
from streams.config.yaml import parse_yaml, read_yaml
from streams.intake.sources import fields
from streams.intake.sources.gazetteer import MAX_NAME

_CODE: Final = re.compile(r"WK\d{6}|BU\d{8}")
Code = Annotated[str, Field(pattern=f"^(?:{_CODE.pattern})$")]
Year = Annotated[int, Field(ge=1990, le=2100)]


class Area(Part):
    """One area: its name, the first year in which its code counts, the last if it ended, and the code that took its place."""

    code: Code
    name: Annotated[str, Field(min_length=1, max_length=MAX_NAME)]
    since: Year
    until: Year | None = None
    now: Code | None = None


class ReportAreas(Part):
    """Areas by code. A code may stand there for several years, with another name in each."""

    version: Annotated[str, Field(min_length=1, max_length=40)]
    areas: tuple[Area, ...]

    @model_validator(mode="after")
    def _consistent(self) -> ReportAreas:
        known = {area.code for area in self.areas}
        for area in self.areas:
            if area.until is not None and area.until < area.since:
                raise ValueError(f"{area.code}: until {area.until} lies before since {area.since}")
            if area.now is not None and (area.until is None or area.now not in known or area.now == area.code):
                raise ValueError(f"{area.code}: now {area.now}: expected another code of this file, and until")
        return self

    @cached_property
    def _by_code(self) -> dict[str, list[Area]]:
        found: dict[str, list[Area]] = {}
        for area in sorted(self.areas, key=lambda each: each.since):
            found.setdefault(area.code, []).append(area)
        return found

    def name(self, value: Any, year: int) -> fields.Field[str]:
        """Return the name of the area that a code means in a year.

        Args:
            value: What stands there.
            year: That of the report: the same code may be another area in another year.
        """
        code = fields.text(value).value.upper()
        if not code:
            return fields.Field("")
        if not _CODE.fullmatch(code):
            return fields.Field("", (ReportNote.PLACE_LEFT_OUT,))
        notes: tuple[ReportNote, ...] = ()
        for _ in range(len(self.areas)):  # a code may have been replaced more than once
            stated = self._by_code.get(code) or self._by_code.get(f"WK{code[2:8]}", [])
            counts = [area for area in stated if area.since <= year and (area.until is None or year <= area.until)]
            if counts:
                return fields.Field(counts[-1].name, notes)
            notes = (ReportNote.PLACE_UNCERTAIN,)
            replaced = next((area.now for area in stated if area.now is not None), None)
            if replaced is None:
                break
            code = replaced
        return fields.Field("", (ReportNote.PLACE_LEFT_OUT,))


def load_areas(path: Path | None = None) -> ReportAreas:
    """Return the areas of a file, or the built-in ones.

    Raises:
        FileError: One line with file, line, field and what was expected.
    """
    if path is not None:
        return read_yaml(path, ReportAreas)
    return _built_in()


@cache
def _built_in() -> ReportAreas:
    text = files("streams.intake.sources").joinpath("areas.yaml").read_text(encoding="utf-8")
    return parse_yaml(text, "areas.yaml", ReportAreas, {})
