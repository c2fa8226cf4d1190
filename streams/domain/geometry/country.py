"""The country: the box around the European Netherlands, within which reports lie."""

from __future__ import annotations

from typing import Final

from streams.domain.geometry.ground import LatLon

MIN_LAT: Final = 50.7
MAX_LAT: Final = 53.7
MIN_LON: Final = 3.2
MAX_LON: Final = 7.3
"""The European Netherlands, as Signalen bounds it (3.3, 50.7, 7.3, 53.6; fact sheet §2c), a tenth of a degree wider.

No latitude in it is a longitude in it, so that two numbers tell by themselves which is which.
"""


def inside(lat: float, lon: float) -> bool:
    """Return whether a latitude and a longitude, in degrees, lie in the box."""
    return MIN_LAT <= lat <= MAX_LAT and MIN_LON <= lon <= MAX_LON


def inside_country(place: LatLon) -> bool:
    """Return whether a place lies in the box."""
    return inside(place.lat, place.lon)
