"""Systems that are asked what changed: Signalen's private API, and Meldingen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from streams.intake.polling.base import (
    PolledPage,
    PolledSource,
    Question,
    UnreadablePageError,
    moment_of,
    page_of,
    read_answer,
)

PAGE_SIZE: Final = 100


class SignalenApi:
    """Signalen's private API: `updated_after` takes what changed at or after a moment, oldest first (`ordering`)."""

    name = "signalen"

    def question(self, since: datetime, page: int) -> Question:
        """Return what to ask."""
        parameters = {
            "updated_after": since.isoformat(), "ordering": "updated_at", "page_size": str(PAGE_SIZE), "page": str(page)
        }  # fmt: skip
        return Question("/signals/v1/private/signals/", tuple(parameters.items()))

    def page(self, content: bytes, since: datetime) -> PolledPage:
        """Return what an answer has: `results`, and in `_links` whether another page follows."""
        said = read_answer(content)
        found = said.get("results") if isinstance(said, dict) else None
        if not isinstance(found, list):
            raise UnreadablePageError("expected results, a list")
        return page_of(found, "updated_at", more=_has_next(said))


class MeldingenApi:
    """Meldingen's API: it cannot be asked for what changed, so the newest changes are read until they are known."""

    name = "meldingen"

    def question(self, since: datetime, page: int) -> Question:
        """Return what to ask."""
        parameters = {
            "sort": json.dumps(["updated_at", "DESC"]), "limit": str(PAGE_SIZE), "offset": str((page - 1) * PAGE_SIZE)
        }  # fmt: skip
        return Question("/melding/", tuple(parameters.items()))

    def page(self, content: bytes, since: datetime) -> PolledPage:
        """Return what an answer has that changed at or after `since`; a page with something older is the last."""
        said = read_answer(content)
        if not isinstance(said, list):
            raise UnreadablePageError("expected a list")
        found = [each for each in said if (moment_of(each, "updated_at") or since) >= since]
        return page_of(found, "updated_at", more=len(found) == len(said) == PAGE_SIZE, descending=True)


def _has_next(said: Mapping[str, Any]) -> bool:
    links = said.get("_links")
    following = links.get("next") if isinstance(links, dict) else said.get("next")
    return bool(following.get("href") if isinstance(following, dict) else following)


SYSTEMS: Final[Mapping[str, PolledSource]] = {system.name: system for system in (SignalenApi(), MeldingenApi())}
"""A new system is one line here."""
