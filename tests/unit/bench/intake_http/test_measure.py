"""The figures of reports by HTTP are medians of rounds, and the load counts what it is answered."""

from __future__ import annotations

import asyncio

from standardwebhooks import Webhook

from bench.intake_http.load import LoadResult, as_fast_as_answered, at_a_rate, requests
from bench.intake_http.measure import figures
from streams.clock import utc_now
from tests.support.intake_http import SECRET


def test_the_figures_are_medians_of_rounds() -> None:
    """And refusals are summed: a round that was refused measures nothing."""
    rounds = [
        (LoadResult(1.0, [float(ms)] * 100, 0), LoadResult(2.0, [float(ms)] * 100, refused))
        for ms, refused in ((1, 0), (9, 3), (5, 0))
    ]
    told = figures(rounds)
    assert (told["per_s"], told["full_p50_ms"], told["steady_p99_ms"], told["refused"]) == (100.0, 5.0, 5.0, 3.0)
    assert told["steady_reached_per_s"] == 50.0


def test_requests_are_signed_and_answers_are_counted() -> None:
    """Each once, over connections that are kept."""
    seen: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n") if not reader.at_eof() else b"":
            length = int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0])
            body = await reader.readexactly(length)
            headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
            Webhook(SECRET).verify(body, headers)
            seen.append(body)
            status = b"429 Too Many" if len(seen) % 10 == 0 else b"202 Accepted"
            writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 2\r\n\r\nok")

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await answer(reader, writer)
        except asyncio.IncompleteReadError:
            writer.close()

    async def main() -> None:
        server = await asyncio.start_server(served, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        fast = await as_fast_as_answered(port, requests(30, SECRET, utc_now(), port), 4)
        steady = await at_a_rate(port, requests(20, SECRET, utc_now(), port), 1_000, 4)
        assert (len(fast.latencies_ms), fast.refused, len(steady.latencies_ms), steady.refused) == (30, 3, 20, 2)
        server.close()
        await server.wait_closed()

    asyncio.run(asyncio.wait_for(main(), 60))
    assert len(set(seen)) == 50
