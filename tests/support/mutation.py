"""Mutation: real input changed at random by a seed, for tests that no parser falls over what the field may send.

A parser is fuzzed with `fuzz`: it is given mutated seeds, must return or refuse in its own way, and the tally says how often it
did which. Nothing here looks at a clock: how many are tried is a count, which `TOEZICHT_FUZZ` multiplies for a long run.
"""

from __future__ import annotations

import copy
import os
import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final

FACTOR: Final = float(os.environ.get("TOEZICHT_FUZZ", "0.1"))
"""Which part of the full counts is tried: `make fuzz` tries all, daily tests a tenth."""
MOST_REPEATED: Final = 3_000
HOSTILE: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 1, 0.0, 1e-300, 1e300, -1e300, float("nan"), float("inf"), 10**30, -(10**30), 2**63,
    "", " ", "\x00", "\ud800", "0", "-1", "1,5", "1e999", "NaN", "null", "None", "undefined", "P", "x" * 5_000, "é" * 200,
    "\u202e\u200b", "｛", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-02-30T00:00:00Z", "2026-11-29T24:00:00+99:00",
    "1970-01-01", "'; --", "../../x", "%s%n", "{}", "[]", [], {}, [None], [[[[]]]], {"": ""}, {"lat": None}, {"lon": "x"},
    [1, 2], [1, 2, 3, 4], {"type": "Point"}, {"coordinates": {}}, {"coordinates": [None, None]}, {"$ref": "#"},
)  # fmt: skip
"""Values that partners' systems write where another was agreed, and some that only somebody hostile would."""
TOKENS: Final = (
    b"|", b"\\", b'"', b"'", b"{", b"}", b"[", b"]", b",", b":", b"\x00", b"\xff", b"\xc3", b"\xed\xa0\x80",
    b"\xef\xbb\xbf", b"\xff\xfe", b"\r", b"\t", b" ", b"null", b"NaN", b"1e999", b"9" * 400, b"-", b"\\u0000", b"\\ud800",
    b"[" * 200, b'{"a":' * 200, b"<!", b"&x;", b"!!python/object", b"*a", b"&a ", b"0001-01-01", b"FLEX", b"P 1", b"A1",
    b"(", b")", b"\xe2\x80\xae", b"\xf0\x9f\x98\x80",
)  # fmt: skip


class Mutator:
    """Changes bytes and values; the same seed gives the same changes."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def line(self, seeds: Sequence[bytes]) -> bytes:
        """Return one of the seeds with one to four changes."""
        changed = bytearray(self.random.choice(seeds))
        for _ in range(self.random.choice((1, 1, 1, 2, 2, 3, 4))):
            self._change(changed, seeds)
        return bytes(changed)

    def _change(self, line: bytearray, seeds: Sequence[bytes]) -> None:
        draw = self.random
        start = draw.randint(0, len(line))
        end = min(len(line), start + draw.choice((1, 1, 2, 4, 8, 40)))
        kind = draw.randrange(8)
        if kind == 0 and start < len(line):
            line[start] ^= 1 << draw.randrange(8)
        elif kind == 1:
            line[start:end] = draw.randbytes(draw.randint(1, 4))
        elif kind == 2:
            line[start:start] = draw.choice(TOKENS)
        elif kind == 3:
            del line[start:end]
        elif kind == 4:
            line[start:start] = line[start:end] * draw.choice((1, 2, 50))
            del line[len(line) :]
        elif kind == 5:
            del line[start:]
        elif kind == 6:
            other = draw.choice(seeds)
            cut = draw.randint(0, len(other))
            line[start:] = other[cut:]
        elif start < len(line):
            line[start:start] = bytes([line[start]]) * draw.choice((3, 30, MOST_REPEATED))

    def value(self, document: Any) -> Any:
        """Return a document of JSON with one to three of its values replaced, left out, wrapped or exchanged."""
        changed = copy.deepcopy(document)
        for _ in range(self.random.choice((1, 1, 2, 3))):
            changed = self._within(changed)
        return changed

    def _within(self, document: Any) -> Any:
        draw = self.random
        if isinstance(document, dict | list) and document and draw.random() < 0.9:
            places = list(document) if isinstance(document, dict) else list(range(len(document)))
            place = draw.choice(places)
            if isinstance(document, dict) and draw.random() < 0.1:
                del document[place]
            else:
                document[place] = self._within(document[place])
            return document
        kind = draw.randrange(6)
        if kind == 0:
            return [document] if draw.random() < 0.5 else {"value": document}
        if kind == 1 and isinstance(document, str):
            return self.line([document.encode("utf-8", "replace")]).decode("utf-8", "surrogateescape")
        if kind == 2 and isinstance(document, int | float):
            return document * draw.choice((-1, 0, 10, 1e6, 1e-6)) + draw.choice((0, 1, 0.5))
        if kind == 3:
            return str(document)
        return copy.deepcopy(draw.choice(HOSTILE))


def tries(count: int) -> int:
    """Return how many of a full count are tried in this run."""
    return max(1, round(count * FACTOR))


def fuzz(
    read: Callable[[Any], object], change: Callable[[], Any], count: int, allowed: tuple[type[Exception], ...] = ()
) -> Counter[str]:
    """Let a parser read what is changed, and return how often it gave what, by the name of its type.

    Args:
        read: The parser.
        change: Gives the next input.
        count: How many; times `TOEZICHT_FUZZ`.
        allowed: How it may refuse; its one line is checked.

    Raises:
        AssertionError: It raised something else; the input is told.
    """
    tally: Counter[str] = Counter()
    for number in range(tries(count)):
        given = change()
        try:
            tally[type(read(given)).__name__] += 1
        except allowed as error:
            words = str(error)
            assert words, f"input {number} was refused without a reason: {given!r}"
            assert len(words) <= 1_000, f"input {number} was refused at length: {words!r}"
            assert "\n" not in words, f"input {number} was refused in more than one line: {words!r}"
            tally[type(error).__name__] += 1
        except Exception as error:
            raise AssertionError(f"input {number} made it raise {error!r}: {str(given)[:2_000]!r}") from error
    return tally
