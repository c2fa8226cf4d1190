"""Fixtures for all tests: one real broker for the whole session."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from streams.kafka.admin import apply
from streams.local.broker import LocalBroker
from streams.settings import KafkaSettings, Settings

# A machine that others use too may take long for an example; speed belongs in bench/.
hypothesis_settings.register_profile("shared machine", deadline=None)
hypothesis_settings.load_profile("shared machine")


EXIT_STATUS = pytest.StashKey[int]()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Keep how the run ended, for the end of the process."""
    session.config.stash[EXIT_STATUS] = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """End a process that a forgotten thread would keep alive for ever, and call that a failure.

    The framework's consumer is such a thread: a test that fails before it stops its worker would never let the run end.
    """
    if hasattr(config, "workerinput"):
        return  # a helper of pytest-xdist, which has a thread of its own and is ended by its master
    left = [
        thread.name for thread in threading.enumerate() if not thread.daemon and thread is not threading.main_thread()
    ]
    if left:
        print(f"tests left threads behind: {', '.join(left)}", file=sys.stderr, flush=True)
        logging.raiseExceptions = False
        os._exit(config.stash.get(EXIT_STATUS, 0) or 1)


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of a real broker: the configured one, else a local one that ends with the session."""
    configured = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
    if configured:
        yield configured
        return
    with LocalBroker(tmp_path_factory.mktemp("broker"), Settings().cache, port=0, progress=_say) as local:
        yield local.bootstrap_servers


@pytest.fixture(scope="session")
def kafka(broker: str) -> KafkaSettings:
    """Return the settings of a real broker that has all our topics."""
    settings = KafkaSettings(bootstrap_servers=broker)
    apply(settings)
    return settings


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
