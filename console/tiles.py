"""Tiles: the map's background, fetched from the one configured server, kept on disk, and served by the console.

Operators' machines ask nobody but the console, and the console asks nobody but that server: redirects are not followed.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Final
from urllib.parse import urlsplit

import httpx2

from console.wire.problems import ProblemError
from streams.errors import ConfigurationError

TIMEOUT: Final = httpx2.Timeout(5.0, connect=3.0)
LARGEST: Final = 512 * 1024
"""Bytes of one tile at most; those of 256 pixels have 5 to 60 kB."""
KEPT_S: Final = 7 * 86_400.0
"""How long a tile is served without asking again; an older one still is where the server does not answer."""
DISK_BYTES: Final = 500 * 1024 * 1024
AT_ONCE: Final = 4
"""Requests to the server at once: its owners ask for as much restraint."""
MISSING_S: Final = 600.0
DEEPEST: Final = 22
TYPES: Final = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff", "image/webp": b"RIFF"}
"""Media types that are served, and how their bytes begin. SVG is none: it can hold scripts."""


@dataclass(frozen=True, slots=True)
class TilePlace:
    """Tile place: zoom, column and row of the web's tile scheme; each is within its zoom."""

    z: int
    x: int
    y: int

    @property
    def exists(self) -> bool:
        """Return whether there is such a tile."""
        return 0 <= self.z <= DEEPEST and 0 <= self.x < 2**self.z and 0 <= self.y < 2**self.z


class TileServer:
    """Tile server: `console.api.parts.Tiles` on a server of tiles and a folder.

    Args:
        address: The server's, with `{z}`, `{x}` and `{y}`; empty: there is no background.
        folder: Where tiles are kept; made when the first comes.
        client: Fetches; a new one where None.
        disk_bytes: How much the folder holds; the longest unused go first.

    Raises:
        ConfigurationError: The address is none.
    """

    def __init__(
        self, address: str, folder: Path, client: httpx2.AsyncClient | None = None, disk_bytes: int = DISK_BYTES
    ) -> None:
        if address:
            _require(address)
        self._address, self._folder, self._disk_bytes = address, folder, disk_bytes
        self._client = client
        self._missing: dict[TilePlace, float] = {}
        self._under_way: dict[TilePlace, asyncio.Task[bytes | None]] = {}
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._bytes: int | None = None

    async def tile(self, z: int, x: int, y: int) -> tuple[bytes, str]:
        """Return a tile and its media type.

        Raises:
            ProblemError: 404, none are configured or there is no such tile; 503, their server does not answer.
        """
        place = TilePlace(z, x, y)
        if not self._address:
            raise ProblemError(404, "no_tiles", "no server of tiles is configured")
        if not place.exists or self._missing.get(place, 0.0) > time.monotonic():
            raise ProblemError(404, "no_such_tile", "expected a tile of that zoom")
        kept = await asyncio.to_thread(self._kept, place)
        if kept is not None and kept[1] < KEPT_S:
            return _typed(kept[0])
        try:
            fetched = await self._fetched(place)
        except (httpx2.HTTPError, OSError, ValueError):
            if kept is not None:
                return _typed(kept[0])
            raise ProblemError(
                503, "tiles_away", "the server of tiles does not answer as expected", retry_after_s=30
            ) from None
        if fetched is None:
            raise ProblemError(404, "no_such_tile", "the server has no such tile")
        return _typed(fetched)

    async def close(self) -> None:
        """Fetch no more."""
        for task in self._under_way.values():
            task.cancel()
        if self._client is not None:
            await self._client.aclose()

    async def _fetched(self, place: TilePlace) -> bytes | None:
        """Fetch a tile once, however many ask for it meanwhile."""
        task = self._under_way.get(place)
        if task is None:
            task = self._under_way[place] = asyncio.create_task(self._fetch(place))
            task.add_done_callback(lambda _: self._under_way.pop(place, None))
        return await asyncio.shield(task)

    async def _fetch(self, place: TilePlace) -> bytes | None:
        if self._client is None:
            self._client = httpx2.AsyncClient(timeout=TIMEOUT, follow_redirects=False, trust_env=True)
        address = self._address.format(z=place.z, x=place.x, y=place.y)
        async with (
            self._gate,
            self._client.stream("GET", address, headers={"User-Agent": "toezicht-console"}) as answer,
        ):
            if answer.status_code in {404, 410}:
                self._note_missing(place)
                return None
            if answer.status_code != httpx2.codes.OK:
                raise ValueError(f"status {answer.status_code}")
            data = b""
            async for piece in answer.aiter_bytes():
                data += piece
                if len(data) > LARGEST:
                    raise ValueError("too large")
        _typed(data)
        with contextlib.suppress(OSError):  # a full disk costs speed, not the map
            await asyncio.to_thread(self._keep, place, data)
        return data

    def _note_missing(self, place: TilePlace) -> None:
        if len(self._missing) > 10_000:
            self._missing.clear()
        self._missing[place] = time.monotonic() + MISSING_S

    def _path(self, place: TilePlace) -> Path:
        return self._folder / str(place.z) / str(place.x) / f"{place.y}.tile"

    def _kept(self, place: TilePlace) -> tuple[bytes, float] | None:
        """Return a tile from the disk and its age (s); one that is no image is none."""
        path = self._path(place)
        try:
            data, age_s = path.read_bytes(), time.time() - path.stat().st_mtime
            _typed(data)
        except (OSError, ValueError):
            return None
        return data, age_s

    def _keep(self, place: TilePlace, data: bytes) -> None:
        """Write a tile so that nobody reads half of it, and make room where the folder is full."""
        path = self._path(place)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(data)
        Path(file.name).replace(path)
        known = self._bytes if self._bytes is not None else sum(size for _, size, _ in self._tiles())
        self._bytes = known + len(data)
        if self._bytes > self._disk_bytes:
            self._make_room()

    def _make_room(self) -> None:
        """Remove the oldest tiles until a fifth is free."""
        tiles = sorted(self._tiles())
        left = sum(size for _, size, _ in tiles)
        for _, size, path in tiles:
            if left <= 0.8 * self._disk_bytes:
                break
            path.unlink(missing_ok=True)
            left -= size
        self._bytes = left

    def _tiles(self) -> list[tuple[float, int, Path]]:
        found = []
        for path in self._folder.rglob("*.tile"):
            with contextlib.suppress(OSError):
                about = path.stat()
                found.append((about.st_mtime, about.st_size, path))
        return found


def _typed(data: bytes) -> tuple[bytes, str]:
    """Return a tile with the media type that its bytes say; whatever its server calls it.

    Raises:
        ValueError: It is no image that is served.
    """
    for name, begins in TYPES.items():
        if data.startswith(begins) and (name != "image/webp" or data[8:12] == b"WEBP"):
            return data, name
    raise ValueError("no image")


def _require(address: str) -> None:
    """Check an address of tiles.

    Raises:
        ConfigurationError: It is none.
    """
    expected = "http(s)://host/… with {z}, {x} and {y} in its path"
    try:
        fields = {name for _, name, _, _ in Formatter().parse(address) if name is not None}
        parts = urlsplit(address)
        fine = parts.scheme in {"http", "https"} and parts.hostname and "{" not in parts.netloc and not parts.username
    except ValueError:
        fields, fine = set(), False
    if not fine or fields != {"z", "x", "y"}:
        raise ConfigurationError("environment", "TOEZICHT_CONSOLE_TILES", address, expected)
