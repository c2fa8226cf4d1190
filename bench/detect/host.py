"""Host: which instructions a processor has for 8-bit models; speeds of one host say nothing of another without them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

CPUINFO: Final = Path("/proc/cpuinfo")
INSTRUCTIONS: Final = ("avx2", "avx512f", "avx_vnni", "avx512_vnni", "amx_int8", "asimddp", "i8mm")
"""Names of Linux, from the slowest for 8 bits to the fastest: of x86, and the last two of ARM."""


def instructions(cpuinfo: str) -> list[str]:
    """Return which of them a host has, by the text of its `/proc/cpuinfo`; empty where it names no flags."""
    lines = (line.partition(":") for line in cpuinfo.splitlines())
    flags = next((value.split() for name, _, value in lines if name.strip() in ("flags", "Features")), [])
    return [each for each in INSTRUCTIONS if each in flags]


def of_this_host() -> list[str]:
    """Return those of this host; empty on a system without `/proc`."""
    return instructions(CPUINFO.read_text()) if CPUINFO.is_file() else []
