"""A span of a scenario, which says what a zone showed for a while, as the observations that `observe` would send of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from bench.scenarios.layout import SeenInput
from schemas.cameras import DetectorInfo
from schemas.observations import GroundMeasure, Measures, Observation, SituationKind, ZoneSituation

DETECTOR: Final = DetectorInfo(name="scenario", version="1")


def observations(seen: SeenInput, start: datetime, room: str) -> Iterator[tuple[float, Observation]]:
    """Yield the observations of a span, each with when it arrives, in seconds after the start."""
    before_s = -1
    for offset_s in dict.fromkeys((*range(0, seen.for_s, seen.every_s), seen.for_s - 1)):
        second = start + timedelta(seconds=seen.second_s + offset_s)
        left_s = seen.object_left_since_s
        situations: tuple[ZoneSituation, ...] = ()
        if left_s is not None:
            since = start + timedelta(seconds=left_s)
            stands_s = max(0.0, (second - since).total_seconds())
            words = f"an object has stood alone for {stands_s:.0f} s"
            situations = (
                ZoneSituation(kind=SituationKind.OBJECT_LEFT, since=since, value=stands_s, explanation=words),
            )
        dwell_s = seen.dwell_s + offset_s if seen.dwell_s else 0.0
        measures = Measures(  # a camera of a scenario has one zone, its whole view
            persons=seen.count,
            fastest_m_per_s=seen.fastest_m_per_s,
            standing_together=seen.standing_together,
            dropped=seen.dropped,
            longest_stay_s=dwell_s,
        )
        yield (
            seen.at_s + offset_s,
            Observation(
                camera_id=seen.camera_id,
                zone_id=seen.zone_id,
                control_room_id=room,
                second=second,
                frames=5,
                count=seen.count,
                count_max=seen.count,
                vehicles=seen.vehicles,
                dwell_s=dwell_s,
                group_size=seen.group_size,
                density_per_m2=seen.density_per_m2,
                ground=_ground(seen),
                detector=DETECTOR,
                newest_frame_at=second + timedelta(milliseconds=800),
                visibility=seen.visibility,
                quiet_s=offset_s - before_s - 1,
                situations=situations,
                measures=measures,
                view=measures,
            ),
        )
        before_s = offset_s


def _ground(seen: SeenInput) -> GroundMeasure | None:
    """Return what a calibrated zone shows on the ground, as `observe` tells it: boxes, as dense in every place of it."""
    if not seen.density_per_m2:
        return None
    area_m2 = max(1, seen.count) / seen.density_per_m2
    return GroundMeasure(calibration_version="made", area_m2=area_m2, densest_per_m2=seen.density_per_m2)
