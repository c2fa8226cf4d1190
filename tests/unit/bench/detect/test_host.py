"""The instructions of a host are told with each speed."""

from __future__ import annotations

import pytest

from bench.detect.host import instructions


@pytest.mark.parametrize(
    ("cpuinfo", "found"),
    [
        (
            "processor\t: 0\nflags\t\t: fpu avx2 avx512f avx512_vnni amx_int8\n",
            ["avx2", "avx512f", "avx512_vnni", "amx_int8"],
        ),
        ("processor\t: 0\nFeatures\t: fp asimd asimddp i8mm\n", ["asimddp", "i8mm"]),
        ("flags : fpu sse2\n", []),
        ("", []),
    ],
)
def test_what_is_known_of_a_host(cpuinfo: str, found: list[str]) -> None:
    """Of x86 and ARM, in the order of speed; nothing where nothing is told."""
    assert instructions(cpuinfo) == found
