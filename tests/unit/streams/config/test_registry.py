"""An address has its credentials where pictures are read, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.config.registry import credential_variables, load_registry, source_url
from streams.config.yaml import FileError
from streams.settings import Settings
from streams.worker.stages import make_stages
from tests.support.registry import registry_camera, write_registry

EXAMPLE = Path(__file__).parents[4] / "deploy" / "cameras.yaml"
SECRETS = {"CAMERA_USER": "u", "CAMERA_PASSWORD": "hush"}
RULES = Path(__file__).parents[4] / "streams" / "domain" / "rules" / "default.yaml"


def test_an_address_is_whole_where_it_is_asked_for() -> None:
    """The registry itself never holds what the environment has."""
    registry = load_registry(EXAMPLE)
    assert source_url(registry.cameras[0], EXAMPLE, SECRETS) == "rtsp://u:hush@camera-1.example/stream2"
    assert "hush" not in repr(registry) + registry.model_dump_json()


def test_an_unknown_variable_of_an_address_is_named_with_its_camera_and_line() -> None:
    """Where pictures are read, and of that camera."""
    [camera] = load_registry(EXAMPLE).cameras
    line = 1 + next(n for n, text in enumerate(EXAMPLE.read_text().splitlines()) if "${CAMERA_USER}" in text)
    with pytest.raises(FileError) as caught:
        source_url(camera, EXAMPLE, {"CAMERA_USER": "u"})
    expected = "camera stadsplein-1: the environment variable CAMERA_PASSWORD is used but not set"
    assert str(caught.value) == f"{EXAMPLE}:{line}: {expected}"


@pytest.mark.parametrize("name", ["observe", "locate", "corroborate", "decide", "trends", "shadow"])
def test_a_stage_without_pictures_needs_no_password(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It starts where the cameras' variables are not set, with a registry that names them."""
    for variable in SECRETS:
        monkeypatch.delenv(variable, raising=False)
    [stage] = make_stages([name], Settings(registry=EXAMPLE, shadow_rules=RULES))
    assert stage.name == name


def test_the_variables_of_credentials_are_those_that_are_never_shown(tmp_path: Path) -> None:
    """A host's name or a path is none: other processes may need it too."""
    addresses = {
        "a": "rtsp://${USER_A}:${PASSWORD_A}@${HOST_A}/s",
        "b": "rtsp://10.0.0.5/s?channel=${CHANNEL}&password=${PASSWORD_B}",
        "c": "${VIDEOS}/square.avi",
    }
    cameras = [registry_camera(name, {"url": url}) for name, url in addresses.items()]
    registry = load_registry(write_registry(tmp_path / "cameras.yaml", *cameras))
    assert credential_variables(registry) == {"USER_A", "PASSWORD_A", "PASSWORD_B"}
