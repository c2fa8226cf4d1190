"""Times of several drills: what a median and a 95th percentile are of, and that the operator's time is told apart."""

from __future__ import annotations

from schemas.categories import Category
from streams.config.registry import load_registry
from streams.drill.plan import DrillPlan
from streams.drill.run import INFORMED, LEGS, OPERATOR, DrillResult
from streams.drill.times import TimeSpread, times_of
from tests.support.worker_process import REGISTRY

PLAN = DrillPlan(
    load_registry(REGISTRY).control_rooms[0], Category.BRAND, "brandweer", "partner-brandweer", stand_in=True
)


def result(*, pipeline_ms: float, operator_ms: float, without: str = "") -> DrillResult:
    """Return a drill whose legs took so long each (ms), up to the one that did not come."""
    found = DrillResult("d", PLAN)
    for leg in LEGS:
        if leg == without:
            break
        found.legs_ms[leg] = operator_ms if leg == OPERATOR else pipeline_ms
    return found


def test_a_spread_is_of_times_that_were_seen() -> None:
    """The nearest rank: of 20 the nineteenth; of one the one."""
    assert TimeSpread.of([float(each) for each in range(20, 0, -1)]) == TimeSpread(10.5, 19.0, 20.0)
    assert TimeSpread.of([7.0]) == TimeSpread(7.0, 7.0, 7.0)
    assert TimeSpread.of([float(each) for each in range(1, 101)]).p95_ms == 95.0


def test_the_operators_time_is_told_apart() -> None:
    """A drill in which the partner was not told counts for the legs that came, and not for the time until it was."""
    times = times_of(
        [
            result(pipeline_ms=10, operator_ms=1_000),
            result(pipeline_ms=30, operator_ms=5_000),
            result(pipeline_ms=500, operator_ms=9_000, without="partner"),
        ]
    )
    own = len(INFORMED) - 1
    assert times.informed == TimeSpread(
        (own * 10 + 1_000 + own * 30 + 5_000) / 2, own * 30 + 5_000.0, own * 30 + 5_000.0
    )
    assert times.without_operator == TimeSpread(own * 20.0, own * 30.0, own * 30.0)
    assert times.legs["request"].max_ms == 500
    assert times.legs["partner"].max_ms == 30
    assert times.told == 2


def test_where_nobody_was_told_there_is_no_time() -> None:
    """Not a zero, which would look fast."""
    assert times_of([result(pipeline_ms=1, operator_ms=1, without="alert")]).informed is None
