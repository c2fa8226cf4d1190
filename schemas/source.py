"""Event source: who sends, as the NL GOV profile for CloudEvents 1.1 names it: an organisation and its system.

`ce_source` is `urn:nld:oin:<organisation>:systeem:<system>`. The organisation is known by its OIN, twenty digits that Logius
hands out; the stage within the system stays in `ce_stage`. Together with `ce_id` it is the identity of an event.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

NO_ORGANISATION: Final = "0" * 20
"""What stands for an organisation where none is configured: no register has the prefix 00000000, so it is nobody's number."""
SYSTEM: Final = "toezicht"
_ORGANISATION: Final = re.compile(r"[0-9]{20}")
_SYSTEM: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,58}[A-Za-z0-9])?")


def checked_organisation(given: object) -> str:
    """Return an organisation's number (OIN) as it was given.

    Raises:
        ValueError: It is none. A number in a file needs quotes: without them its zeros in front are lost.
    """
    if isinstance(given, str) and _ORGANISATION.fullmatch(given):
        return given
    raise ValueError(f"the organisation's OIN, 20 digits in quotes, such as '{NO_ORGANISATION}'")


def checked_system(given: object) -> str:
    """Return a system's name as it was given; a URN takes it as it is, without encoding.

    Raises:
        ValueError: It is none.
    """
    if isinstance(given, str) and _SYSTEM.fullmatch(given):
        return given
    raise ValueError(f"a name of 1 to 60 letters, digits and . _ -, such as {SYSTEM}")


class EventSource(NamedTuple):
    """Event source: an organisation's number (OIN) and the name of its system."""

    organisation: str = NO_ORGANISATION
    system: str = SYSTEM

    @property
    def urn(self) -> str:
        """Return the source as a CloudEvent has it."""
        return f"urn:nld:oin:{self.organisation}:systeem:{self.system}"

    def beside(self, stage: str) -> EventSource:
        """Return the source of a stage that decides beside another one.

        Its events have the identities of the other's, and another content; a source and an id together must be one event's.
        """
        return self._replace(system=f"{self.system}-{stage}")
