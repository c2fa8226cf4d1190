"""A variable that looks like a setting is one, or is refused with the name that was meant; all mistakes are told at once."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from importlib import import_module

import pytest
from pydantic_settings import BaseSettings

import console
import streams
from streams.cli.main import COMMANDS
from streams.environment import GROUPS, OTHERS, check_environment, misspelt, nearest, variables
from streams.errors import MistakesError, ToezichtError

LINKS = [
    "KAFKA_SERVICE_HOST",
    "KAFKA_SERVICE_PORT_CLIENTS",
    "KAFKA_PORT",
    "KAFKA_PORT_9092_TCP",
    "KAFKA_PORT_9092_TCP_ADDR",
]


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("TOEZICHT_REGISTRI", "TOEZICHT_REGISTRY"),
        ("KAFKA_BOOTSTRAP_SERVER", "KAFKA_BOOTSTRAP_SERVERS"),
        ("KAFKA_SASL_PASWORD", "KAFKA_SASL_PASSWORD"),
        ("TOEZICHT_CONSOLE_PROT", "TOEZICHT_CONSOLE_PORT"),
        ("TOEZICHT_INTAKE_HTTP_CREDENTIAL", "TOEZICHT_INTAKE_HTTP_CREDENTIALS"),
        ("kafka_sasl_user_name", "KAFKA_SASL_USERNAME"),
        ("KAKFA_SECURITY_PROTOCOL", "KAFKA_SECURITY_PROTOCOL"),
        ("TOEZCIHT_RULES", "TOEZICHT_RULES"),
    ],
)
def test_a_misspelt_variable_is_told_with_what_was_meant(given: str, meant: str) -> None:
    """Its value is not: it may be a password under a wrong name."""
    (error,) = misspelt({given: "hunter2", "PATH": "/bin"})
    assert str(error) == f"environment: there is no setting {given}, expected {meant}"


@pytest.mark.parametrize(
    "name", [*OTHERS, *LINKS, "TOEZICHT_RULES", "toezicht_rules", "KAFKATOOL", "TERM", "TOMCAT_PORT"]
)
def test_what_is_known_or_is_not_ours_is_left_alone(name: str) -> None:
    """Kafka's own scripts, what Kubernetes sets for services, and other programs."""
    assert misspelt({name: "x"}) == []


def test_a_name_that_is_like_none_is_refused_too() -> None:
    """It says where all names stand, and how a variable of one's own begins."""
    (error,) = misspelt({"TOEZICHT_CAMERA_3_LOGIN": "x"})
    assert "expected one of docs/settings.md" in str(error)
    assert "a variable of your own begins neither with TOEZICHT_ nor with KAFKA_" in str(error)


def test_all_mistakes_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all groups: misspelt names, values, and what does not go together although another value is wrong as well."""
    for name, value in {
        "TOEZICHT_REGISTRI": "a",
        "TOEZICHT_METRICS_PORT": "70000",
        "KAFKA_REPLICATION_FACTOR": "0",
        "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "KAFKA_SASL_USERNAME": "intake",
        "TOEZICHT_CONSOLE_PORT": "tcp://10.0.0.7:8090",
    }.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(MistakesError) as told:
        check_environment()
    lines = str(told.value).splitlines()
    assert lines[0] == "5 settings are wrong:"
    for line, words in zip(
        lines[1:],
        [
            "TOEZICHT_REGISTRY",
            "TOEZICHT_METRICS_PORT is '70000'",
            "KAFKA_REPLICATION_FACTOR",
            "KAFKA_SASL_PASSWORD",
            "enableServiceLinks: false",
        ],
        strict=True,
    ):
        assert words in line


def test_a_wrong_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever group it is of, and however it is wrong."""
    monkeypatch.setenv("TOEZICHT_CONSOLE_OPENID_CLIENT_SECRET", "hunter2")
    monkeypatch.setenv("TOEZICHT_CONSOLE_OPENID_ISSUER", "https://id.example")
    with pytest.raises(ToezichtError) as told:
        check_environment()
    assert "hunter2" not in str(told.value)


def test_an_empty_variable_is_as_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """A compose file hands every setting on, and those that nobody gave are empty."""
    for group in GROUPS:
        for variable in variables(group.kind()):
            monkeypatch.setenv(variable, "")
    check_environment()


def test_no_group_is_missing() -> None:
    """A model of settings that the list does not have would have all its variables refused."""
    for package in (streams, console):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.endswith("settings") or "locatieserver" in module.name:
                import_module(module.name)
    theirs = {kind for kind in _all(BaseSettings) if kind.__module__.startswith(("streams.", "console."))}
    assert theirs == {group.kind() for group in GROUPS}
    for group in GROUPS:
        assert group.kind().model_config["env_prefix"] == group.prefix


def test_the_nearest_name_is_none_where_none_is_alike() -> None:
    """A guess would mislead."""
    assert nearest("TOEZICHT_QQQQQQQQ", {"TOEZICHT_RULES"}) is None
    assert nearest("TOEZICHT_RULE", {"TOEZICHT_RULES"}) == "TOEZICHT_RULES"


@pytest.mark.parametrize("command", [each for each in COMMANDS if each != "settings"])
def test_every_command_refuses_it(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before it does anything else, with exit code 2."""
    from streams.cli import main

    monkeypatch.setattr(sys, "argv", ["toezicht", command])
    monkeypatch.setattr(main, "build_app", lambda *_: pytest.fail("the command was begun"))
    monkeypatch.setenv("TOEZICHT_REGISTRI", "cameras.yaml")
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 2
    assert (
        capsys.readouterr().err
        == "toezicht: environment: there is no setting TOEZICHT_REGISTRI, expected TOEZICHT_REGISTRY\n"
    )


def test_help_and_the_list_of_settings_are_there_to_mend_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """`--help` works with a wrong environment; `settings` shows it, hides secrets, and ends with what is wrong."""
    monkeypatch.setenv("TOEZICHT_REGISTRI", "cameras.yaml")
    monkeypatch.setenv("KAFKA_SASL_PASSWORD", "hunter2")
    run = [sys.executable, "-m", "streams.cli"]
    helped = subprocess.run([*run, "rules", "check", "--help"], capture_output=True, text=True, check=False)
    assert helped.returncode == 0, helped.stderr
    listed = subprocess.run([*run, "settings", "--given"], capture_output=True, text=True, check=False)
    assert listed.returncode == 2
    assert "KAFKA_SASL_PASSWORD=***" in listed.stdout.splitlines()
    assert "hunter2" not in listed.stdout + listed.stderr
    assert "expected TOEZICHT_REGISTRY" in listed.stderr


def test_a_worker_loads_no_settings_of_others() -> None:
    """Its start is what everybody waits for: another group's model is loaded where one of its variables is set."""
    program = (
        "import sys; from streams.environment import check_environment; "
        "check_environment({'TOEZICHT_REGISTRY': 'a', 'KAFKA_BOOTSTRAP_SERVERS': 'b:1'}); "
        "print('console.settings' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"


def _all(kind: type[BaseSettings]) -> set[type[BaseSettings]]:
    return {each for sub in kind.__subclasses__() for each in {sub, *_all(sub)}}
