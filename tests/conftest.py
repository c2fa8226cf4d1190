"""Fixtures for all tests: one real broker for the whole session."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from streams.broker import LocalBroker
from streams.settings import KafkaSettings, Settings
from streams.topic_admin import apply

# A machine that others use too may take long for an example; speed belongs in bench/.
hypothesis_settings.register_profile("shared machine", deadline=None)
hypothesis_settings.load_profile("shared machine")


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
