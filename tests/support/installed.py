"""Programs that a test needs and that not every machine has."""

from __future__ import annotations

import shutil
from collections.abc import Mapping

import pytest


def found(tools: Mapping[str, str]) -> dict[str, str]:
    """Return where programs are, by their names; skip with those that are missing, and where each comes from."""
    paths = {name: shutil.which(name) for name in tools}
    missing = [f"{name} ({tools[name]})" for name, path in paths.items() if path is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    return {name: str(path) for name, path in paths.items()}
