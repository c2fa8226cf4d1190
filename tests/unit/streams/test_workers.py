"""Stages are made from the settings."""

from __future__ import annotations

import pytest

from streams.errors import ConfigurationError
from streams.settings import Settings
from streams.workers import make_stages


@pytest.mark.parametrize(("names", "says"), [(["nobody"], "one of detect"), (["detect", "detect"], "each stage once")])
def test_a_wrong_name_is_one_line(names: list[str], says: str) -> None:
    """Unknown, or twice."""
    with pytest.raises(ConfigurationError, match=says):
        make_stages(names, Settings())
