"""Channels of the partners file: what is read, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.config.yaml import FileError
from streams.notify.notifiers.registry import NOTIFIERS
from streams.notify.partners import read_channels, read_partners, read_routing
from tests.support.notices import HOOK


def written(folder: Path, **changes: Any) -> Path:
    """Return a file with one partner's delivery, and another without."""
    delivery = {"channels": {"hook": {"kind": "webhook", "options": HOOK}}, "otherwise": ["hook"], **changes}
    politie = {"name": "Politie", "kind": "police", "principal": "politie", "gets": [], "delivery": delivery}
    partners = {"politie": politie, "brandweer": {"name": "Brandweer"}}
    path = folder / "partners.yaml"
    path.write_text(yaml.safe_dump({"version": "test", "grounds": {}, "partners": partners}))
    return path


def test_each_channel_is_read_with_its_checked_options(tmp_path: Path) -> None:
    """The other sections of the file are others' to judge."""
    path = written(tmp_path)
    (channel,) = read_channels(path)
    assert (channel.partner, channel.name, channel.id) == ("politie", "Politie", "hook")
    assert channel.notifier is NOTIFIERS["webhook"]
    assert channel.options.give_up_after_s == 6 * 3_600
    assert read_partners(path) == ["politie"]
    assert read_routing(path, "brandweer") is None
    with pytest.raises(FileError, match="no partner 'ggd', expected one of"):
        read_routing(path, "ggd")


def test_all_that_is_wrong_with_channels_is_told_at_once_with_its_line_and_no_value(tmp_path: Path) -> None:
    """An address may hold a key."""
    wrong = {
        "fax": {"kind": "fax"},
        "hook": {"kind": "webhook", "options": {**HOOK, "url": "http://partner.example/s3cret", "timeout": 3}},
        "cap": {"kind": "cap", "options": {**HOOK, "sender": "a b"}, "per_minute": 3},
    }
    with pytest.raises(FileError) as caught:
        read_channels(written(tmp_path, channels=wrong, otherwise=["fax", "hook", "cap"]))
    told = str(caught.value)
    assert "partners.politie.delivery.channels.fax.kind: expected one of cap, message, mqtt, webhook" in told
    assert "channels.hook.options.timeout: " in told
    assert "channels.cap.options.sender: " in told
    assert "channels.cap.per_minute: cap cannot tell several alerts as one message" in told
    assert told.count("partners.yaml:") == 4
    assert "s3cret" not in told


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"otherwise": ["fax"]}, "fax is no channel, expected one of hook"),
        ({"channels": {}}, "at least 1"),
        ({"channel": {}}, "Extra inputs"),
        (
            {
                "channels": {
                    "hook": {
                        "kind": "webhook", "options": HOOK,
                        "quiet_hours": {"starts": "22:00", "ends": "07:00", "holds_back": ["P1"]},
                    }
                }
            },
            "quiet hours never hold a P1",
        ),
    ],
)  # fmt: skip
def test_a_file_that_would_lose_or_hold_a_p1_is_refused(tmp_path: Path, changes: dict[str, Any], expected: str) -> None:
    """With the file, the line and what was expected."""
    with pytest.raises(FileError, match=expected) as caught:
        read_channels(written(tmp_path, **changes))
    assert "partners.yaml:" in str(caught.value)


def test_a_partner_whose_id_could_be_anothers_topic_is_refused(tmp_path: Path) -> None:
    """`partner-x-health` would be partner `x-health`'s."""
    path = written(tmp_path)
    path.write_text(path.read_text().replace("politie:", "politie-health:", 1))
    with pytest.raises(FileError):
        read_channels(path)
