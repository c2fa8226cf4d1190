"""Options that commands share: what is checked before a command begins."""

from __future__ import annotations

import pytest

from streams.cli import options
from streams.errors import ToezichtError
from streams.settings import KafkaSettings


def test_a_codec_that_cannot_be_unpacked_is_told_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """By `worker`, `intake`, `capture` and `topics check`, before a record is set aside for it."""
    kafka = KafkaSettings(bootstrap_servers="kafka:9092")
    options.require_cluster(kafka)
    monkeypatch.setattr(options, "codecs_missing", lambda: "cramjam is not installed")
    with pytest.raises(ToezichtError, match="cramjam is not installed; expected"):
        options.require_cluster(kafka)
