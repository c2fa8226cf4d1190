"""Fixtures for all tests: one real broker for the whole session, and one for each process where tests run side by side."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

from streams.kafka.admin import apply
from streams.local.broker import LocalBroker
from streams.settings import KafkaSettings, Settings
from tests.support.cluster import empty

# A machine that others use too may take long for an example; speed belongs in bench/.
hypothesis_settings.register_profile("shared machine", deadline=None)
hypothesis_settings.load_profile("shared machine")

# A broker of a test lives for seconds: compiling its code as for weeks takes a third of all that it computes.
os.environ.setdefault("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1")


EXIT_STATUS = pytest.StashKey[int]()
THREADS = pytest.StashKey[list[threading.Thread]]()
LEFT_BEHIND = pytest.StashKey[list[str]]()
ENDING_S = 2.0
"""How long a thread is given that is about to end."""


def pytest_configure(config: pytest.Config) -> None:
    """Keep which threads there are: a helper of pytest-xdist has some of its own."""
    config.stash[THREADS] = threading.enumerate()
    config.stash[LEFT_BEHIND] = []


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Look for threads that would keep the process alive for ever, and call that a failure.

    The framework's consumer is such a thread: a test that fails before it stops its worker would never let the run end.
    A helper tells its master, which ends it.
    """
    config = session.config
    left = config.stash[LEFT_BEHIND]
    before = config.stash[THREADS]
    for thread in threading.enumerate():
        if not thread.daemon and thread not in before:
            thread.join(ENDING_S)
            left += [thread.name] if thread.is_alive() else []
    if hasattr(config, "workeroutput"):
        config.workeroutput["left_behind"] = left
    elif left:
        print(f"tests left threads behind: {', '.join(left)}", file=sys.stderr, flush=True)
        session.exitstatus = exitstatus or 1
    config.stash[EXIT_STATUS] = int(session.exitstatus)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a helper left behind."""
    node.config.stash[LEFT_BEHIND] += getattr(node, "workeroutput", {}).get("left_behind", [])


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """End a process that a forgotten thread would keep alive for ever."""
    if config.stash[LEFT_BEHIND] and not hasattr(config, "workerinput"):
        logging.raiseExceptions = False
        os._exit(config.stash[EXIT_STATUS])


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    """Give the levels of logging back: a command that is tried in this process sets them for the whole of it."""
    root, kafka = logging.getLogger(), logging.getLogger("kafka")
    before = root.level, kafka.level
    yield
    for logger, level in zip((root, kafka), before, strict=True):
        logger.setLevel(level)


@pytest.fixture(scope="session")
def local_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaSettings]:
    """Yield the settings of a real broker on this machine, which ends with the session."""
    with LocalBroker(tmp_path_factory.mktemp("broker"), Settings().cache, port=0, progress=_say) as local:
        yield KafkaSettings(bootstrap_servers=local.bootstrap_servers)


@pytest.fixture(scope="session")
def broker(request: pytest.FixtureRequest) -> str:
    """Return the address of a real broker: the configured one, else the local one."""
    configured = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
    if configured:
        return configured
    local: KafkaSettings = request.getfixturevalue("local_broker")
    return local.bootstrap_servers


@pytest.fixture(scope="session")
def kafka(broker: str) -> KafkaSettings:
    """Return the settings of a real broker that has all our topics."""
    settings = KafkaSettings(bootstrap_servers=broker)
    apply(settings)
    return settings


@pytest.fixture
def empty_kafka(local_broker: KafkaSettings) -> KafkaSettings:
    """Return the settings of the local broker, which has all our topics, and nothing on them or known of any group."""
    empty(local_broker)
    return local_broker


@pytest.fixture(scope="session")
def test_data() -> Path:
    """Return the folder with real video and ground truth, or skip."""
    return _folder("TOEZICHT_TEST_DATA", "real video with ground truth")


@pytest.fixture(scope="session")
def models() -> Path:
    """Return the folder with detector models, or skip."""
    return _folder("TOEZICHT_MODELS", "a detector model")


def _folder(variable: str, what: str) -> Path:
    value = os.environ.get(variable, "")
    if not value or not Path(value).is_dir():
        pytest.skip(f"{variable} names no folder with {what}")
    return Path(value)


def _say(line: str) -> None:
    print(f"test broker: {line}", flush=True)
