"""Calls: which P2000 messages are one report: the network gives no ids, and repeats a call for each group of pagers.

Equal texts (without urgency, markers and blanks) within `SAME_CALL` of the first are one report. A withdrawal belongs to
the newest report within `WITHDRAWN_WITHIN` with the same text, else to the newest with a unit in common at the same place,
else to a report that has not come yet. The id carries the first moment, a digest of the text and the units, so that the
memory can be rebuilt from the incidents that were sent.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

SAME_CALL: Final = timedelta(minutes=30)
WITHDRAWN_WITHIN: Final = timedelta(hours=2)
MAX_UNITS: Final = 4
_FORMAT: Final = "%Y%m%dT%H%M%SZ"
_ID: Final = re.compile(r"(\d{8}T\d{6}Z)-([0-9a-f]{12})((?:-\d{5,6}){0,4})")


@dataclass(frozen=True, slots=True)
class Call:
    """One report as it is remembered: when it came first (UTC), and what tells it from others."""

    source_id: str
    first_at: datetime
    digest: str
    units: frozenset[str]
    place: str


def digest_of(text: str) -> str:
    """Return a short digest of a message's text, regardless of case and blanks."""
    return hashlib.sha256(" ".join(text.lower().split()).encode()).hexdigest()[:12]


class CallMemory:
    """The calls of the last two hours, oldest first."""

    def __init__(self) -> None:
        self._calls: OrderedDict[str, Call] = OrderedDict()
        self._by_digest: dict[str, Call] = {}
        self._newest_at = datetime.min.replace(tzinfo=UTC)

    def report(self, digest: str, units: tuple[str, ...], place: str, at: datetime) -> Call:
        """Return the call that a message is about; a new one where none is near enough in time."""
        call = self._by_digest.get(digest)
        if call is not None and abs(at - call.first_at) <= SAME_CALL:
            return call
        return self._add(digest, units, place, at)

    def withdrawal(self, digest: str, units: tuple[str, ...], place: str, at: datetime) -> Call:
        """Return the call that a withdrawal is about."""
        same = self._by_digest.get(digest)
        if same is not None and abs(at - same.first_at) <= WITHDRAWN_WITHIN:
            return same
        for call in self._newest_first():
            near = abs(at - call.first_at) <= WITHDRAWN_WITHIN
            if near and place and call.place == place and call.units & set(units):
                return call
        return self._add(digest, units, place, at)

    def recall(self, source_id: str, place: str) -> None:
        """Learn of a report that was sent before."""
        match = _ID.fullmatch(source_id)
        if match:
            first_at = datetime.strptime(match[1], _FORMAT).replace(tzinfo=UTC)
            self._keep(Call(source_id, first_at, match[2], frozenset(match[3].split("-")[1:]), place))

    def _add(self, digest: str, units: tuple[str, ...], place: str, at: datetime) -> Call:
        kept = units[:MAX_UNITS]
        source_id = "-".join([at.astimezone(UTC).strftime(_FORMAT), digest, *kept])
        return self._keep(Call(source_id, at.replace(microsecond=0), digest, frozenset(kept), place))

    def _keep(self, call: Call) -> Call:
        self._calls[call.source_id] = call
        self._calls.move_to_end(call.source_id)
        self._by_digest[call.digest] = call
        self._newest_at = max(self._newest_at, call.first_at)
        while self._newest_at - next(iter(self._calls.values())).first_at > WITHDRAWN_WITHIN:
            _, oldest = self._calls.popitem(last=False)
            if self._by_digest.get(oldest.digest) is oldest:
                del self._by_digest[oldest.digest]
        return call

    def _newest_first(self) -> Iterator[Call]:
        return reversed(self._calls.values())
