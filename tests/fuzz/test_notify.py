"""What partners and other programs can put before `notify`, mutated: read, or refused in one line; it neither hangs nor grows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from schemas.errors import UndecodableError
from streams.config.yaml import FileError
from streams.kafka.record import Record
from streams.notify.delivery.progress import read_done
from streams.notify.notice import read_notice
from streams.notify.partners import read_channels
from streams.notify.receipts import read_receipt
from tests.support.mutation import Mutator, fuzz, tries
from tests.support.notices import AT, encoded, notice_of, partner_alert, partner_dispatch
from tests.support.receiver import SECRET

DISPATCH = notice_of(partner_dispatch())


def test_receipts() -> None:
    """What a partner's server answers."""
    mutator = Mutator(21)
    seeds = [b'{"outcome": "accepted"}', b'{"outcome": "rejected", "reason_code": "no_unit", "dispatch_id": "d1"}']
    tally = fuzz(lambda body: read_receipt(body, DISPATCH, AT), lambda: mutator.line(seeds), 100_000, ())
    assert tally["NoneType"] > tries(100_000) / 10, tally
    assert tally["DispatchReceipt"] > 0, tally


def test_messages_for_partners() -> None:
    """Values that are damaged on the way, and headers that somebody changed."""
    mutator = Mutator(22)
    key, value, headers = encoded(partner_alert())
    seeds = [value, encoded(partner_dispatch()).value]

    def read(body: bytes) -> object:
        return read_notice(Record("partner-politie", 0, 0, key, body, headers, AT), "politie", False)

    tally = fuzz(read, lambda: mutator.line(seeds), 100_000, (UndecodableError,))
    assert tally["UndecodableError"] > tries(100_000) / 10, tally
    seeds = [value for _, value in headers]

    def read_changed(text: bytes) -> object:
        changed = [(name, text) for name, _ in headers]
        changed[2] = headers[2]  # of an unknown type nothing more is read
        return read_notice(Record("partner-politie", 0, 0, key, value, changed, AT), "politie", False)

    fuzz(read_changed, lambda: mutator.line(seeds), 20_000, (UndecodableError,))


def test_what_is_committed() -> None:
    """Metadata of a commit that another program wrote."""
    mutator = Mutator(23)
    tally = fuzz(
        lambda text: read_done(text.decode("utf-8", "replace")),
        lambda: mutator.line([b"done:1,3+4,9", b""]),
        100_000,
        (),
    )
    assert set(tally) == {"set"}, tally


def test_channels_of_the_partners_file(tmp_path: Path) -> None:
    """A person writes it; no value of it is told, since it may be a key."""
    mutator = Mutator(24)
    options = {
        "url": "https://partner.example/hook", "allow": {"hosts": ["partner.example"], "networks": ["10.1.0.0/16"]},
        "secrets": [{"file": "key"}], "sender": "toezicht.example",
    }  # fmt: skip
    hours = {"starts": "22:00", "ends": "07:00", "days": ["fri"]}
    area = [{"lat": 52.29, "lon": 4.85}, {"lat": 52.29, "lon": 4.87}, {"lat": 52.31, "lon": 4.87}]
    routes = [{"id": "r", "match": {"categories": ["brand"], "hours": hours, "area": area}, "channels": ["hook"]}]
    channels = {
        "hook": {"kind": "cap", "options": options, "quiet_hours": {**hours, "holds_back": ["P3"]}, "health": True}
    }
    good = {
        "partners": {
            "politie": {"name": "P", "delivery": {"channels": channels, "routes": routes, "otherwise": ["hook"]}}
        }
    }
    path = tmp_path / "partners.yaml"
    path.write_text(yaml.safe_dump(good))
    assert read_channels(path)

    def read(document: object) -> object:
        path.write_text(json.dumps(document))
        return read_channels(path)

    tally = fuzz(read, lambda: mutator.value(good), 3_000, (FileError,))
    assert tally["FileError"] > tries(3_000) / 10, tally
    path.write_text(yaml.safe_dump(good).replace("file: key", f"variable: {SECRET}"))
    with pytest.raises(FileError) as caught:
        read_channels(path)
    assert SECRET not in str(caught.value)
