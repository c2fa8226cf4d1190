"""Apache Kafka's jars: resolved by `jgo` once, then found in the cache without a network."""

from __future__ import annotations

import fcntl
import logging
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from streams.errors import ToezichtError

KAFKA_VERSION: Final = "4.1.1"
COORDINATES: Final = (
    f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}",
    "org.slf4j:slf4j-simple:1.7.36",  # without a binding Kafka logs nothing, not even why it dies
)
PROGRESS_STEP_MB: Final = 10

Progress = Callable[[str], None]
Fetch = Callable[[Path, Progress], list[Path]]


class DownloadError(ToezichtError):
    """The jars are not in the cache and cannot be fetched."""


def kafka_jars(cache_dir: Path, progress: Progress, fetch: Fetch | None = None) -> Path:
    """Return the folder with the broker's jars, downloading them the first time (43 MB).

    The folder appears whole or not at all: an interrupted download leaves nothing that the next one would trust. Of two
    processes that start at once, one downloads and the other waits.

    Args:
        cache_dir: Where the folder is kept; it may be moved or copied to another machine.
        progress: Told what takes long.
        fetch: Puts jars somewhere below the folder that it gets and returns them; by default from Maven Central.

    Raises:
        DownloadError: They could not be fetched; names the likely reason.
    """
    folder = cache_dir / f"kafka-{KAFKA_VERSION}"
    if folder.is_dir():
        return folder
    try:
        cache_dir.mkdir(parents=True, exist_ok=True)
        with (cache_dir / "download.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.is_dir():
                progress(f"downloading Apache Kafka {KAFKA_VERSION} (once, about 43 MB)")
                _download(folder, progress, fetch or _fetch)
    except Exception as error:  # jgo raises what its parts raise: requests, OSError, RuntimeError, ValueError
        reason = str(error).splitlines()[0][:160] if str(error) else type(error).__name__
        raise DownloadError(
            f"Apache Kafka {KAFKA_VERSION} could not be downloaded to {cache_dir}: {reason}; "
            "check the network, or set KAFKA_BOOTSTRAP_SERVERS to use an existing cluster"
        ) from None
    return folder


def _download(folder: Path, progress: Progress, fetch: Fetch) -> None:
    scratch = folder.with_name("downloading")
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        jars = fetch(scratch / "fetched", progress)
        broken = [jar.name for jar in jars if not zipfile.is_zipfile(jar)]
        if broken or not jars:
            raise DownloadError(f"{broken[0]} is not a whole jar" if broken else "nothing was downloaded")
        whole = scratch / "jars"
        whole.mkdir()
        for jar in jars:
            jar.rename(whole / jar.name)
        whole.rename(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _fetch(folder: Path, progress: Progress) -> list[Path]:
    from jgo import EnvironmentBuilder, LinkStrategy, MavenContext
    from jgo.maven import PythonResolver

    logging.getLogger("jgo").setLevel(logging.ERROR)
    resolver = PythonResolver(progress_callback=_Meter(progress).file)
    context = MavenContext(resolver=resolver, repo_cache=folder / "maven")
    builder = EnvironmentBuilder(context=context, cache_dir=folder / "jgo", link_strategy=LinkStrategy.HARD)
    environment = builder.from_endpoint(endpoint="+".join(COORDINATES))
    return sorted(Path(environment.path).rglob("*.jar"))


class _Meter:
    """Says how much was downloaded, every few megabytes."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._bytes = 0

    @contextmanager
    def file(self, _name: str, _size_bytes: int) -> Iterator[Callable[[int], None]]:
        """Yield what jgo calls with each piece of one file."""
        yield self._add

    def _add(self, count: int) -> None:
        step = PROGRESS_STEP_MB * 1_000_000
        before, self._bytes = self._bytes // step, self._bytes + count
        if self._bytes // step > before:
            self._progress(f"downloaded {self._bytes // 1_000_000} MB")
