"""A client that dawdles holds nothing: a head that is not whole in time ends its connection, at a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

from streams.serving.patience import patient
from streams.serving.served_at import ServedAt
from streams.serving.server import configured, listen

HEAD_S = 0.3
REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def _app(scope: Any, receive: Any, send: Any) -> None:
    await asyncio.sleep(2 * HEAD_S if scope["path"] == "/slow" else 0)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@asynccontextmanager
async def _connection() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    at = ServedAt("TOEZICHT_TEST", "127.0.0.1", 0)
    listening = listen(at)
    server = uvicorn.Server(configured(_app, at, http=patient(HEAD_S)))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        await asyncio.sleep(0.005)
    reader, writer = await asyncio.open_connection(*listening.getsockname()[:2])
    try:
        yield reader, writer
    finally:
        writer.close()
        server.should_exit = True
        await task
        listening.close()


def _talk(talk: Talk) -> None:
    async def main() -> None:
        async with _connection() as (reader, writer):
            await asyncio.wait_for(talk(reader, writer), 60)

    asyncio.run(main())


async def _answered(reader: asyncio.StreamReader) -> None:
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    assert await reader.readexactly(2) == b"ok"


async def _is_cut(reader: asyncio.StreamReader) -> bool:
    try:
        return await reader.read(1) == b""
    except ConnectionError:
        return True


def test_who_says_nothing_is_cut() -> None:
    """A connection without a request holds none of the places for long."""

    async def talk(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        assert await _is_cut(reader)

    _talk(talk)


def test_a_head_that_comes_byte_by_byte_is_cut() -> None:
    """Each byte comes soon, and the whole does not (slowloris)."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        cut = asyncio.create_task(_is_cut(reader))
        while not cut.done():
            writer.write(b"G")
            await asyncio.sleep(HEAD_S / 10)
        assert cut.result()

    _talk(talk)


def test_a_second_request_has_the_same_time() -> None:
    """On a connection that is kept: begun and not ended, it is cut."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(REQUEST)
        await _answered(reader)
        writer.write(REQUEST[:10])
        assert await _is_cut(reader)

    _talk(talk)


def test_an_answer_that_takes_long_is_waited_for() -> None:
    """The deadline is of the head alone, and a connection that is kept goes on."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2):
            writer.write(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
            await _answered(reader)
            await asyncio.sleep(2 * HEAD_S)
        writer.write(REQUEST)
        await _answered(reader)

    _talk(talk)
