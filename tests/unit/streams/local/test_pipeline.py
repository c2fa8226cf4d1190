"""Every setting of a pipeline can stand in its file, and reaches every process."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from streams.config.yaml import FileError
from streams.local.pipeline import Pipeline, process_specs, read_pipeline
from streams.settings import PipelineSettings, Settings
from tests.support.registry import registry_camera, write_registry

TEXT = "registry: cameras.yaml\nprocesses: [{name: a, command: [worker, trends]}]\n"
OF_THE_MACHINE = {"data", "cache", "device", "backups", "metrics_port", "metrics_host", "log_level", "log_format"} | {
    "traces_to", "traces_share", "traces_pictures_share",
}  # fmt: skip
"""Settings that say where and how one process runs: `up` sets them, or passes them on from its own environment."""
OTHERS = {"crowd_model_measured_to_per_m2": 4.5, "allow_model_download": True, "time_zone": "Europe/Brussels"} | {
    "snapshot_seconds": 12.5, "snapshot_megabytes": 8, "snapshot_unblurred_users": "a,b", "completeness_grace_s": 3.0,
    "organisation_number": "00000001823288444000", "system_name": "cameras-1",
}  # fmt: skip
"""For each setting of a pipeline that is no file, a value that is not its own."""
FILES = sorted(set(PipelineSettings.model_fields) - set(OTHERS))


def environment(folder: Path, text: str) -> dict[str, str]:
    """Return what the file's only process is given."""
    path = folder / "pipeline.yaml"
    for registry in (folder / "cameras.yaml", folder / "own" / "file"):
        registry.parent.mkdir(exist_ok=True)
        write_registry(registry, registry_camera("c", {"url": "c.avi"}))
    path.write_text(text)
    [spec] = process_specs(read_pipeline(path), "localhost:9092", folder)
    return dict(spec.environment)


def test_a_pipeline_file_takes_every_setting_but_those_of_the_machine() -> None:
    """A new setting is one of both, so that none is forgotten."""
    assert set(Settings.model_fields) - OF_THE_MACHINE == set(PipelineSettings.model_fields)
    assert set(PipelineSettings.model_fields) <= set(Pipeline.model_fields)
    assert not OF_THE_MACHINE & set(Pipeline.model_fields)


