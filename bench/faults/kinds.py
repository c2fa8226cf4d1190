"""The faults that `bench faults` injects, one at a time. Each returns when it was over (s since the epoch)."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import shutil
import signal
import time
from collections.abc import Callable
from typing import Final

from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType

from bench.faults.world import STAGES, FaultWorld
from schemas.incidents import Incident
from streams import topics
from streams.runtime.faust.app import SESSION_TIMEOUT_S
from streams.topics import BY_NAME

Fault = Callable[[FaultWorld, random.Random], float]

SHORT_OUTAGE_S: Final = 5.0
LONG_OUTAGE_S: Final = 60.0
PAUSE_S: Final = 2 * SESSION_TIMEOUT_S
REFUSED_S: Final = 6.0
RECOVERY_BEGINS_S: Final = 2.0
RECOVERY_ENDS_S: Final = 7.0
"""Between these after its death a worker imports, joins its group and recovers: where a second death hits it."""
KILLS_AT_ONCE: Final = 10
KILL_EVERY_S: Final = (3.0, 12.0)
"""Least and longest time between the kills of the long form: below and above what a worker takes to come back."""
POISON: Final = (b"", b"not json", b"{}", b"\xff\xfe\x00", b"[" * 10_000, b"x" * 900_000)


def none(_: FaultWorld, __: random.Random) -> float:
    """Nothing happens: what the others are compared with."""
    return time.time()


def kill(stage: str) -> Fault:
    """Kill -9 one worker at a random moment."""

    def inject(world: FaultWorld, chance: random.Random) -> float:
        time.sleep(chance.uniform(0, 1))
        return world.kill(stage)

    return inject


def kill_all(world: FaultWorld, chance: random.Random) -> float:
    """Kill -9 every worker at once."""
    time.sleep(chance.uniform(0, 1))
    return [world.kill(stage) for stage in STAGES][-1]


def many_kills(world: FaultWorld, chance: random.Random) -> float:
    """Kill -9 one random worker after the other, at random moments: some while another, or itself, still recovers."""
    for _ in range(KILLS_AT_ONCE):
        time.sleep(chance.uniform(*KILL_EVERY_S))
        at_s = world.kill(chance.choice(STAGES))
    return at_s


def kill_while_recovering(world: FaultWorld, chance: random.Random) -> float:
    """Kill -9 a worker, and again twice while it joins its group and reads its changelog."""
    world.kill("decide")
    for _ in range(2):
        time.sleep(chance.uniform(RECOVERY_BEGINS_S, RECOVERY_ENDS_S))
        at_s = world.kill("decide")
    return at_s


def restarted_in_turn(world: FaultWorld, _: random.Random) -> float:
    """Stop one worker after the other in an orderly way, each when the one before is back: an upgrade."""
    for stage in STAGES:
        at_s = world.restart(stage)
    return at_s


def join_and_leave(world: FaultWorld, chance: random.Random) -> float:
    """A second worker joins the group, works for a while and leaves."""
    world.join("decide-2", "decide")
    time.sleep(chance.uniform(5, 8))
    world.leave("decide-2")
    return time.time()


def broker_stopped(seconds: float) -> Fault:
    """Stop the broker in an orderly way and start it after a while."""

    def inject(world: FaultWorld, _: random.Random) -> float:
        world.stop_broker()
        time.sleep(seconds)
        return world.start_broker()

    return inject


def broker_killed(world: FaultWorld, chance: random.Random) -> float:
    """Kill -9 the broker; what starts it again is the product's own watchdog."""
    time.sleep(chance.uniform(0, 1))
    world.kill_broker()
    return world.await_broker()


def broker_and_worker_killed(world: FaultWorld, chance: random.Random) -> float:
    """Kill -9 the broker and, within a second, a worker."""
    world.kill_broker()
    time.sleep(chance.uniform(0, 1))
    world.kill("decide")
    return world.await_broker()


def zombie(world: FaultWorld, chance: random.Random) -> float:
    """Pause a worker for longer than its session, while another takes over, and let it wake up."""
    world.join("decide-2", "decide")
    time.sleep(chance.uniform(1, 2))
    pid = world.pid("decide")
    os.kill(pid, signal.SIGSTOP)
    time.sleep(PAUSE_S)
    os.kill(pid, signal.SIGCONT)
    time.sleep(SESSION_TIMEOUT_S)
    world.leave("decide-2")
    return time.time()


