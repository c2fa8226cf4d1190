"""Observations: what a zone shows in one second: counts, measures on the ground, situations."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.base import Identifier, Message, Part, ShortText, Utc, Word
from schemas.cameras import DetectorInfo, Visibility
from schemas.phrases.phrase import Phrase


class SituationKind(Word):
    """Situations in a zone that a camera can recognise by itself."""

    DWELLING = "dwelling"
    GROUP = "group"
    RUNNING = "running"
    CONVERGING = "converging"
    DISPERSING = "dispersing"
    OBJECT_LEFT = "object_left"
    WRONG_DIRECTION = "wrong_direction"
    CLOSED_ZONE = "closed_zone"


class ZoneSituation(Part):
    """A situation that holds in a zone, since when, how large (in the unit that the words tell), and why in words."""

    kind: SituationKind
    since: Utc
    value: Annotated[float, Field(ge=0)]
    explanation: ShortText
    phrase: Annotated[Phrase | None, Field(description="The explanation as a phrase")] = None


class GroundMeasure(Part):
    """Ground measure: what a calibrated zone shows, in metres on the ground.

    `area_m2` is the zone's ground that can be seen: without masks and occluders. `densest_per_m2` is the density in the
    densest square of 3 x 3 m, by its visible ground. Corrected figures allow for persons whom the detector misses among
    others, by its measured recall; each error is one standard deviation. `speed_drop` is the share by which the mean speed is
    below the scene's own normal. `dispersal` is the share of moving persons who move away from one point.
    `estimated_per_m2` is the density that is probable in the densest square, by what this camera shows of crowds and, where
    the crowd is `walking`, by how fast it gets on; of a `standing` one by boxes alone. Null where the calibration does not tell
    how the camera hangs.
    """

    calibration_version: Annotated[str, Field(min_length=1, max_length=40)]
    surveyed: Annotated[
        bool, Field(description="False: the calibration was fitted to people who walk, and nobody measured a point")
    ] = True
    counted_by: Annotated[str, Field(max_length=141, description="`boxes`, or the counting model")] = "boxes"
    area_m2: Annotated[float, Field(gt=0)]
    densest_per_m2: Annotated[float, Field(ge=0)]
    error_per_m2: Annotated[float, Field(ge=0)] | None = None
    corrected_per_m2: Annotated[float, Field(ge=0)] | None = None
    corrected_error_per_m2: Annotated[float, Field(ge=0)] | None = None
    speed_m_per_s: Annotated[float, Field(ge=0)] | None = None
    speed_drop: Annotated[float, Field(ge=0, le=1)] | None = None
    dispersal: Annotated[float, Field(ge=0, le=1)] | None = None
    estimated_per_m2: Annotated[float, Field(ge=0)] | None = None
    estimated_error_per_m2: Annotated[float, Field(ge=0)] | None = None
    crowd: Annotated[
        Literal["walking", "standing"] | None,
        Field(description="Of whom the estimate is; null where no speed is known"),
    ] = None


class Measures(Part):
    """Measures: what a zone, or a camera's whole view, shows in one second of what a normal profile is learnt from.

    `persons` is the count. `fastest_m_per_s` is the highest speed over 2 s that somebody held for 1 s, in metres on the ground.
    `standing_together` is the most persons slower than 0.4 m/s who stand within 2.5 m of one of them. `dropped` is the median
    count of 10 to 5 s ago less that of now, never below zero. `longest_stay_s` is how long the one who is there longest is there.
    `running` is how many held 2 m/s and more for 1 s, the speed at which people go over to running; only of a whole view.
    What takes metres is null where there are none: not calibrated, or by bodies' heights alone.
    """

    persons: Annotated[int, Field(ge=0)]
    fastest_m_per_s: Annotated[float, Field(ge=0)] | None = None
    standing_together: Annotated[int, Field(ge=0)] | None = None
    dropped: Annotated[float, Field(ge=0)] | None = None
    longest_stay_s: Annotated[float, Field(ge=0)] = 0.0
    running: Annotated[int | None, Field(ge=0, description="Null of a zone, and from senders that do not know it")] = (
        None
    )


class Observation(Message):
    """Observation: what one zone showed during one second.

    Counts are of objects whose foot point (bottom centre of the box) lies in the zone. `count` is the median over the
    frames of that second, `count_max` the highest. `dwell_s` is the longest time that a track now in the zone has been
    in it. `group_size` is the number of persons in the zone that have stayed for at least the zone's group time.
    `density_per_m2` is null where the zone is not calibrated, never zero. `inflow` and `outflow` are the persons who crossed
    the zone's edge in this second. `quiet_s` whole seconds just before this one were watched too, and nothing moved in them.
    A second whose `visibility` is not clear tells what was seen, and never that nothing was there.
    `persons_likely` are the persons with weaker boxes included; it only serves to corroborate a report, and no count or
    density follows from it.
    """

    name: ClassVar[str] = "observation"
    topics: ClassVar[tuple[str, ...]] = ("observations",)
    id_from: ClassVar[tuple[str, ...]] = ("camera_id", "zone_id", "second")
    key_field: ClassVar[str] = "camera_id"
    time_field: ClassVar[str] = "newest_frame_at"

    camera_id: Identifier
    zone_id: Identifier
    control_room_id: Identifier
    second: Annotated[Utc, Field(description="Start of the second that is told about")]
    frames: Annotated[int, Field(ge=0, description="Frames seen in this second; zero means nobody looked")]
    spared: Annotated[
        int, Field(ge=0, description="Pictures of it, or just before it, that were tested for motion and not looked at")
    ] = 0
    count: Annotated[int, Field(ge=0)]
    count_max: Annotated[int, Field(ge=0)]
    vehicles: Annotated[int, Field(ge=0)]
    dwell_s: Annotated[float, Field(ge=0)]
    group_size: Annotated[int, Field(ge=0)]
    density_per_m2: Annotated[float, Field(ge=0)] | None = None
    lower_bound: Annotated[bool, Field(description="Boxes overlap so much that the count is a lower bound")] = False
    detector: DetectorInfo
    newest_frame_at: Utc
    visibility: Visibility = Visibility.CLEAR
    quiet_s: Annotated[int, Field(ge=0, le=3_600)] = 0
    count_error: Annotated[
        float | None, Field(ge=0, description="One standard deviation of the count, in persons, where it was measured")
    ] = None
    inflow: Annotated[int, Field(ge=0)] = 0
    outflow: Annotated[int, Field(ge=0)] = 0
    rise_per_min: Annotated[
        float | None, Field(description="Persons per minute by which the count rises; negative where it falls")
    ] = None
    persons_likely: Annotated[
        int | None,
        Field(ge=0, description="The most that two frames with attention show; null where a second has fewer"),
    ] = None
    level: Annotated[Identifier, Field(description="The crowd level that holds, `none` below the first")] = "none"
    level_by: Annotated[
        Literal["estimate", "model", "boxes"] | None,
        Field(
            description="What `level` is judged by; `boxes`: by their number on 100 m², which hides how dense a crowd is"
        ),
    ] = None
    notice: Annotated[
        Phrase | None, Field(description="Set where a level may be reached that boxes cannot measure: look")
    ] = None
    ground: GroundMeasure | None = None
    situations: tuple[ZoneSituation, ...] = ()
    measures: Annotated[Measures | None, Field(description="Of this zone; null from senders that do not know them")] = (
        None
    )
    view: Annotated[
        Measures | None, Field(description="Of the camera's whole view, masks aside, alike on all its zones")
    ] = None
