"""What a worker loads before it asks for its first record: each library costs its restart a part of a second."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from streams.config.yaml import FileError
from streams.settings import Settings
from streams.worker.stages import STAGES, counter_of, make_stages
from tests.support.registry import registry_camera, write_registry

START: Final = """
import sys
from streams.cli.main import build_app
from streams.environment import check_environment
check_environment()
build_app("worker")
from streams.settings import read_settings
from streams.worker.stages import counter_of, make_stages
make_stages(sys.argv[1:], read_settings()[0])
for name in sys.argv[1:]:
    counter_of(name)
print("\\n".join(sys.modules))
"""
"""As `toezicht worker` comes to its stages, in a process of its own."""

ALL: Final = frozenset({"cv2", "av", "torch", "ultralytics", "openvino", "kafka", "opentelemetry", "fluent", "babel"})
"""Pictures, the other client of Kafka, traces that nobody asked for, and what makes sentences of phrases."""
GEOMETRY: Final = frozenset({"numpy", "shapely", "pyproj"})
OTHER_STAGES: Final = frozenset(
    {
        "streams.domain.trends.areas",
        "streams.domain.partners.view",
        "streams.domain.corroboration",
        "streams.stages.share",
    }
)


def loaded(stages: list[str], registry: Path) -> set[str]:
    """Return the modules, and the packages that they are of, that a worker of these stages has loaded."""
    done = subprocess.run(
        [sys.executable, "-c", START, *stages],
        env={"TOEZICHT_REGISTRY": str(registry)},
        cwd=Path(__file__).parents[4],
        capture_output=True,
        text=True,
        check=True,
    )
    names = done.stdout.split()
    return {".".join(parts[: n + 1]) for name in names for parts in [name.split(".")] for n in range(len(parts))}


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    """Return a registry with a camera, and so with outlines to check."""
    path = tmp_path / "cameras.yaml"
    write_registry(path, registry_camera("c", {"url": "c.avi"}))
    return path


def test_decide_loads_nothing_that_its_first_record_may_not_need(registry: Path) -> None:
    """It is waited for by everything; what it needs later it loads then."""
    assert not loaded(["decide"], registry) & (ALL | GEOMETRY | OTHER_STAGES)


def test_all_stages_of_deciding_load_neither_pictures_nor_sentences(registry: Path) -> None:
    """Those that look at the ground have its libraries."""
    found = loaded(["observe", "locate", "corroborate", "decide"], registry)
    assert not found & ALL
    assert found >= GEOMETRY  # so that the names are those that are loaded under


def test_a_stage_that_sees_no_camera_does_not_check_cameras(registry: Path) -> None:
    """One with a fault among its cameras stops the stages that use them, each with its line, and not this one."""
    registry.write_text(registry.read_text().replace("width_px", "wide_px"))
    [stage] = make_stages(["decide"], Settings(registry=registry))
    assert stage.name == "decide"
    with pytest.raises(FileError, match="wide_px"):
        make_stages(["locate"], Settings(registry=registry))


def test_every_stage_has_what_tells_metrics_of_it() -> None:
    """Those that have nothing to count count nothing; a name that is new is no error."""
    counted = {name for name in STAGES if counter_of(name).__name__ != "nothing"}
    assert counted == {"decide", "shadow", "share", "hits", "trends"}
