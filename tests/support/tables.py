"""State tables on a folder of their own, without a broker."""

from __future__ import annotations

from pathlib import Path

import faust

from streams.runtime.faust.app import faust_app, state_table
from streams.runtime.faust.table import StateTable
from streams.settings import KafkaSettings
from tests.support.stages import Counting


def table_in(folder: Path) -> tuple[faust.App, StateTable, list[Exception]]:
    """Return a stage's table in a folder, and where its failures go."""
    app = faust_app(Counting(), KafkaSettings(bootstrap_servers="127.0.0.1:1"), folder)
    table = state_table(app, Counting())
    failures: list[Exception] = []
    table.fail = failures.append
    return app, table, failures
