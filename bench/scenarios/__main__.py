"""`python -m bench.scenarios --seed N --out DIR`: write one scenario of each kind."""

from __future__ import annotations

import argparse
from pathlib import Path

from bench.scenarios.generating import HELD_OUT_SEEDS, write_set


def main() -> None:
    """Write the scenarios and tell where."""
    parser = argparse.ArgumentParser(prog="python -m bench.scenarios", description="Write labelled scenarios.")
    parser.add_argument(
        "--seed", type=int, action="append", help="may be given several times; default: the held-out ones"
    )
    parser.add_argument("--hours", type=float, help="how long each lasts at most")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    for path in write_set(given.out, given.seed or HELD_OUT_SEEDS, given.hours):
        print(path)


if __name__ == "__main__":
    main()
