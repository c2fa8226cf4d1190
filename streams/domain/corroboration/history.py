"""History: what a camera showed, second by second, kept for a while: rows of ten seconds per zone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from schemas.base import Part, Utc
from schemas.cameras import Visibility
from schemas.observations import Observation, SituationKind
from schemas.phrases.codes import sightings as says
from schemas.phrases.codes.common import side_by_side
from schemas.phrases.phrase import Phrase
from streams.domain.normal.block import larger
from streams.domain.normal.measure import Sizes, at_rest, sizes_of
from streams.domain.observations.zone_events.registry import SITUATIONS
from streams.domain.rules.cameras import Signal

SLOT_S: Final = 10
"""Seconds in one row: a row is rewritten with each of its seconds, so it is kept small."""


_SIGNALS: Final = ("group", "persons", "vehicles", "density", "dwell")
"""What a sighting is named after: the first of these that its signal asks for; a situation before all of them. `persons` is
`persons_likely` where weaker boxes decided."""


class SeenSecond(NamedTuple):
    """Seen second: what one zone showed in one second of its slot.

    Where it is not `visible` the camera could not see well: that tells what it shows, and never that nothing was there.
    `situations` are those that held in the zone.
    `looks` is how many of its pictures were looked at, where others were spared (sampling); None where every picture was, where
    nothing moved, and where that is not known.
    `likely` are the persons with weaker boxes included, where a report asked for attention; elsewhere `persons`.
    `view` are the measures of the whole view, kept with the camera's first zone alone, since they are alike on all; None where
    the sender does not know them. `running` is how many run in it, None where that is not known.
    """

    offset_s: int
    persons: int
    group: int
    dwell_s: float
    vehicles: int
    density_per_m2: float | None
    degraded: bool
    visible: bool
    situations: tuple[SituationKind, ...]
    likely: int
    view: Sizes | None = None
    running: int | None = None
    looks: int | None = None


class SlotRow(Part):
    """One zone's seconds from `start` on; a second that is not there was not seen by anybody.

    `measures` are the largest that the zone showed in them, of the seconds that were seen well; None where none are known.
    """

    start: Utc
    seconds: tuple[SeenSecond, ...]
    measures: Sizes | None = None


class Moment(NamedTuple):
    """Moment: what one zone showed at one moment; `measures` are those of its slot where it was read from one."""

    at: datetime
    zone_id: str
    seen: SeenSecond
    measures: Sizes | None = None


def slot_start(moment: datetime) -> datetime:
    """Return the start of the slot that holds a moment."""
    epoch_s = int(moment.timestamp())
    return datetime.fromtimestamp(epoch_s - epoch_s % SLOT_S, UTC)


def slots_between(start: datetime, end: datetime) -> Iterator[datetime]:
    """Yield the starts of the slots that hold any moment from start to end."""
    slot = slot_start(start)
    while slot <= end:
        yield slot
        slot += timedelta(seconds=SLOT_S)


def seen_of(observation: Observation, with_view: bool = True) -> SeenSecond:
    """Return an observation's second in its slot; with what the whole view shows where it is to be kept with this zone."""
    offset_s = int(observation.second.timestamp()) % SLOT_S
    situations = tuple(sorted({each.kind for each in observation.situations})) if observation.situations else ()
    return SeenSecond(
        offset_s,
        observation.count,
        observation.group_size,
        round(observation.dwell_s, 1),
        observation.vehicles,
        observation.density_per_m2,
        observation.detector.degraded,
        observation.visibility is Visibility.CLEAR,
        situations,
        max(observation.count, observation.persons_likely or 0),
        sizes_of(observation.view) if with_view and observation.view else None,
        observation.view.running if with_view and observation.view else None,
        observation.frames if observation.spared else None,
    )


def moment_of(observation: Observation, with_view: bool = True) -> Moment:
    """Return an observation's second as a moment."""
    seen = seen_of(observation, with_view)
    well = observation.measures is not None and seen.visible and not seen.degraded
    return Moment(observation.second, observation.zone_id, seen, sizes_of(observation.measures) if well else None)


def before_quiet(observation: Observation) -> tuple[datetime, datetime]:
    """Return the two seconds of which the newest that was told is what the quiet seconds before an observation showed.

    The quiet begins at a picture, so within or just after that picture's second.
    """
    quiet_from = observation.second - timedelta(seconds=observation.quiet_s)
    return quiet_from - timedelta(seconds=1), quiet_from - timedelta(seconds=2)


