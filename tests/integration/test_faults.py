"""The short form of `toezicht bench faults`: the real pipeline on a real broker, under load, while parts of it die.

No figure of time is asserted: the machine may be busy. What is asserted is that nothing is lost, shown twice or ended
otherwise, and that the flow comes back by itself.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.faults.measure import FaultScene, Rates, scene

pytestmark = [pytest.mark.integration, pytest.mark.long, pytest.mark.timeout(600)]
SEED = 1
SHORT = (
    "kill while recovering",
    "workers restarted in turn",
    "state corrupted",
    "downstream refuses",
    "broker and worker killed",
    "zombie",
    "poison",
)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultScene]:
    """Yield a pipeline under load that knows its undisturbed results."""
    with scene(tmp_path_factory.mktemp("faults"), Rates(per_second=24, reports_per_second=8), print) as made:
        row = made.undisturbed()
        assert row["inputs"] > 0
        assert (row["lost"], row["twice"], row["different"]) == (0, 0, 0), row
        assert row["kinds"] > 10, row
        yield made


@pytest.mark.parametrize("fault", SHORT)
def test_nothing_is_lost_twice_or_different(running: FaultScene, fault: str) -> None:
    """What was accepted before, during and after the fault comes through, once, and ends as without it."""
    row = running.fault(fault, SEED)
    assert row["inputs"] > 0
    assert (row["lost"], row["twice"], row["different"]) == (0, 0, 0), row
    assert row["recovery_s"] is not None, row
