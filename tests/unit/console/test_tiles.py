"""Tiles come from the one configured server, are images by their bytes, and are kept on disk within bounds."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from console.tiles import KEPT_S, LARGEST, TileServer
from console.wire.problems import ProblemError
from streams.errors import ConfigurationError

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 100
JPEG = b"\xff\xd8\xff" + b"y" * 100
ADDRESS = "https://tiles.example/{z}/{x}/{y}.png"


class Far:
    """Far: a server of tiles that answers as it is told, and notes what it was asked."""

    def __init__(self, answer: Callable[[httpx2.Request], httpx2.Response]) -> None:
        self.asked: list[str] = []
        self._answer = answer

    def client(self) -> httpx2.AsyncClient:
        """Return a client that reaches it alone."""

        def handle(request: httpx2.Request) -> httpx2.Response:
            self.asked.append(str(request.url))
            return self._answer(request)

        return httpx2.AsyncClient(transport=httpx2.MockTransport(handle), follow_redirects=False)


def test_nothing_configured_is_404(tmp_path: Path) -> None:
    """And nobody is asked."""
    with pytest.raises(ProblemError, match="no_tiles"):
        asyncio.run(TileServer("", tmp_path).tile(1, 0, 0))


def test_a_tile_is_fetched_once(tmp_path: Path) -> None:
    """However many ask at the same time, and again by a second console on the same disk; its type is that of its bytes."""
    far = Far(lambda _: httpx2.Response(200, content=PNG, headers={"content-type": "text/html"}))
    server = TileServer(ADDRESS, tmp_path, far.client())

    async def many() -> list[tuple[bytes, str]]:
        return await asyncio.gather(*(server.tile(12, 2_100, 1_350) for _ in range(5)))

    assert asyncio.run(many()) == [(PNG, "image/png")] * 5
    assert far.asked == ["https://tiles.example/12/2100/1350.png"]
    again = TileServer(ADDRESS, tmp_path, far.client())
    assert asyncio.run(again.tile(12, 2_100, 1_350)) == (PNG, "image/png")
    assert len(far.asked) == 1


def test_an_old_tile_is_fetched_anew_and_still_shown_where_that_fails(tmp_path: Path) -> None:
    """A map of last week is better than none."""
    answers = [httpx2.Response(200, content=PNG), httpx2.Response(500), httpx2.Response(200, content=JPEG)]
    far = Far(lambda _: answers.pop(0))

    async def three() -> list[str]:
        server, kinds = TileServer(ADDRESS, tmp_path, far.client()), []
        for _ in range(3):
            kinds.append((await server.tile(1, 0, 0))[1])
            for path in tmp_path.rglob("*.tile"):
                os.utime(path, (path.stat().st_mtime - KEPT_S - 1,) * 2)
        return kinds

    assert asyncio.run(three()) == ["image/png", "image/png", "image/jpeg"]


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(200, content=b"<svg onload='x'/>", headers={"content-type": "image/svg+xml"}),
        httpx2.Response(200, content=b"<html>", headers={"content-type": "image/png"}),
        httpx2.Response(200, content=b""),
        httpx2.Response(200, content=PNG + b"x" * LARGEST),
        httpx2.Response(200, content=b"RIFF0000WAVE"),
        httpx2.Response(302, headers={"location": "http://169.254.169.254/latest"}),
        httpx2.Response(403),
        httpx2.Response(429),
    ],
)
def test_what_is_no_tile_is_not_served(tmp_path: Path, answer: httpx2.Response) -> None:
    """Nothing that is no image, nothing large, no other host; nothing of it is kept."""
    far = Far(lambda _: answer)
    with pytest.raises(ProblemError, match="tiles_away"):
        asyncio.run(TileServer(ADDRESS, tmp_path, far.client()).tile(1, 0, 0))
    assert far.asked == ["https://tiles.example/1/0/0.png"]
    assert list(tmp_path.rglob("*.tile")) == []


def test_a_server_that_is_away(tmp_path: Path) -> None:
    """Is said so."""

    def away(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectTimeout("no answer")

    with pytest.raises(ProblemError, match="tiles_away"):
        asyncio.run(TileServer(ADDRESS, tmp_path, Far(away).client()).tile(1, 0, 0))


def test_a_tile_that_is_not_there_is_asked_for_once(tmp_path: Path) -> None:
    """For ten minutes; one that no zoom has is not asked for at all."""
    far = Far(lambda _: httpx2.Response(404))

    async def ask() -> None:
        server = TileServer(ADDRESS, tmp_path, far.client())
        for place in ((3, 1, 1), (3, 1, 1), (3, 8, 0), (3, 0, 8), (23, 0, 0)):
            with pytest.raises(ProblemError, match="no_such_tile"):
                await server.tile(*place)

    asyncio.run(ask())
    assert far.asked == ["https://tiles.example/3/1/1.png"]


def test_a_broken_tile_on_disk_is_fetched_anew(tmp_path: Path) -> None:
    """It is no image any more."""
    far = Far(lambda _: httpx2.Response(200, content=PNG))

    async def ask() -> None:
        server = TileServer(ADDRESS, tmp_path, far.client())
        await server.tile(1, 0, 0)
        for path in tmp_path.rglob("*.tile"):
            path.write_bytes(b"")
        assert await server.tile(1, 0, 0) == (PNG, "image/png")

    asyncio.run(ask())
    assert len(far.asked) == 2


def test_the_disk_is_bounded(tmp_path: Path) -> None:
    """The oldest tiles make room; a disk that cannot be written costs speed, not the map."""
    far = Far(lambda _: httpx2.Response(200, content=PNG))

    async def fill(folder: Path, bound: int) -> None:
        server = TileServer(ADDRESS, folder, far.client(), disk_bytes=bound)
        for x in range(30):
            assert (await server.tile(8, x, 0))[0] == PNG

    asyncio.run(fill(tmp_path / "a", 1_000))
    left = list((tmp_path / "a").rglob("*.tile"))
    assert sum(path.stat().st_size for path in left) <= 1_000
    assert (tmp_path / "a/8/29/0.tile").exists()
    assert not (tmp_path / "a/8/0/0.tile").exists()
    (tmp_path / "b").write_text("a file where a folder should be")
    asyncio.run(fill(tmp_path / "b", 1_000))


@pytest.mark.parametrize(
    "address",
    [
        "tiles.example/{z}/{x}/{y}", "ftp://tiles.example/{z}/{x}/{y}", "https://{z}.example/{x}/{y}", "https://tiles.example/{z}/{x}",
        "https://user:secret@tiles.example/{z}/{x}/{y}", "https://tiles.example/{z}/{x}/{y}/{s}", "https:///{z}/{x}/{y}", "{",
        "https://tiles.example/{z.real}/{x}/{y}",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_one_line(tmp_path: Path, address: str) -> None:
    """That names the variable, at the start."""
    with pytest.raises(ConfigurationError, match="TOEZICHT_CONSOLE_TILES"):
        TileServer(address, tmp_path)
