"""Memory: how much memory a process on this machine, or in this container, can still take."""

from __future__ import annotations

from pathlib import Path


def available_memory_mb(root: Path = Path("/")) -> int | None:
    """Return the memory that this process can still take, in MiB: the machine's or its container's, whichever is less.

    Args:
        root: Where `proc` and `sys` are, for tests.

    Returns:
        None where the kernel does not tell.
    """
    try:
        lines = (root / "proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    kilobytes = [int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")]
    cgroups = root / "sys/fs/cgroup"
    limits = (
        _cgroup_free_bytes(cgroups, "memory.max", "memory.current", "inactive_file"),
        _cgroup_free_bytes(cgroups / "memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    )
    free_bytes = [1024 * kb for kb in kilobytes] + [limit for limit in limits if limit is not None]
    return min(free_bytes) // 2**20 if free_bytes else None


def _cgroup_free_bytes(folder: Path, limit: str, used: str, droppable: str) -> int | None:
    """Return what a container's limit leaves, cached files that can be dropped included; None without a limit."""
    try:
        statistics = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
        free = int((folder / limit).read_text()) - int((folder / used).read_text())
    except (OSError, ValueError):  # no such cgroup, or "max"
        return None
    return free + int(statistics.get(droppable, 0))
