"""Fragments: a long page comes in parts, some seconds apart, which are one message."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from streams.intake.sources.p2000.line import MAX_TEXT, Page

AWAITED: Final = timedelta(seconds=8)
"""How long the rest is awaited: a frame takes 1.875 s, and the next part stands in one of the next frames."""
KEPT_AT_MOST: Final = 64
"""More first parts within seconds than the network can send are noise."""


@dataclass(frozen=True, slots=True)
class FirstPart:
    """A first part whose rest is awaited: the page, when it was sent and when it came (UTC)."""

    page: Page
    moment: datetime
    came_at: datetime


class Fragments:
    """The first parts that wait, oldest first."""

    def __init__(self) -> None:
        self._held: OrderedDict[tuple[str, ...], FirstPart] = OrderedDict()

    def hold(self, held: FirstPart) -> None:
        """Keep a part that goes on, behind what is kept of the same page."""
        before = self._held.pop(held.page.capcodes, None)
        if before is not None and _near(before, held.moment):
            held = replace(before, page=_joined(before.page, held.page))
        self._held[held.page.capcodes] = held
        if len(self._held) > 2 * KEPT_AT_MOST:  # nobody asks for what is overdue
            self._held.popitem(last=False)

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._held)

    def complete(self, last: Page, moment: datetime) -> FirstPart | None:
        """Return the whole of which this is the last part, or None where its first part is not known."""
        before = self._held.get(last.capcodes)
        if before is None or not _near(before, moment):
            return None
        del self._held[last.capcodes]
        return replace(before, page=replace(_joined(before.page, last), part=last.part))

    def overdue(self, now: datetime, *, ending: bool) -> Iterator[FirstPart]:
        """Yield and forget the parts whose rest did not come in time; all of them where the feed ends."""
        for capcodes, held in list(self._held.items()):
            if ending or len(self._held) > KEPT_AT_MOST or now - held.came_at > AWAITED:
                del self._held[capcodes]
                yield held


def _near(held: FirstPart, moment: datetime) -> bool:
    return abs(moment - held.moment) <= AWAITED


def _joined(first: Page, then: Page) -> Page:
    return replace(first, text=(first.text + then.text)[:MAX_TEXT], repaired=first.repaired or then.repaired)
