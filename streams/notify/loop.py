"""Loop: the event loop of this process in which requests run; only in one does a time bound all of a request."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from functools import cache
from typing import Any, Final, TypeVar

T = TypeVar("T")
_SLACK_S: Final = 2.0


def run_within(work: Coroutine[Any, Any, T], within_s: float) -> T:
    """Run something in the loop and return what it returns.

    Raises:
        TimeoutError: It took longer (s), and was cancelled.
    """

    async def bounded() -> T:
        async with asyncio.timeout(within_s):
            return await work

    future = asyncio.run_coroutine_threadsafe(bounded(), _loop())
    try:
        return future.result(within_s + _SLACK_S)
    except TimeoutError:
        future.cancel()
        raise


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="notify-http", daemon=True).start()
    return loop
