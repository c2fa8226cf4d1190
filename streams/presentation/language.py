"""Languages in which operators read: Dutch first, English second."""

from __future__ import annotations

from enum import StrEnum


class Language(StrEnum):
    """In which language the list's own words are."""

    NL = "nl"
    EN = "en"
