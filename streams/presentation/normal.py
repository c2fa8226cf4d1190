"""Normal profiles as a picture: per kind of day a line of 24 bars, one an hour, as high as what is usual then."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from streams.domain.normal.base_rate import LEAST_BLOCKS, LearntOf, Usual, unusual_from
from streams.domain.normal.hours import HOURS, Bucket, DayKind
from streams.domain.normal.measure import BINS, EDGES, Measure

TITLES: Final[Mapping[Measure, str]] = {
    Measure.PERSONS: "persons",
    Measure.FASTEST: "fastest (m/s)",
    Measure.STANDING: "standing together",
    Measure.DROPPED: "gone within 10 s",
    Measure.STAY: "longest stay (s)",
}
_BARS: Final = " ▁▂▃▄▅▆▇█"
UNKNOWN: Final = "·"
"""An hour of which not enough is known, also when it borrows from others."""
_RULER: Final = "0     6     12    18    "


def picture(usual: Callable[[Bucket, Measure], Usual], quantile: float) -> Iterator[str]:
    """Yield the lines of one view or zone: for each measure and kind of day the bars, and from where to where they go."""
    yield f"  {'':18} {'':8} {_RULER}   unusual from"
    for measure in Measure:
        for number, days in enumerate(DayKind):
            found = [usual(Bucket(days, hour), measure) for hour in range(HOURS)]
            bars = "".join(bar(each, quantile) for each in found)
            title = TITLES[measure] if not number else ""
            yield f"  {title:18} {days.value:8} {bars}   {_span(found, quantile)}"


def bar(found: Usual, quantile: float) -> str:
    """Return one hour as a character: how high the first bin is that is unusual, of all bins."""
    if not found.known:
        return UNKNOWN
    edge = unusual_from(found, quantile, EDGES[found.measure][1])
    place = BINS if edge is None else EDGES[found.measure].index(edge)
    return _BARS[round(place / BINS * (len(_BARS) - 1))]


def _span(found: list[Usual], quantile: float) -> str:
    known = [each for each in found if each.known]
    if not known:
        most = max((each.blocks for each in found), default=0)
        return f"not known ({most} of {LEAST_BLOCKS} blocks)"
    edges = [unusual_from(each, quantile, EDGES[each.measure][1]) for each in known]
    numbers = [edge for edge in edges if edge is not None]
    words = f"{min(numbers):g} to {max(numbers):g}" if len(set(numbers)) > 1 else "".join(f"{n:g}" for n in numbers[:1])
    never = sum(edge is None for edge in edges)
    borrowed = sum(each.learnt_of is not LearntOf.HOUR for each in known)
    notes = [f"never in {never} h"] if never else []
    notes += [f"{borrowed} h borrowed"] if borrowed else []
    notes += [f"{len(found) - len(known)} h not known"] if len(known) < len(found) else []
    return "; ".join(([words] if words else []) + notes)
