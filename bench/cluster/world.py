"""The pipeline under test of `bench cluster`: three secured brokers, and a supervised process per stage and user."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bench.cluster.brokers import BrokerCluster
from bench.faults.world import STAGES, FaultWorld
from streams.kafka.access.acl_admin import add_acls
from streams.kafka.admin import apply
from streams.rights.granting import Grants
from streams.settings import KafkaSettings, Settings

AWAY_S: Final = 10.0
"""How long a broker that was killed stays away: above its session with the controllers (9 s), so that its partitions move."""
ClusterFault = Callable[["ClusterWorld", random.Random], float]


class ClusterWorld(FaultWorld):
    """Cluster world: as the one of `bench faults`, on a cluster that has copies and asks for rights.

    Attributes:
        cluster: The brokers.
        whole_after_s: How long after a broker came back every copy was in step again (s), of the last fault.
    """

    def __init__(self, folder: Path, progress: Callable[[str], None]) -> None:
        super().__init__(folder, progress)
        self.cluster = BrokerCluster(folder / "brokers", Settings().cache)
        self.whole_after_s = 0.0
        self._away: dict[int, float] = {}

    @property
    def kafka(self) -> KafkaSettings:
        """Return how the load and who looks at its results reach the brokers: as their administrator."""
        return self.cluster.admin_settings()

    def kill_node(self, number: int, away_s: float) -> float:
        """Kill -9 a broker and return when (s since the epoch); it is started again after a while."""
        self.cluster.nodes[number].kill()
        self._away[number] = time.monotonic() + away_s
        return time.time()

    def restart_node(self, number: int) -> None:
        """Stop a broker in an orderly way and start it again, and wait until all copies are in step."""
        self.cluster.nodes[number].leave()
        self._away[number] = time.monotonic()
        self.await_whole()

    def await_back(self) -> float:
        """Wait until all brokers were started again and serve, and return when (s since the epoch)."""
        while self._away:
            time.sleep(0.05)
        self.cluster.await_whole()
        return time.time()

    def await_whole(self) -> None:
        """Wait until all brokers are there and every copy is in step."""
        began_s = time.monotonic()
        self.await_back()
        self.whole_after_s = round(time.monotonic() - began_s, 1)

    def _start_brokers(self) -> None:
        self.cluster.start()
        admin, grants = self.cluster.admin_settings(), Grants.of({})
        apply(admin)
        self.cluster.add_users(grants.only(STAGES).users[name] for name in STAGES)
        add_acls(admin, grants.only(STAGES).acls())
        self.cluster.await_whole()

    def _stop_brokers(self) -> None:
        self.cluster.stop()

    def _reaching(self, stage: str) -> dict[str, str]:
        return self.cluster.environment_of(stage)

    def _look_after(self) -> None:
        """Start brokers again whose time is over; by the thread that lives as long as this world, since Java ends with it."""
        for number, at_s in list(self._away.items()):
            if time.monotonic() >= at_s:
                self.cluster.nodes[number].start_again()
                del self._away[number]


def killed(number: int) -> ClusterFault:
    """Kill -9 one broker under load; it is back ten seconds later. The flow must go on without it."""

    def inject(world: ClusterWorld, chance: random.Random) -> float:
        time.sleep(chance.uniform(0, 1))
        return world.kill_node(number, AWAY_S)

    return inject


def two_killed(world: ClusterWorld, chance: random.Random) -> float:
    """Kill -9 two of three: nothing can be confirmed until one is back, and nothing may be taken for confirmed."""
    first, second = chance.sample(sorted(world.cluster.nodes), 2)
    world.kill_node(first, AWAY_S)
    world.kill_node(second, AWAY_S)
    return world.await_back()


def restarted_in_turn(world: ClusterWorld, _: random.Random) -> float:
    """Restart one broker after the other in an orderly way, each when all copies are in step: an upgrade of Kafka."""
    for number in world.cluster.nodes:
        world.restart_node(number)
    return time.time()


CLUSTER_FAULTS: Final[dict[str, ClusterFault]] = {
    "one of three killed (1)": killed(1),
    "one of three killed (2)": killed(2),
    "one of three killed (3)": killed(3),
    "broker: two of three killed": two_killed,
    "restarted in turn": restarted_in_turn,
}
"""One of the three is the active controller: each dies once."""