@pytest.mark.parametrize("name", sorted(PipelineSettings.model_fields))
def test_what_stands_in_the_file_is_the_setting_of_each_process(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files with their whole path, relative to the pipeline file; all others as they are written."""
    value = OTHERS.get(name, "own/file")
    given = environment(tmp_path, yaml.safe_dump(yaml.safe_load(TEXT) | {name: value}))
    for variable, text in given.items():
        monkeypatch.setenv(variable, text)
    expected = tmp_path / "own" / "file" if name in FILES else value
    assert getattr(Settings(), name) == expected
    assert value != PipelineSettings.model_fields[name].default


@pytest.mark.parametrize("name", sorted(set(PipelineSettings.model_fields) - {"registry"}))
def test_what_does_not_stand_in_the_file_is_left_as_it_is(tmp_path: Path, name: str) -> None:
    """The environment of `up` has its say then."""
    assert f"TOEZICHT_{name.upper()}" not in environment(tmp_path, TEXT)


def test_a_wrong_value_is_one_line_of_the_file(tmp_path: Path) -> None:
    """The file has the settings' own limits."""
    with pytest.raises(
        FileError, match=r"pipeline\.yaml:3: snapshot_seconds: Input should be less than or equal to 300"
    ):
        environment(tmp_path, f"{TEXT}snapshot_seconds: 301\n")


def test_only_capture_is_given_the_cameras_passwords(tmp_path: Path) -> None:
    """Every other process runs without them; what is no credential, such as a folder, all may have."""
    url = "rtsp://${USER_1}:${PASSWORD_1}@${HOST}/s"
    write_registry(tmp_path / "cameras.yaml", registry_camera("c", {"url": url}))
    commands = ["[capture]", "[worker, decide]", "[worker, detect]", "[canary]", "[intake, p2000]"]
    processes = "\n".join(f"  - {{name: p{n}, command: {command}}}" for n, command in enumerate(commands))
    path = tmp_path / "pipeline.yaml"
    path.write_text(f"registry: cameras.yaml\nprocesses:\n{processes}\n")
    capture, *others = process_specs(read_pipeline(path), "localhost:9092", tmp_path)
    assert capture.withheld == frozenset()
    assert {spec.withheld for spec in others} == {frozenset({"USER_1", "PASSWORD_1"})}


def test_only_the_console_is_given_its_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the file and from the environment of `up`: some are secret."""
    write_registry(tmp_path / "cameras.yaml", registry_camera("c", {"url": "c.avi"}))
    monkeypatch.setenv("TOEZICHT_CONSOLE_OPENID_CLIENT_SECRET", "made up")
    path = tmp_path / "pipeline.yaml"
    path.write_text(
        "registry: cameras.yaml\nconsole: {port: 8443, bind_address: true, tls_cert: tls/cert.pem}\nprocesses:\n"
        "  - {name: page, command: [console]}\n  - {name: capture, command: [capture]}\n"
        "  - {name: trends, command: [worker, trends]}\n"
    )
    page, *others = process_specs(read_pipeline(path), "localhost:9092", tmp_path)
    given = {name: value for name, value in page.environment.items() if name.startswith("TOEZICHT_CONSOLE_")}
    assert given == {
        "TOEZICHT_CONSOLE_BASE": str(tmp_path),
        "TOEZICHT_CONSOLE_PORT": "8443",
        "TOEZICHT_CONSOLE_BIND_ADDRESS": "true",
        "TOEZICHT_CONSOLE_TLS_CERT": "tls/cert.pem",
    }
    assert "TOEZICHT_CONSOLE_OPENID_CLIENT_SECRET" not in page.withheld
    for spec in others:
        assert "TOEZICHT_CONSOLE_OPENID_CLIENT_SECRET" in spec.withheld
        assert not [name for name in spec.environment if name.startswith("TOEZICHT_CONSOLE_")]


@pytest.mark.parametrize("section", ["{openid_client_secret: x}", "{Port: 1}", "{port: [1]}", "[port]"])
def test_a_secret_or_what_is_no_setting_does_not_stand_in_the_file(tmp_path: Path, section: str) -> None:
    """It is one line of the file, before anything starts."""
    path = tmp_path / "pipeline.yaml"
    path.write_text(f"{TEXT}console: {section}\n")
    with pytest.raises(FileError, match=r"pipeline\.yaml:.*console"):
        read_pipeline(path)


def test_a_wrong_registry_is_one_line_before_anything_starts(tmp_path: Path) -> None:
    """And not the last words of the first process that reads it."""
    path = tmp_path / "pipeline.yaml"
    path.write_text(TEXT)
    with pytest.raises(FileError, match=r"cameras\.yaml: cannot be read"):
        process_specs(read_pipeline(path), "localhost:9092", tmp_path)


def test_a_login_of_one_command_is_no_other_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes cameras' events has the MQTT broker's password, what takes reports by HTTP its own settings."""
    write_registry(tmp_path / "cameras.yaml", registry_camera("c", {"url": "c.avi"}))
    private = {"TOEZICHT_ONVIF_PASSWORD": "made up", "TOEZICHT_INTAKE_HTTP_CREDENTIALS": "intake.yaml"}
    for name, value in private.items():
        monkeypatch.setenv(name, value)
    commands = {
        "events": "[intake, onvif]",
        "http": "[intake, http]",
        "pager": "[intake, p2000]",
        "capture": "[capture]",
    }
    path = tmp_path / "pipeline.yaml"
    processes = "\n".join(f"  - {{name: {name}, command: {command}}}" for name, command in commands.items())
    path.write_text(f"registry: cameras.yaml\nprocesses:\n{processes}\n")
    specs = process_specs(read_pipeline(path), "localhost:9092", tmp_path)
    withheld = {spec.name: sorted(spec.withheld & private.keys()) for spec in specs}
    assert withheld == {
        "events": ["TOEZICHT_INTAKE_HTTP_CREDENTIALS"],
        "http": ["TOEZICHT_ONVIF_PASSWORD"],
        "pager": sorted(private),
        "capture": sorted(private),
    }
