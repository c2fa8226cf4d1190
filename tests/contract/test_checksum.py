"""Checksums of records are computed by machine code: in Python, one of a picture takes four times its decoding."""

from __future__ import annotations

import crc32c
from kafka.record import util


def test_kafka_python_takes_the_fast_checksum() -> None:
    """The one that is installed for it is the one that it uses, and tells what Castagnoli's polynomial gives (RFC 3720 B.4)."""
    assert util.calc_crc32c.__defaults__ == (crc32c.crc32c,)
    assert util.calc_crc32c(bytes(32)) == 0x8A9136AA
