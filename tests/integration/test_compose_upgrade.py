"""The steps of docs/upgrade.md for compose, in containers, under load: nothing is lost, told twice or ended otherwise.

`deploy/build-image.sh core`, then `TOEZICHT_TEST_IMAGE=localhost/toezicht-core:0.1.0`. The release before is the image that
`TOEZICHT_TEST_IMAGE_BEFORE` names; without that the same software in another image.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator

import pytest

from bench.faults.measure import FaultScene, Rates, scene
from bench.faults.world import FaultWorld
from tests.support.composed import BEFORE, IMAGE_OF_THE_FILE, ComposedWorld, Containers

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(900)]
IMAGE = os.environ.get("TOEZICHT_TEST_IMAGE", "")
OLDER = os.environ.get("TOEZICHT_TEST_IMAGE_BEFORE", "")
SAME = "{{.Config.Hostname}} {{range .Mounts}}{{.Name}} {{end}}"
"""What the next container has of the one before: by its host's name the groups know it, and on the volume is its state."""


@pytest.fixture(scope="module")
def containers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Containers]:
    """Yield what runs containers, with both releases' images under the names that the files ask for."""
    if not IMAGE:
        pytest.skip(
            "no image to try: deploy/build-image.sh core, then TOEZICHT_TEST_IMAGE=localhost/toezicht-core:0.1.0"
        )
    found = Containers(tmp_path_factory.mktemp("containers"))
    tried = found.run("podman", "run", "--rm", "--network", "host", IMAGE, "--help")
    if tried.returncode:
        pytest.skip(f"no container can be run here: {tried.stderr.strip()[-300:]}")
    was = found.run("podman", "image", "inspect", "--format", "{{.Id}}", IMAGE_OF_THE_FILE)
    found.podman("tag", IMAGE, IMAGE_OF_THE_FILE)
    if OLDER:
        found.podman("tag", OLDER, BEFORE)
    else:
        made = found.podman("create", IMAGE)
        found.podman("commit", "--quiet", "--change", "LABEL release=before", made, BEFORE)
        found.podman("rm", "--volumes", made)
    yield found
    found.podman("untag", IMAGE_OF_THE_FILE, IMAGE_OF_THE_FILE)
    found.run("podman", "rmi" if not OLDER else "untag", BEFORE)
    if was.returncode == 0:
        found.podman("tag", was.stdout.strip(), IMAGE_OF_THE_FILE)


@pytest.fixture(scope="module")
def running(containers: Containers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultScene]:
    """Yield the release before, under load, whose undisturbed results are known."""
    folder = tmp_path_factory.mktemp("composed")
    world = ComposedWorld(folder, print, containers)
    rates = Rates(per_second=6, reports_per_second=3, undisturbed_s=12, pauses=True)
    with scene(folder, rates, print, world=world) as made:
        row = made.undisturbed()
        assert (row["lost"], row["twice"], row["different"]) == (0, 0, 0), row
        assert row["kinds"] > 10, row
        yield made


def upgraded(world: FaultWorld, _: random.Random) -> float:
    """Steps 1, 3 and 4 of the upgrade, with the newer release's file."""
    assert isinstance(world, ComposedWorld)
    world.take(newer=True)
    world.compose(
        "run", "--rm", "--no-deps", "topics"
    )  # podman-compose looks for `kafka`, which is not required and not there
    world.compose("stop", "deciding")
    world.compose("up", "-d", "deciding")
    world.await_whole()
    return time.time()


def taken_back(world: FaultWorld, _: random.Random) -> float:
    """The same with the older release's file."""
    assert isinstance(world, ComposedWorld)
    world.take(newer=False)
    world.compose("stop", "deciding")
    world.compose("up", "-d", "deciding")
    world.await_whole()
    return time.time()


def test_the_steps_of_the_page_lose_and_repeat_nothing(running: FaultScene) -> None:
    """Under load: topics, stop, the newer release in a container with the name, group and volume of before, and back again."""
    world = running.world
    assert isinstance(world, ComposedWorld)
    before, kept = world.inspected("{{.Id}} {{.ImageName}}").split(), world.inspected(SAME)
    row = running.injected("upgrade by compose", upgraded, 1)
    print(row)
    assert row["inputs"] > 0
    assert (row["lost"], row["twice"], row["different"]) == (0, 0, 0), row
    after = world.inspected("{{.Id}} {{.ImageName}}").split()
    assert (before[1], after[1]) == (BEFORE, IMAGE_OF_THE_FILE)
    assert before[0] != after[0]
    assert world.inspected(SAME) == kept
    if OLDER:
        return  # whether a release has a way back is told by the changelog
    row = running.injected("the way back by compose", taken_back, 1)
    print(row)
    assert (row["lost"], row["twice"], row["different"]) == (0, 0, 0), row
    assert world.inspected("{{.ImageName}}") == BEFORE
