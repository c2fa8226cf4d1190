"""What the local broker decides before and after Java runs: configuration, memory, what a log says, whole downloads."""

from __future__ import annotations

import threading
import time
import zipfile
from pathlib import Path

import pytest

from streams.local.broker import (
    BESIDE_HEAP_MB,
    BrokerError,
    LocalBroker,
    server_properties,
    telling_line,
)
from streams.local.kafka_jars import KAFKA_VERSION, DownloadError, Progress, kafka_jars
from streams.local.memory import available_memory_mb


def _silent(_: str) -> None:
    pass


def _jar(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as jar:
        jar.writestr("kafka/Kafka.class", b"code" * 200)
    return path


def test_the_node_listens_on_this_machine_only_and_makes_no_topic_by_itself() -> None:
    """Every listener is on 127.0.0.1; all internal topics manage with one node."""
    lines = server_properties(9092, 9093, Path("/data/log")).splitlines()
    settings = dict(line.split("=", 1) for line in lines)
    assert settings["listeners"] == "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093"
    assert settings["advertised.listeners"] == "PLAINTEXT://127.0.0.1:9092"
    assert settings["controller.quorum.voters"] == "1@127.0.0.1:9093"
    assert settings["auto.create.topics.enable"] == "false"
    assert settings["log.dirs"] == "/data/log"
    assert {value for key, value in settings.items() if key.endswith(("replication.factor", "min.isr"))} == {"1"}


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        ("", "it said nothing"),
        ("SLF4J: no binding\nWARNING: deprecated\n", "it said nothing"),
        ("one\ntwo\n", "two"),
        (
            "[main] ERROR kafka.Kafka$ - Exiting Kafka due to fatal exception\n"
            "java.lang.RuntimeException: outer\n\tat kafka.Kafka$.main(Error.scala:1)\n"
            "Caused by: java.io.IOException: inner\n\t... 3 more\n",
            "java.io.IOException: inner",
        ),
        (
            "Error occurred during initialization of VM\nCould not reserve enough space for 9KB object heap\n",
            "Could not reserve enough space for 9KB object heap",
        ),
        (
            "# There is insufficient memory for the Java Runtime Environment to continue.\n# more\nlast\n",
            "There is insufficient memory for the Java Runtime Environment to continue.",
        ),
    ],
)
def test_the_telling_line_of_a_log_is_the_cause(log: str, expected: str) -> None:
    """Stacks and notices are passed over; what Java says about memory comes first."""
    assert telling_line(log) == expected


def _machine(root: Path, available_mb: int) -> Path:
    (root / "proc").mkdir()
    (root / "proc/meminfo").write_text(f"MemTotal: 99999999 kB\nMemAvailable: {available_mb * 1024} kB\n")
    return root


def _container(folder: Path, names: tuple[str, str, str], limit: str, used_mb: int, droppable_mb: int) -> None:
    folder.mkdir(parents=True)
    (folder / names[0]).write_text(f"{limit}\n")
    (folder / names[1]).write_text(f"{used_mb * 2**20}\n")
    (folder / "memory.stat").write_text(f"anon 1\n{names[2]} {droppable_mb * 2**20}\n")


V1 = ("sys/fs/cgroup/memory", ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"))
V2 = ("sys/fs/cgroup", ("memory.max", "memory.current", "inactive_file"))


@pytest.mark.parametrize("version", [V1, V2], ids=["v1", "v2"])
@pytest.mark.parametrize(("limit", "expected"), [(str(1000 * 2**20), 700), ("max", 8000), (str(2**62), 8000)])
def test_a_containers_limit_counts(
    tmp_path: Path, version: tuple[str, tuple[str, str, str]], limit: str, expected: int
) -> None:
    """What is left is the lesser of the machine's and the container's; cached files can be dropped."""
    folder, names = version
    _container(_machine(tmp_path, 8000) / folder, names, limit, used_mb=500, droppable_mb=200)
    assert available_memory_mb(tmp_path) == expected


def test_memory_is_unknown_where_the_kernel_does_not_tell(tmp_path: Path) -> None:
    """Without /proc there is no figure, and the broker is tried."""
    assert available_memory_mb(tmp_path) is None
    assert available_memory_mb(_machine(tmp_path, 123)) == 123


def test_short_memory_is_refused_before_anything_is_downloaded(tmp_path: Path) -> None:
    """One MiB too little: the error names both figures, and the cache stays untouched."""
    needed = 300 + BESIDE_HEAP_MB
    broker = LocalBroker(tmp_path / "d", tmp_path / "c", port=0, heap_mb=300, available_mb=lambda: needed - 1)
    with pytest.raises(BrokerError, match=f"{needed - 1} MiB of memory are free, .* heap of 300 MiB needs {needed}"):
        broker.start()
    assert not (tmp_path / "c").exists()


def test_jars_are_downloaded_once(tmp_path: Path) -> None:
    """The second time nothing is fetched and nothing is said; the scratch folder is gone."""
    said: list[str] = []

    def fetch(folder: Path, _: Progress) -> list[Path]:
        return [_jar(folder / "jars/kafka.jar"), _jar(folder / "modules/slf4j.jar")]

    def never(_: Path, __: Progress) -> list[Path]:
        raise AssertionError

    folder = kafka_jars(tmp_path, said.append, fetch)
    assert kafka_jars(tmp_path, said.append, never) == folder
    assert sorted(path.name for path in folder.iterdir()) == ["kafka.jar", "slf4j.jar"]
    assert said == [f"downloading Apache Kafka {KAFKA_VERSION} (once, about 43 MB)"]
    assert not (tmp_path / "downloading").exists()


def test_a_jar_that_is_cut_off_is_not_kept(tmp_path: Path) -> None:
    """A half download is an error that names the jar, and the next try starts anew."""

    def half(folder: Path, _: Progress) -> list[Path]:
        jar = _jar(folder / "kafka.jar")
        jar.write_bytes(jar.read_bytes()[:-40])
        return [jar]

    with pytest.raises(DownloadError, match=r"kafka\.jar is not a whole jar; check the network"):
        kafka_jars(tmp_path, _silent, half)
    assert kafka_jars(tmp_path, _silent, lambda folder, _: [_jar(folder / "kafka.jar")]).is_dir()


@pytest.mark.parametrize("error", [OSError("no route\nto host"), RuntimeError(), AssertionError()])
def test_whatever_fails_is_one_line(tmp_path: Path, error: Exception) -> None:
    """The resolver's own errors, with or without words, become one line that says what to do."""

    def fail(_: Path, __: Progress) -> list[Path]:
        raise error

    with pytest.raises(DownloadError, match="check the network, or set KAFKA_BOOTSTRAP_SERVERS") as caught:
        kafka_jars(tmp_path, _silent, fail)
    assert "\n" not in str(caught.value)


def test_nothing_fetched_is_an_error(tmp_path: Path) -> None:
    """An empty answer is no broker."""
    with pytest.raises(DownloadError, match="nothing was downloaded"):
        kafka_jars(tmp_path, _silent, lambda _, __: [])


def test_of_two_that_start_at_once_one_downloads(tmp_path: Path) -> None:
    """The second waits for the first and takes what it got."""
    fetched: list[Path] = []

    def slow(folder: Path, _: Progress) -> list[Path]:
        fetched.append(folder)
        time.sleep(0.2)
        return [_jar(folder / "kafka.jar")]

    threads = [threading.Thread(target=kafka_jars, args=(tmp_path, _silent, slow)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(fetched) == 1
