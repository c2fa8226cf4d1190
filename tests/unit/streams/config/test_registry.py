"""An address has its credentials where pictures are read, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.errors import SourceError
from detectors.sources.base import ReadingOptions, SourceConfig
from detectors.sources.open import open_source
from detectors.sources.url import parse_rtsp, redact
from streams.config.registry import credential_variables, load_registry, source_url
from streams.config.yaml import FileError
from streams.domain.cameras.registry import Camera
from streams.settings import Settings
from streams.worker.stages import make_stages
from tests.support.capture import FakeTime, nothing
from tests.support.registry import registry_camera, write_registry
from tests.support.rtsp_camera import BASIC, DIGEST, USER, RtspCamera, serving

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


def address(url: str, **environment: str) -> str:
    """Return a camera's address with its variables taken from an environment."""
    return source_url(Camera.model_validate(registry_camera("a", {"url": url})), Path("cameras.yaml"), environment)


HARD = [
    "p#ss",
    "p/ss",
    "p@ss",
    "p%23ss",
    "p:ss",
    "p ss",
    "p?s",
    "p\u00e4ss\u20ac",
    "${PW}",
    "[p]",
    "p&s=1",
    '\\p"ss',
    "100%",
]


@pytest.mark.vision
@pytest.mark.parametrize("challenge", [BASIC, DIGEST])
@pytest.mark.parametrize("password", HARD)
def test_row_4_a_password_from_a_variable_is_the_password_as_it_is(password: str, challenge: str) -> None:
    """The camera lets it in, and nothing of it is told where it refuses it."""
    with serving(RtspCamera((challenge,), statuses={"SETUP": "453 Full"}, password=password)) as camera:
        url = address(f"rtsp://{USER}:${{PW}}@127.0.0.1:{camera.port}/cam", PW=password)
        with pytest.raises(SourceError) as caught:
            open_source(SourceConfig(url), ReadingOptions(), FakeTime().clock, nothing)
        assert (caught.value.fault, camera.refused) == ("busy", 0)
        camera.password = "another"
        with pytest.raises(SourceError) as caught:
            open_source(SourceConfig(url), ReadingOptions(), FakeTime().clock, nothing)
    assert caught.value.fault == "wrong_password"
    assert password not in repr(caught.value)
    assert url.split("@")[0].split(":")[2] not in repr(caught.value)


@given(st.text(min_size=1), st.text(min_size=1))
def test_row_4_whatever_is_in_a_variable_comes_back_and_is_never_shown(user: str, password: str) -> None:
    """Of the user too, as far as it can be printed; the rest of the address is what the registry says."""
    environment = {"CAMERA_USER": f"u{''.join(filter(str.isprintable, user))}", "CAMERA_PASSWORD": password}
    url = address("rtsp://${CAMERA_USER}:${CAMERA_PASSWORD}@camera:8554/a/b?c=1", **environment)
    parts = parse_rtsp(url)
    assert (parts.user, parts.password) == tuple(environment.values())
    assert (parts.host, parts.port, parts.request_uri) == ("camera", 8554, "rtsp://camera:8554/a/b?c=1")
    assert redact(url) == "rtsp://***@camera:8554/a/b?c=1"


def test_a_variable_may_be_any_part_of_an_address() -> None:
    """User and password together, a host, a path, a parameter, or all of it: what is an address stays one."""
    assert address("rtsp://${LOGIN}@h/x", LOGIN="bob:p:/#") == "rtsp://bob:p%3A%2F%23@h/x"
    assert address("rtsp://bob:${A}${B}@h/x", A="#", B="/") == "rtsp://bob:%23%2F@h/x"
    assert address("rtsp://${HOST}/${PLACE}", HOST="10.0.0.5:554", PLACE="a/b?c=1") == "rtsp://10.0.0.5:554/a/b?c=1"
    assert (
        address("rtsp://h/x?user=${U}&pw=${P}&${MORE}", U="b", P="#&=", MORE="c=1")
        == "rtsp://h/x?user=b&pw=%23%26%3D&c=1"
    )
    assert address("${CAMERA}", CAMERA="rtsp://bob:p%23@h/x") == "rtsp://bob:p%23@h/x"
    assert address("${VIDEOS}/a b.avi", VIDEOS="/data/#1") == "/data/#1/a b.avi"


def _with_file(tmp_path: Path, url: str, content: str | None) -> Path:
    if content is not None:
        (tmp_path / "secret").write_text(content)
    return write_registry(tmp_path / "r.yaml", registry_camera("c", {"url": url, "password_file": "secret"}))


@pytest.mark.parametrize("content", ["p@ss:/w#rd", "p@ss:/w#rd\n", "p@ss:/w#rd\r\n"])
def test_a_password_comes_from_a_file_as_it_is(tmp_path: Path, content: str) -> None:
    """Beside the registry, without the end of its line, encoded for the address and shown nowhere else."""
    path = _with_file(tmp_path, "rtsp://${CAMERA_USER}@10.0.0.5/s", content)
    [camera] = load_registry(path).cameras
    url = source_url(camera, path, {"CAMERA_USER": "jan@hal"})
    parts = parse_rtsp(url)
    assert (parts.user, parts.password, parts.host) == ("jan@hal", "p@ss:/w#rd", "10.0.0.5")
    assert "p@ss" not in repr(camera) + camera.model_dump_json()


@pytest.mark.parametrize(
    ("url", "content", "words"),
    [
        ("rtsp://u@10.0.0.5/s", None, "cannot be read"),
        ("rtsp://u@10.0.0.5/s", "\n", "holds nothing"),
        ("rtsp://u@10.0.0.5/s", "hush\nhush2\n", "holds lines"),
        ("rtsp://${BOTH}@10.0.0.5/s", "hush", "has a password already"),
    ],
)
def test_a_file_that_is_no_password_is_told_with_camera_and_line(
    tmp_path: Path, url: str, content: str | None, words: str
) -> None:
    """And nothing of what is in it."""
    path = _with_file(tmp_path, url, content)
    [camera] = load_registry(path).cameras
    with pytest.raises(FileError, match=rf"r\.yaml:\d+: camera c: .*{words}") as caught:
        source_url(camera, path, {"BOTH": "u:hush"})
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["rtsp://10.0.0.5/s", "rtsp://u:hush@10.0.0.5/s", "videos/a.avi", "rtsp://10.0.0.5/a@b"]
)
def test_a_password_in_a_file_needs_its_user_in_the_address(tmp_path: Path, url: str) -> None:
    """And no other password beside it; the registry says so when it is read."""
    with pytest.raises(FileError, match="password_file needs the user") as caught:
        load_registry(_with_file(tmp_path, url, "x"))
    assert "hush" not in str(caught.value)