def quiet_moments(observation: Observation, last: Moment, since: datetime) -> list[Moment]:
    """Return the quiet seconds before an observation: they show what the last one before them showed, who stays stays longer.

    Args:
        observation: With `quiet_s`.
        last: What the zone showed before nothing moved.
        since: Quiet seconds before this are left out.
    """
    found = []
    for number in range(observation.quiet_s, 0, -1):
        at = observation.second - timedelta(seconds=number)
        if at >= since:
            longer_s = (at - last.at).total_seconds() if last.seen.dwell_s else 0.0
            offset_s = int((at - slot_start(at)).total_seconds())
            dwell_s = round(last.seen.dwell_s + longer_s, 1)
            still = tuple(kind for kind in last.seen.situations if SITUATIONS[kind].still)
            seen = last.seen._replace(
                offset_s=offset_s,
                dwell_s=dwell_s,
                situations=still,
                view=last.seen.view and at_rest(last.seen.view, longer_s),
                running=last.seen.running and 0,
                looks=None,
            )
            found.append(Moment(at, last.zone_id, seen, last.measures and at_rest(last.measures, longer_s)))
    return found


def with_moments(row: SlotRow | None, start: datetime, shown: Iterable[Moment]) -> SlotRow:
    """Return a slot with moments in it; a second that is there stays as it is, so a repeat changes nothing."""
    known, measures = (row.seconds, row.measures) if row else ((), None)
    offsets = {each.offset_s for each in known}
    new = [each for each in shown if each.seen.offset_s not in offsets]
    if row is not None and not new:
        return row
    seconds = (*known, *(each.seen for each in new))
    if len(new) > 1 or (known and known[-1].offset_s > new[0].seen.offset_s):  # most come one by one, in order
        seconds = tuple(sorted(seconds, key=lambda each: each.offset_s))
    for each in new:
        if each.measures is not None:
            measures = each.measures if measures is None else larger(measures, each.measures)
    if row is None:
        return SlotRow(start=start, seconds=seconds, measures=measures)
    return row.model_copy(update={"seconds": seconds, "measures": measures})


def moments(zone_id: str, slots: Iterable[SlotRow], start: datetime, end: datetime) -> Iterator[Moment]:
    """Yield what a zone showed from start to end, in the order of time."""
    for slot in slots:
        for seen in slot.seconds:
            at = slot.start + timedelta(seconds=seen.offset_s)
            if start <= at <= end:
                yield Moment(at, zone_id, seen, slot.measures)


class Met(NamedTuple):
    """A signal that was met: its name, its size, and the sight."""

    signal: str
    value: float
    what: Phrase


def met(signal: Signal, seen: SeenSecond) -> Met | None:
    """Return what a second shows when it meets all that a signal asks; else None. An unknown density meets nothing.

    Where persons are asked for and too few count by themselves, those with weaker boxes count too, and the words say so.
    """
    if signal.situation is not None and signal.situation not in seen.situations:
        return None
    density = seen.density_per_m2 or 0.0
    weaker = signal.persons is not None and seen.persons < signal.persons
    persons = seen.likely if weaker else seen.persons
    sizes = (seen.group, persons, seen.vehicles, density, seen.dwell_s)
    asked = (signal.group, signal.persons, signal.vehicles, signal.density_per_m2, signal.dwell_s)
    for size, least in zip(sizes, asked, strict=True):
        if least is not None and size < least:
            return None
    phrases = (
        says.seen_group(seen.group),
        says.seen_persons_weaker(persons) if weaker else says.seen_persons(persons),
        says.seen_vehicles(seen.vehicles),
        says.seen_density(density),
        says.seen_stay(seen.dwell_s),
    )
    given = [number for number, least in enumerate(asked) if least is not None]
    told = [phrases[number] for number in given]
    if signal.situation is not None:
        name = f"situation.{signal.situation.value}"
        return Met(name, float(seen.persons), side_by_side(says.seen_situation(signal.situation.value), *told))
    first = given[0]
    name = "persons_likely" if weaker and _SIGNALS[first] == "persons" else _SIGNALS[first]
    return Met(name, float(sizes[first]), side_by_side(*told))
