"""Codecs of Kafka's: what packed the records of a batch is unpacked, and no more of it than there is room for.

They are gzip, snappy, lz4 and zstd (Kafka protocol, "Record Batch": attributes, bits 0 to 2). A gigabyte of zeros packs into
some kilobytes.
"""

from __future__ import annotations

import zlib
from importlib.util import find_spec
from typing import Final

UNPACKED_AT_MOST: Final = 32 * 2**20
"""Largest batch after unpacking: the topics take 1,000,000 packed bytes, and JSON packs to a tenth."""
_FIRST_GUESS: Final = 8
"""How much larger than packed a batch is thought to be at first."""
_XERIAL: Final = b"\x82SNAPPY\x00"
_XERIAL_HEAD: Final = 16


class UnpackError(Exception):
    """Bytes cannot be unpacked; one line."""


def codecs_missing() -> str:
    """Return one line saying what cannot be unpacked in this installation, or nothing where all of Kafka's codecs can."""
    if find_spec("cramjam") is not None:
        return ""
    return "cramjam is not installed: records that a client packed with snappy, lz4 or zstd would be set aside"


def unpack(codec: int, packed: bytes) -> bytes:
    """Return what a codec packed, by its number.

    Raises:
        UnpackError: It is none of Kafka's, the bytes are not what it makes, or they are too many.
    """
    name = {1: "gzip", 2: "snappy", 3: "lz4", 4: "zstd"}.get(codec)
    if name is None:
        raise UnpackError(f"it is packed with codec {codec}, expected gzip, snappy, lz4 or zstd (1 to 4)")
    if name != "gzip" and (missing := codecs_missing()):
        raise UnpackError(missing)
    try:
        if name == "gzip":
            return _gunzip(packed)
        return _unsnappy(packed) if name == "snappy" else _grown(name, packed)
    except UnpackError:
        raise
    except Exception as error:  # each codec has errors of its own
        raise UnpackError(f"it cannot be unpacked as {name} ({type(error).__name__})") from None


def _gunzip(packed: bytes) -> bytes:
    parts, left, size = [], packed, 0
    while left:  # a file of several members is one file (RFC 1952, section 2.2)
        member = zlib.decompressobj(wbits=31)
        parts.append(member.decompress(left, UNPACKED_AT_MOST - size + 1))
        size += len(parts[-1])
        if size > UNPACKED_AT_MOST:
            raise _too_large()
        if not member.eof:
            raise UnpackError("it cannot be unpacked as gzip (it is cut off)")
        left = member.unused_data
    return b"".join(parts)


def _unsnappy(packed: bytes) -> bytes:
    """Return what was packed in one piece, as librdkafka does, or in the blocks of Java's snappy."""
    if not packed.startswith(_XERIAL):
        return _unsnappy_block(packed, UNPACKED_AT_MOST)
    parts, at, size = [], _XERIAL_HEAD, 0
    while at < len(packed):
        length = int.from_bytes(packed[at : at + 4], "big")
        parts.append(_unsnappy_block(packed[at + 4 : at + 4 + length], UNPACKED_AT_MOST - size))
        size += len(parts[-1])
        at += 4 + length
    return b"".join(parts)


def _unsnappy_block(packed: bytes, at_most: int) -> bytes:
    import cramjam

    if cramjam.snappy.decompress_raw_len(packed) > at_most:
        raise _too_large()
    return bytes(cramjam.snappy.decompress_raw(packed))


def _grown(name: str, packed: bytes) -> bytes:
    """Return what a codec unpacks that does not say beforehand how much: into more and more room."""
    import cramjam

    codec = getattr(cramjam, name)
    size = min(UNPACKED_AT_MOST, max(_FIRST_GUESS * len(packed), 2**14))
    while True:
        room = bytearray(size)
        try:
            return bytes(memoryview(room)[: codec.decompress_into(packed, room)])
        except cramjam.DecompressionError as error:
            if "whole buffer" not in str(error):
                raise
        if size == UNPACKED_AT_MOST:
            raise _too_large()
        size = min(UNPACKED_AT_MOST, 4 * size)


def _too_large() -> UnpackError:
    return UnpackError(f"unpacked it is more than {UNPACKED_AT_MOST} bytes")
