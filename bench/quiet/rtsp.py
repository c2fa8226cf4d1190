"""RTSP cameras of `bench quiet`: one file, sent again and again to everybody who asks, each in its own time (RFC 2326, RFC 6184).

A process of its own, so that what sending takes is not counted: `python -m bench.quiet.rtsp FILE FPS`. It writes its port to
standard output, and ends when its standard input does. RTP comes in the connection itself (interleaved), as capture asks first.
"""

from __future__ import annotations

import asyncio
import base64
import struct
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, count
from pathlib import Path
from typing import Final

from bench.quiet.stream import open_file

HOST: Final = "127.0.0.1"
CLOCK_HZ: Final = 90_000
"""Of video in RTP."""
LARGEST: Final = 1_400
"""Bytes of a coded unit in one RTP packet: what an Ethernet frame has room for."""
PAYLOAD_TYPE: Final = 96
FU_A: Final = 28
LATEST_PICTURES: Final = 200
"""Pictures that are kept coded: cameras that begin within seconds of each other want the same ones."""
SPREAD_S: Final = 0.237
"""The next camera begins so much later in the picture's second: their key frames come at different moments."""


@dataclass(frozen=True, slots=True)
class CodedFilm:
    """Coded film: what every camera shows.

    Attributes:
        units: Of each picture, its coded units (NAL units of H.264, without start codes).
        fps: Pictures per second.
        parameters: Its parameter sets, as the description has them.
    """

    units: Sequence[Sequence[bytes]]
    fps: float
    parameters: Sequence[bytes]

    @classmethod
    def read(cls, path: Path, fps: float) -> CodedFilm:
        """Read a file in Matroska: four bytes of length before each unit (ISO/IEC 14496-15)."""
        stream = open_file(path)
        record = stream.decoder.extradata or b""
        units = [tuple(_units(bytes(packet))) for packet in stream.packets if packet.size]
        stream.close()
        return cls(units, fps, tuple(_parameters(record)))

    def description(self) -> str:
        """Return it as SDP."""
        sets = ",".join(base64.b64encode(each).decode() for each in self.parameters)
        return "\r\n".join(
            ["v=0", f"o=- 0 0 IN IP4 {HOST}", "s=bench", "c=IN IP4 0.0.0.0", "t=0 0", "a=control:*",
             f"m=video 0 RTP/AVP {PAYLOAD_TYPE}", f"a=rtpmap:{PAYLOAD_TYPE} H264/{CLOCK_HZ}",
             f"a=fmtp:{PAYLOAD_TYPE} packetization-mode=1;sprop-parameter-sets={sets}", "a=control:trackID=0", ""]
        )  # fmt: skip


def _units(coded: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(coded):
        (size,) = struct.unpack_from(">I", coded, at)
        yield coded[at + 4 : at + 4 + size]
        at += 4 + size


def _parameters(record: bytes) -> Iterator[bytes]:
    """Return the parameter sets of a decoder configuration record (avcC)."""
    at = 5
    for mask in (0x1F, 0xFF):
        number, at = record[at] & mask, at + 1
        for _ in range(number):
            (size,) = struct.unpack_from(">H", record, at)
            yield record[at + 2 : at + 2 + size]
            at += 2 + size


def rtp(units: Sequence[bytes], ticks: int, first: int) -> bytes:
    """Return a picture as RTP packets, each with the four bytes that go before it in an RTSP connection.

    Args:
        units: Its coded units.
        ticks: Its time.
        first: The number of its first packet.
    """
    parts = [part for unit in units for part in _parts(unit)]
    sent = bytearray()
    for place, part in enumerate(parts):
        marked = 0x80 if place == len(parts) - 1 else 0
        head = struct.pack(">BBHII", 0x80, marked | PAYLOAD_TYPE, (first + place) & 0xFFFF, ticks & 0xFFFFFFFF, 1)
        sent += struct.pack(">cBH", b"$", 0, len(head) + len(part)) + head + part
    return bytes(sent)


def _parts(unit: bytes) -> Iterator[bytes]:
    """Return a unit as it is, or in parts where it is too large (FU-A)."""
    if len(unit) <= LARGEST:
        yield unit
        return
    for at in range(1, len(unit), LARGEST):
        begins, ends = at == 1, at + LARGEST >= len(unit)
        yield bytes([unit[0] & 0xE0 | FU_A, begins << 7 | ends << 6 | unit[0] & 0x1F]) + unit[at : at + LARGEST]


async def _request(reader: asyncio.StreamReader) -> str:
    """Return the next request's head; what the other side says of how RTP arrives (RTCP, interleaved) is passed over."""
    while (begin := await reader.readexactly(1)) == b"$":
        _, size = struct.unpack(">BH", await reader.readexactly(3))
        await reader.readexactly(size)
    return (begin + await reader.readuntil(b"\r\n\r\n")).decode()


class RtspCameras:
    """All cameras of one server."""

    def __init__(self, film: CodedFilm) -> None:
        self._film = film
        self._played = count()
        packets = (sum(1 for unit in units for _ in _parts(unit)) for units in film.units)
        self._before = [0, *accumulate(packets)]
        """RTP packets before each picture of the film."""
        self._coded = lru_cache(LATEST_PICTURES)(self._picture)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection until it ends."""
        sending: asyncio.Task[None] | None = None
        try:
            while True:
                head = await _request(reader)
                writer.write(self._answer(head).encode())
                if head.startswith("PLAY"):
                    sending = asyncio.create_task(self._send(writer, next(self._played)))
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            if sending is not None:
                sending.cancel()
            writer.close()

    def _answer(self, head: str) -> str:
        told = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        answer = f"RTSP/1.0 200 OK\r\nCSeq: {told['CSeq']}\r\n"
        if head.startswith("DESCRIBE"):
            body = self._film.description()
            return f"{answer}Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        if head.startswith("SETUP"):
            answer += f"Session: 1;timeout=60\r\nTransport: {told['Transport']}\r\n"
        if head.startswith("PLAY"):
            answer += "Session: 1\r\n"
        return f"{answer}\r\n"

    async def _send(self, writer: asyncio.StreamWriter, camera: int) -> None:
        loop = asyncio.get_running_loop()
        began_s = loop.time() + camera * SPREAD_S % 1
        for place in count():
            await asyncio.sleep(max(0.0, began_s + place / self._film.fps - loop.time()))
            writer.write(self._coded(place))
            await writer.drain()

    def _picture(self, place: int) -> bytes:
        """Return the picture of a place; all cameras send the same, one after the other."""
        take, number = divmod(place, len(self._film.units))
        first = take * self._before[-1] + self._before[number]
        return rtp(self._film.units[number], round((place + 1) * CLOCK_HZ / self._film.fps), first)


async def _main(path: Path, fps: float) -> None:
    server = await asyncio.start_server(RtspCameras(CodedFilm.read(path, fps)).serve, HOST, 0, backlog=1_000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), float(sys.argv[2])))
