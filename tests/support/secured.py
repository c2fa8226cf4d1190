"""Secured brokers of a test: one, or three with three copies of everything where TOEZICHT_TEST_BROKERS says 3.

One is what every run of the tests takes; three need some 2 GB and minutes more, and are how the same tests are run once before a
release: `TOEZICHT_TEST_BROKERS=3 pytest tests/integration/test_least_privilege*.py`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from bench.cluster.brokers import NODES, BrokerCluster
from bench.cluster.secured_broker import SecuredBroker
from streams.settings import Settings

VARIABLE: Final = "TOEZICHT_TEST_BROKERS"

SecuredBrokers = SecuredBroker | BrokerCluster
"""What a test needs of either: `settings_of`, `environment_of` and `add_users`; to be used as a context manager."""


def secured_brokers(folder: Path) -> SecuredBrokers:
    """Return the brokers that the environment asks for, in a folder; they start when the context is entered."""
    asked = os.environ.get(VARIABLE, "1")
    if asked not in {"1", str(NODES)}:
        raise ValueError(f"{VARIABLE} is {asked}; expected 1 or {NODES}")
    kind = BrokerCluster if asked == str(NODES) else SecuredBroker
    return kind(folder, Settings().cache)
