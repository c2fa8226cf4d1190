"""Faust apps of a stage that never connect."""

from __future__ import annotations

from pathlib import Path

import faust

from streams.runtime.faust.app import faust_app
from streams.settings import KafkaSettings
from tests.support.stages import Counting


def app_in(folder: Path) -> faust.App:
    """Return a stage's app that connects to nothing."""
    return faust_app(Counting(), KafkaSettings(bootstrap_servers="127.0.0.1:1"), folder)
