"""Sources base: what a source of reports is, and how to add one.

A source is one file here with one class: it turns one line (or document, `Cut`) of its feed into a `RawReport`,
`NotForUs` or `Unreadable`, and never raises. Names, free text, telephone numbers and house numbers are dropped in that
class, so that nothing behind it ever sees them. A line in `registry` makes its command `intake NAME`, and has its dead
letters replayed; an entry in `tests/contract/test_incident_source_contract.py` holds it to what is said here.

Example::

    class BellOptions(SourceOptions):
        '''Read a bell from standard input, one line for each time that it rings.'''

        street: str = Field("", description="Where it hangs")

    class Bell:
        name = "bell"
        Options = BellOptions

        @classmethod
        def from_options(cls, options: BellOptions, time_zone: str) -> Bell:
            return cls(options.street)

        def read(self, content: bytes, now: datetime) -> Reading:
            if content != b"ding":
                return Unreadable(DeadLetterReason.UNREADABLE_REPORT, "expected ding")
            return RawReport(source="bell", source_id=..., ...)

        def overdue(self, now: datetime, *, ending: bool = False) -> Iterable[Reading]:
            return ()

        def recall(self, incident: Incident) -> None:
            pass
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from schemas.incidents import Incident
from streams.domain.incidents.raw_report import Reading

Opts_contra = TypeVar("Opts_contra", bound="SourceOptions", contravariant=True)


class Cut(StrEnum):
    """Cut: where a feed is cut into what is read at a time."""

    LINES = "lines"
    ALERTS = "alerts"
    """XML documents of CAP, one after the other, over any number of lines."""


class SourceOptions(BaseModel):
    """Source options: what every source is told when it is made.

    Each field is an option of its command, with the description as help.

    The docstring of a source's own model is the help of its command. `cut` says how its feed is cut,
    and `silent_after_s` for how long it may say nothing before operations are told (s; 0 for as long as it likes).
    """

    cut: ClassVar[Cut] = Cut.LINES
    silent_after_s: ClassVar[float] = 0.0

    model_config = ConfigDict(frozen=True, extra="forbid")

    run: str = Field(
        "", description="A name for this run: the same reports under another name are other reports (scenarios)"
    )


class IncidentSource(Protocol):
    """One feed of reports.

    Attributes:
        name: The feed; also a metric label, and what dead letters name as the place where a line stood.
    """

    name: str

    def read(self, content: bytes, now: datetime) -> Reading:
        """Return what one line says. Never raises, whatever the bytes.

        Args:
            content: One line without its line end.
            now: When it was read (UTC).
        """

    def overdue(self, now: datetime, *, ending: bool = False) -> Iterable[Reading]:
        """Return what lines say that were kept for the rest of their report, which did not come in time; mostly nothing.

        Args:
            now: When it is asked (UTC): after each line, and while none comes.
            ending: Whether the feed ends, so that nothing is awaited any more.
        """

    def recall(self, incident: Incident) -> None:
        """Learn of a report that this feed gave before the process was started again, oldest first."""


class ConfiguredSource(IncidentSource, Protocol[Opts_contra]):
    """A source as the registry knows it: it says which options it takes, and is made from them.

    Attributes:
        Options: The model of its options.
    """

    Options: type[Any]

    @classmethod
    def from_options(cls, options: Opts_contra, time_zone: str, /) -> Self:
        """Return the source.

        Args:
            options: Of the type `Options`.
            time_zone: The zone of times that name none.

        Raises:
            ConfigurationError: An option is wrong.
            FileError: A file that one names is wrong.
        """
