"""Limit: a server that keeps and renders nothing, with a page that only parses and paints.

`python -m bench.console.limit ROWS` serves the rows of a file as they stand there; what is posted to `/event` goes to all streams
at once, and so does the answer to an action. It prints its address.
"""

from __future__ import annotations

import asyncio
import gzip
import socket
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

HERE: Final = Path(__file__).parent


class LimitServer:
    """Limit server: hands on.

    Args:
        rows: The list, as lines of JSON.
    """

    def __init__(self, rows: bytes) -> None:
        self._rows = gzip.compress(rows, 6)
        self._streams: set[asyncio.Queue[bytes]] = set()

    def app(self) -> Starlette:
        """Return its addresses."""
        return Starlette(
            routes=[
                Route("/", lambda _: FileResponse(HERE / "limit.html")),
                Route("/limit.js", lambda _: FileResponse(HERE / "limit.js")),
                Route("/rows", self._list),
                Route("/stream", self._stream),
                Route("/event", self._take, methods=["POST"]),
                Route("/act", self._take, methods=["POST"]),
            ]
        )

    def _list(self, _: Request) -> Response:
        return Response(self._rows, media_type="application/x-ndjson", headers={"Content-Encoding": "gzip"})

    async def _take(self, request: Request) -> Response:
        row = await request.body()
        event, now_ms = b"event: alert\ndata: " + row + b"\n\n", time.time() * 1_000
        for stream in self._streams:
            stream.put_nowait(event)
        return JSONResponse({"at_ms": now_ms})

    def _stream(self, _: Request) -> Response:
        return StreamingResponse(self._events(), media_type="text/event-stream")

    async def _events(self) -> AsyncIterator[bytes]:
        waiting: asyncio.Queue[bytes] = asyncio.Queue()
        self._streams.add(waiting)
        try:
            yield b": here\n\n"
            while True:
                yield await waiting.get()
        finally:
            self._streams.discard(waiting)


def main(rows: Path) -> None:
    """Serve until it is killed."""
    listening = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    app = LimitServer(rows.read_bytes()).app()
    config = uvicorn.Config(app, http="h11", ws="none", lifespan="off", log_config=None, access_log=False)
    asyncio.run(uvicorn.Server(config).serve(sockets=[listening]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
