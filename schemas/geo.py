"""Positions: where something is: WGS 84, with the accuracy that its source can vouch for."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import Part

Lat = Annotated[float, Field(ge=-90, le=90, description="WGS 84 latitude in degrees")]
Lon = Annotated[float, Field(ge=-180, le=180, description="WGS 84 longitude in degrees")]


class Position(Part):
    """A point on the ground and the radius in metres within which the true place lies (about 95 %)."""

    lat: Lat
    lon: Lon
    accuracy_m: Annotated[float, Field(gt=0, le=100_000, description="Radius of the 95 % circle, in metres")]
