"""A message's id is its idempotency key for as long as its signature could be valid."""

from __future__ import annotations

import asyncio

import pytest

from streams.intake.http.replays import KEPT_S, Replays, ReusedIdError
from streams.intake.intake import Taken


async def _noted(replays: Replays, message_id: str, now_s: float) -> asyncio.Future[Taken]:
    answer: asyncio.Future[Taken] = asyncio.get_running_loop().create_future()
    replays.note("a", message_id, b"body", now_s, answer)
    return answer


def test_a_known_message_has_its_answer() -> None:
    """Of this sender alone, and until its signature can no longer be valid."""

    async def main() -> None:
        replays = Replays()
        answer = await _noted(replays, "m1", 0.0)
        assert replays.first("a", "m1", b"body", 1.0) is answer
        assert replays.first("b", "m1", b"body", 1.0) is None
        assert replays.first("a", "m2", b"body", 1.0) is None
        assert replays.first("a", "m1", b"body", KEPT_S) is answer
        assert replays.first("a", "m1", b"body", KEPT_S + 1) is None
        assert len(replays) == 0

    asyncio.run(main())


def test_an_id_with_other_content_is_an_error() -> None:
    """Its sender gives two messages one id: the second must not be taken for the first."""

    async def main() -> None:
        replays = Replays()
        await _noted(replays, "m1", 0.0)
        with pytest.raises(ReusedIdError):
            replays.first("a", "m1", b"another body", 1.0)

    asyncio.run(main())


def test_what_was_not_taken_can_be_tried_again() -> None:
    """It is new then."""

    async def main() -> None:
        replays = Replays()
        await _noted(replays, "m1", 0.0)
        replays.forget("a", "m1")
        assert replays.first("a", "m1", b"another body", 1.0) is None

    asyncio.run(main())


def test_it_keeps_a_bounded_number() -> None:
    """The oldest go first."""

    async def main() -> None:
        replays = Replays(most=3)
        for number in range(10):
            await _noted(replays, f"m{number}", 0.0)
        assert len(replays) == 3
        assert replays.first("a", "m6", b"body", 0.0) is None
        assert replays.first("a", "m9", b"body", 0.0) is not None

    asyncio.run(main())
