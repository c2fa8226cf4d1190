"""What is in force by files, with their hashes and licences; and folders that nobody writes any more."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime, timedelta
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest

from streams.compliance.files import folder_findings, in_force, licence_findings
from streams.domain.compliance.finding import LimitStanding
from streams.settings import Settings
from tests.support.registry import registry_camera, write_registry

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_each_file_that_decides_is_told_with_its_hash(tmp_path: Path) -> None:
    """Built-in ones too; one that is not configured, or cannot be read, is not known."""
    registry = write_registry(tmp_path / "cameras.yaml", registry_camera("c1", {"url": "x.avi"}))
    model = tmp_path / "models" / "m_openvino_model"
    model.mkdir(parents=True)
    (model / "m.bin").write_bytes(b"weights")
    (model / "notes.txt").write_text("no model")
    found = {each.subject: each for each in in_force(Settings(registry=registry, models=tmp_path / "models"))}
    assert found["registry"].facts["sha256"] == hashlib.sha256(registry.read_bytes()).hexdigest()
    assert found["registry"].facts["version"] == "t1"
    assert found["rules"].facts["built_in"]
    assert found["model m_openvino_model/m.bin"].facts["sha256"] == hashlib.sha256(b"weights").hexdigest()
    assert len(found) == 5

    registry.write_text("no registry")
    broken = {each.subject: each.standing for each in in_force(Settings(registry=registry))}
    assert broken["registry"] is LimitStanding.NOT_KNOWN
    assert {each.subject: each.standing for each in in_force(Settings())}["registry"] is LimitStanding.NOT_KNOWN


def test_licences_are_those_that_packages_name() -> None:
    """All that is installed is counted once; one that names none is not known."""
    found = list(licence_findings())
    names = {str(each.metadata["Name"]) for each in distributions()}
    assert {name for each in found for name in each.facts["packages"]} == names

    class Nameless(Distribution):
        def read_text(self, filename: str) -> str | None:
            return "Metadata-Version: 2.1\nName: nameless\nVersion: 1\n" if filename == "METADATA" else None

        def locate_file(self, path: object) -> Path:
            return Path()

    (unknown,) = licence_findings([Nameless()])
    assert unknown.standing is LimitStanding.NOT_KNOWN


@pytest.mark.parametrize(("days", "standing"), [(1, LimitStanding.KEPT), (29, LimitStanding.BREACH)])
def test_a_folder_that_nobody_writes_any_more_is_a_breach(tmp_path: Path, days: int, standing: LimitStanding) -> None:
    """Whoever owns it deletes what is old in it; where no process runs, nobody does."""
    folder = tmp_path / "state" / "decide"
    folder.mkdir(parents=True)
    (folder / "000001.sst").write_bytes(b"rows")
    at = (NOW - timedelta(days=days)).timestamp()
    for path in (folder / "000001.sst", folder):
        os.utime(path, (at, at))
    found = {each.subject: each.standing for each in folder_findings(Settings(data=tmp_path), NOW)}
    assert found[str(folder)] is standing
    assert found["*"] is LimitStanding.NOT_KNOWN
