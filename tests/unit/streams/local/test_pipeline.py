"""The pipeline file's optional files reach every process as settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.local.pipeline import process_specs, read_pipeline

TEXT = "registry: cameras.yaml\nprocesses: [{name: a, command: [worker, trends]}]\n"


@pytest.mark.parametrize("name", ["rules", "safety_plan", "areas"])
def test_a_file_that_is_named_is_passed_on_with_its_whole_path(tmp_path: Path, name: str) -> None:
    """Relative to the pipeline file; where it is not named, the setting is not touched."""
    path = tmp_path / "pipeline.yaml"
    path.write_text(f"{TEXT}{name}: own/file\n")
    [spec] = process_specs(read_pipeline(path), "localhost:9092", tmp_path)
    assert spec.environment[f"TOEZICHT_{name.upper()}"] == str(tmp_path / "own" / "file")
    path.write_text(TEXT)
    [spec] = process_specs(read_pipeline(path), "localhost:9092", tmp_path)
    assert f"TOEZICHT_{name.upper()}" not in spec.environment
