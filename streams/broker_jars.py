"""Apache Kafka's jars: resolved by `jgo` once, then found in the cache without a network."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

from streams.errors import ToezichtError

KAFKA_VERSION: Final = "4.1.1"
COORDINATE: Final = f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}"
MARKER: Final = f"kafka-{KAFKA_VERSION}.complete"


class DownloadError(ToezichtError):
    """The jars are not in the cache and cannot be fetched."""


def kafka_jars(cache_dir: Path, progress: Callable[[str], None]) -> list[Path]:
    """Return the jars of the broker, downloading them the first time (43 MB).

    Raises:
        DownloadError: They could not be fetched; names the likely reason.
    """
    marker = cache_dir / MARKER
    if marker.is_file():
        jars = [Path(line) for line in marker.read_text().splitlines()]
        if jars and all(jar.is_file() for jar in jars):
            return jars
    progress(f"downloading Apache Kafka {KAFKA_VERSION} (once, about 43 MB)")
    jars = _resolve(cache_dir)
    marker.write_text("\n".join(str(jar) for jar in jars))
    return jars


def _resolve(cache_dir: Path) -> list[Path]:
    from jgo import EnvironmentBuilder, LinkStrategy, MavenContext
    from jgo.maven import PythonResolver

    logging.getLogger("jgo").setLevel(logging.ERROR)
    cache_dir.mkdir(parents=True, exist_ok=True)
    try:
        context = MavenContext(resolver=PythonResolver(), repo_cache=cache_dir / "maven")
        builder = EnvironmentBuilder(context=context, cache_dir=cache_dir / "jgo", link_strategy=LinkStrategy.HARD)
        environment = builder.from_endpoint(endpoint=COORDINATE)
        folder = Path(environment.path)
    except Exception as error:  # jgo raises what its parts raise: requests, OSError, RuntimeError, ValueError
        reason = str(error).splitlines()[0][:160] if str(error) else type(error).__name__
        raise DownloadError(
            f"Apache Kafka {KAFKA_VERSION} could not be downloaded to {cache_dir}: {reason}; "
            "check the network, or set KAFKA_BOOTSTRAP_SERVERS to use an existing cluster"
        ) from None
    jars = sorted(folder.rglob("*.jar"))
    if not jars:
        raise DownloadError(f"Apache Kafka {KAFKA_VERSION}: nothing was downloaded to {cache_dir}")
    return jars
