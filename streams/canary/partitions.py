"""The canaries' control rooms and cameras: one for each partition, so that one that stands still shows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import count

from streams import topics
from streams.domain.cameras.registry import Registry
from streams.domain.canary import PREFIX, canary_registry, is_canary
from streams.errors import ConfigurationError
from streams.kafka.partitioner import partition_of


def names() -> list[tuple[str, str]]:
    """Return the names of a control room and a camera for each partition, in the order of partitions."""
    rooms = list(_one_for_each(topics.EVIDENCE, f"{PREFIX}room"))
    cameras = list(_one_for_each(topics.DETECTIONS, f"{PREFIX}camera"))
    number = max(len(rooms), len(cameras))
    return [(rooms[n % len(rooms)], f"{cameras[n % len(cameras)]}{n // len(cameras) or ''}") for n in range(number)]


@cache
def canaries() -> Registry:
    """Return their registry."""
    return canary_registry(names())


def with_canaries(registry: Registry) -> Registry:
    """Return a registry with the canaries' control rooms and cameras behind its own.

    Raises:
        ConfigurationError: It has one that is named like theirs.
    """
    for name in [*(room.id for room in registry.control_rooms), *(camera.id for camera in registry.cameras)]:
        if is_canary(name):
            raise ConfigurationError("registry", "id", name, f"a name that does not begin with {PREFIX}")
    mine = canaries()
    joined = {
        "control_rooms": registry.control_rooms + mine.control_rooms,
        "cameras": registry.cameras + mine.cameras,
    }
    return registry.model_copy(update=joined)


def _one_for_each(topic: str, prefix: str) -> Iterator[str]:
    found: dict[int, str] = {}
    partitions = topics.BY_NAME[topic].partitions
    for number in count():
        name = f"{prefix}-{number}"
        found.setdefault(partition_of(topic, name.encode()), name)
        if len(found) == partitions:
            break
    for partition in range(partitions):
        yield found[partition]
