"""Stages are made from the settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams import topics
from streams.config.yaml import FileError
from streams.errors import ConfigurationError
from streams.settings import Settings
from streams.stages.corroborate.stage import Corroborate
from streams.stages.decide.shadow import Shadow
from streams.stages.decide.stage import Decide
from streams.stages.locate import Locate
from streams.stages.observe import Observe
from streams.stages.trends.stage import Trends
from streams.worker.stages import make_stages


@pytest.mark.parametrize(("names", "says"), [(["nobody"], "one of detect"), (["detect", "detect"], "each stage once")])
def test_a_wrong_name_is_one_line(names: list[str], says: str) -> None:
    """Unknown, or twice."""
    with pytest.raises(ConfigurationError, match=says):
        make_stages(names, Settings())


def test_trends_counts_with_the_plan_and_the_areas_that_are_set(tmp_path: Path) -> None:
    """Without files with the product's plan and without areas; it needs no camera registry."""
    [stage] = make_stages(["trends"], Settings())
    assert stage.name == "trends"
    with pytest.raises(FileError, match=r"areas\.geojson: cannot be read"):
        make_stages(["trends"], Settings(areas=tmp_path / "areas.geojson"))
    with pytest.raises(FileError, match=r"plan\.yaml: cannot be read"):
        make_stages(["trends"], Settings(safety_plan=tmp_path / "plan.yaml"))


def test_the_ticks_of_each_topic_are_sent_by_one_stage() -> None:
    """Which takes them itself; without one nothing would come due, and with two everything twice."""
    senders = [stage for stage in (Observe, Locate, Corroborate, Decide, Shadow, Trends) if stage.ticks is not None]
    assert sorted(stage.ticks or "" for stage in senders) == [topics.CAMERA_TICKS, topics.ROOM_TICKS]
    assert all(stage.ticks in stage.inputs for stage in senders)