def poison(world: FaultWorld, chance: random.Random) -> float:
    """Send messages that cannot be read, with and without headers, to every topic that a stage reads."""
    producer = KafkaProducer(bootstrap_servers=world.broker.bootstrap_servers, acks="all")
    for name in (
        topics.DETECTIONS, topics.INCIDENTS, topics.OBSERVATIONS, topics.CAMERA_WATCHES, topics.EVIDENCE,
        topics.EVIDENCE_URGENT,
        topics.OPERATOR_ACTIONS, topics.CAMERA_TICKS, topics.ROOM_TICKS,
    ):  # fmt: skip
        for value in (*POISON, None):
            for headers in (
                [],
                [("ce_id", b"1"), ("ce_type", Incident.ce_type().encode()), ("ce_specversion", b"1.0")],
            ):
                partition = chance.randrange(BY_NAME[name].partitions)
                producer.send(name, key=b"poison", value=value, headers=headers, partition=partition)
    producer.flush()
    producer.close()
    return time.time()


def downstream_refuses(world: FaultWorld, _: random.Random) -> float:
    """The operator topic refuses every message as too large for a while."""
    _limit(world, topics.ALERTS, 60)
    time.sleep(REFUSED_S)
    _limit(world, topics.ALERTS, BY_NAME[topics.ALERTS].max_message_bytes)
    return time.time()


def disk_full(world: FaultWorld, _: random.Random) -> float:
    """The worker's files cannot grow for a while (RLIMIT_FSIZE), as on a full disk."""
    pid = world.pid("decide")
    soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    time.sleep(REFUSED_S)
    with contextlib.suppress(ProcessLookupError):  # it ended, as it should; the next one has the limits of its parent
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))
    return time.time()


def state_deleted(world: FaultWorld, _: random.Random) -> float:
    """The worker dies and its local state is gone when it comes back."""
    at_s = world.kill("decide")
    shutil.rmtree(world.state_folder("decide"), ignore_errors=True)
    return at_s


def state_corrupted(world: FaultWorld, chance: random.Random) -> float:
    """The worker dies and its local state is garbage when it comes back."""
    at_s = world.kill("decide")
    files = [path for path in world.state_folder("decide").rglob("*") if path.is_file() and path.name != "LOCK"]
    for path in files:
        path.write_bytes(chance.randbytes(max(64, path.stat().st_size)))
    return at_s


MANY_KILLS: Final = f"{KILLS_AT_ONCE} kills"
FAULTS: Final[dict[str, Fault]] = {
    **{f"kill {stage}": kill(stage) for stage in STAGES},
    "kill all": kill_all,
    "kill while recovering": kill_while_recovering,
    "workers restarted in turn": restarted_in_turn,
    "worker joins and leaves": join_and_leave,
    "broker stopped 5 s": broker_stopped(SHORT_OUTAGE_S),
    "broker stopped 60 s": broker_stopped(LONG_OUTAGE_S),
    "broker killed": broker_killed,
    "broker and worker killed": broker_and_worker_killed,
    "zombie": zombie,
    "poison": poison,
    "downstream refuses": downstream_refuses,
    "disk full": disk_full,
    "state deleted": state_deleted,
    "state corrupted": state_corrupted,
}
LONG_FAULTS: Final[dict[str, Fault]] = {MANY_KILLS: many_kills}
"""Those of the long form alone."""


def long_form(kills: int) -> list[str]:
    """Return the spans of the long form, each of `KILLS_AT_ONCE` kills: at least so many in all."""
    return [MANY_KILLS] * -(-kills // KILLS_AT_ONCE)


def _limit(world: FaultWorld, topic: str, limit_bytes: int) -> None:
    admin = KafkaAdminClient(bootstrap_servers=world.broker.bootstrap_servers)
    config = {**BY_NAME[topic].config(), "max.message.bytes": str(limit_bytes)}
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs=config)])
    admin.close()
