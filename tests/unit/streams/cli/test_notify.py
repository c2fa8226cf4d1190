"""`toezicht notify routes`: which way, and why; each wrong use as one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from schemas.categories import Category, Priority
from streams.cli.main import build_app
from streams.config.yaml import FileError
from streams.errors import ConfigurationError, ToezichtError
from tests.support.notices import HOOK, partner_alert, partner_dispatch

NIGHT = ("--at", "2026-11-27T23:30+01:00")


@pytest.fixture
def partners(tmp_path: Path) -> Path:
    """Return a file with one partner that has a hook and a desk, and one that has a hook."""
    hook = {"kind": "webhook", "options": HOOK}
    quiet = {"starts": "22:00", "ends": "07:00"}
    politie = {
        "channels": {"hook": hook, "desk": {**hook, "quiet_hours": quiet}},
        "routes": [{"id": "fires", "match": {"categories": ["brand"]}, "channels": ["hook"]}],
        "otherwise": ["desk"],
    }
    delivering = {
        "politie": {"name": "Politie", "delivery": politie},
        "ggd": {"name": "GGD", "delivery": {"channels": {"hook": {**hook, "health": True}}, "otherwise": ["hook"]}},
    }
    path = tmp_path / "partners.yaml"
    path.write_text(yaml.safe_dump({"partners": delivering}, sort_keys=False))
    return path


def told(partners: Path, *arguments: str, code: int = 0) -> str:
    """Return what the command prints."""
    result = CliRunner().invoke(build_app("notify"), ["notify", "routes", "--partners", str(partners), *arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result.output


def test_it_tells_the_route_that_decides_and_why_those_before_do_not(partners: Path) -> None:
    """For each partner; what quiet hours hold says until when."""
    assert told(partners, "--category", "brand", "--priority", "P1", "--partner", "politie", *NIGHT).splitlines() == [
        "politie: hook", "  route fires matches", "  hook (webhook): at once",
    ]  # fmt: skip
    assert told(partners, "--category", "jeugdoverlast", "--priority", "P3", *NIGHT).splitlines() == [
        "politie: desk", "  route fires does not match: category", "  no route matches: otherwise",
        "  desk (webhook): waits until 2026-11-28T06:00:00+00:00",
        "ggd: hook", "  no route matches: otherwise", "  hook (webhook): at once",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (partner_alert(category=Category.BRAND, priority=Priority.P3), {"channels": ["hook"], "route": "fires"}),
        (partner_alert(priority=Priority.P3), {"channels": ["desk"], "route": None}),
        (partner_dispatch(priority=Priority.P3), {"channels": ["desk"], "held_until": {}}),
    ],
)
def test_it_reads_a_message_from_a_file(partners: Path, tmp_path: Path, message: Any, expected: dict[str, Any]) -> None:
    """An alert, or what a partner gets; options change what it says."""
    file = tmp_path / "message.json"
    file.write_bytes(message.model_dump_json().encode())
    document = json.loads(told(partners, "--alert", str(file), "--partner", "politie", "--json", *NIGHT))
    assert {name: document[name] for name in expected} == expected
    document = json.loads(told(partners, "--alert", str(file), "--category", "brand", "--partner", "politie", "--json"))
    assert document["channels"] == ["hook"]


def test_what_reaches_no_channel_ends_with_code_1(partners: Path) -> None:
    """What concerns health, where no channel of a partner may carry that."""
    assert "no channel may carry that" in told(partners, "--category", "medisch_onwel", "--health", code=1)
    told(partners, "--category", "medisch_onwel", "--health", "--partner", "ggd")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--at", "yesterday"), "--at is 'yesterday', expected a time with its zone"),
        (("--at", "2026-11-27T23:30"), "a time with its zone"),
        (("--kind", "letter"), "alert or dispatch"),
        (("--lat", "52.3"), "both --lat and --lon"),
        (("--partner", "fbi"), "there is no partner 'fbi', expected one of politie, ggd"),
        (("--alert", "/nowhere.json"), "a file that can be read"),
    ],
)
def test_a_wrong_use_is_one_line(partners: Path, arguments: tuple[str, ...], expected: str) -> None:
    """With what was expected."""
    with pytest.raises(ToezichtError, match=expected) as caught:
        told(partners, *arguments)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, ConfigurationError | FileError)


def test_a_file_that_is_no_alert_tells_the_field_and_not_its_value(partners: Path, tmp_path: Path) -> None:
    """It may be about somebody."""
    file = tmp_path / "message.json"
    file.write_text(json.dumps({"category": "Jan Jansen"}))
    with pytest.raises(ConfigurationError, match="category") as caught:
        told(partners, "--alert", str(file))
    assert "Jansen" not in str(caught.value)


def test_without_a_partners_file_it_says_which_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The built-in file has no channels."""
    monkeypatch.delenv("TOEZICHT_PARTNERS", raising=False)
    result = CliRunner().invoke(build_app("notify"), ["notify", "routes"])
    assert "TOEZICHT_PARTNERS" in str(result.exception)
