"""Languages in which people read: Dutch first, English second."""

from __future__ import annotations

from enum import StrEnum


class Language(StrEnum):
    """In which language words are shown."""

    NL = "nl"
    EN = "en"
