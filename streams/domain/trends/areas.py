"""Areas that are counted: wijken or buurten with their CBS codes, from a GeoJSON file; or none.

The file is a GeoJSON FeatureCollection (RFC 7946) with two members of ours, `area_year` and, if wanted, `note`. Positions are
[longitude, latitude] in WGS 84, and corners are joined by straight lines in these, as the RFC says.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, field_validator, model_validator
from shapely import STRtree, make_valid
from shapely.geometry import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from schemas.base import Part, ShortText
from schemas.geo import Position
from schemas.trends import AreaYear

ALL: Final = "all"
"""The whole control room."""
UNKNOWN: Final = "unknown"
"""Without a position, or with one too poor to tell the area."""
ELSEWHERE: Final = "elsewhere"
"""Outside of every area of the file."""
POOREST_M: Final = 500.0
"""A position within a wider circle than this does not tell a neighbourhood: a wijk is one or two kilometres across. Reports that
name only a town stand at its middle, and would make its centre a hot spot."""
_OVERLAP: Final = 0.01
"""Share of the smaller of two areas that drawn borders may overlap by."""

Lon = Annotated[float, Field(ge=3.0, le=7.5)]
Lat = Annotated[float, Field(ge=50.5, le=53.8)]
LonLat = tuple[Lon, Lat]
Ring = Annotated[tuple[LonLat, ...], Field(min_length=4, max_length=20_000)]
Rings = Annotated[tuple[Ring, ...], Field(min_length=1)]


class PolygonGeometry(Part):
    """One outline and its holes, each closed: its last position is its first."""

    type: Literal["Polygon"]
    coordinates: Rings

    def shape(self) -> BaseGeometry:
        """Return it in degrees, x eastwards."""
        return Polygon(self.coordinates[0], self.coordinates[1:])


class MultiPolygonGeometry(Part):
    """Several outlines with their holes."""

    type: Literal["MultiPolygon"]
    coordinates: Annotated[tuple[Rings, ...], Field(min_length=1)]

    def shape(self) -> BaseGeometry:
        """Return it in degrees, x eastwards."""
        return MultiPolygon([(rings[0], rings[1:]) for rings in self.coordinates])


class AreaProperties(Part):
    """Area properties: what an area is called."""

    code: Annotated[
        str, Field(pattern=r"^(WK\d{6}|BU\d{8})$", description="CBS code of a wijk (WK036204) or buurt (BU03620401)")
    ]
    name: Annotated[ShortText, Field(min_length=1)]


class AreaFeature(Part):
    """One area."""

    type: Literal["Feature"]
    properties: AreaProperties
    geometry: Annotated[PolygonGeometry | MultiPolygonGeometry, Field(discriminator="type")]

    @field_validator("geometry")
    @classmethod
    def _drawn_well(cls, geometry: PolygonGeometry | MultiPolygonGeometry) -> PolygonGeometry | MultiPolygonGeometry:
        polygons = (geometry.coordinates,) if isinstance(geometry, PolygonGeometry) else geometry.coordinates
        if any(ring[0] != ring[-1] for rings in polygons for ring in rings):
            raise ValueError("expected each ring to be closed: its last position is its first")
        if not geometry.shape().is_valid:
            raise ValueError("expected an outline that does not cross itself")
        return geometry


class Areas(Part):
    """All areas of one division and year. They are of one level, and do not overlap; the first in the file wins a border."""

    type: Literal["FeatureCollection"]
    area_year: AreaYear
    note: ShortText = ""
    features: Annotated[tuple[AreaFeature, ...], Field(min_length=1, max_length=500)]

    @model_validator(mode="after")
    def _consistent(self) -> Areas:
        codes = [feature.properties.code for feature in self.features]
        for code in codes:
            if codes.count(code) > 1:
                raise ValueError(f"two areas have the code {code}")
        if len({code[:2] for code in codes}) > 1:
            raise ValueError("expected areas of one level, all WK or all BU")
        shapes = [make_valid(feature.geometry.shape()) for feature in self.features]
        for one, other in STRtree(shapes).query(shapes, predicate="intersects").T:
            if one < other:
                shared = shapes[one].intersection(shapes[other]).area
                if shared > _OVERLAP * min(shapes[one].area, shapes[other].area):
                    raise ValueError(f"the areas {codes[one]} and {codes[other]} overlap")
        return self


class AreaMap:
    """Finds the area of a position.

    Args:
        areas: The file; without one there is a single area, the control room.
    """

    def __init__(self, areas: Areas | None) -> None:
        self.year = None if areas is None else areas.area_year
        features = () if areas is None else areas.features
        self.names = {feature.properties.code: feature.properties.name for feature in features}
        self._codes = list(self.names)
        self._tree = STRtree([feature.geometry.shape() for feature in features])

    def find(self, position: Position | None, room: str) -> tuple[str, int | None]:
        """Return the code and year of a position's area; `unknown` or `elsewhere` where it has none."""
        if position is None or position.accuracy_m > POOREST_M:
            return UNKNOWN, None
        if self.year is None:
            return room, None
        found = self._tree.query(Point(position.lon, position.lat), predicate="intersects")
        return (self._codes[min(found)], self.year) if len(found) else (ELSEWHERE, None)

    def name(self, code: str) -> str:
        """Return an area's name; its code where the file does not have it (any more)."""
        return self.names.get(code, code)
