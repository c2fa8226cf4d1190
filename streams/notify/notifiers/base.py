"""Notifier: the port: what every way out does, and the options that all have."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, ClassVar, Generic, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from pydantic import Field

from schemas.base import Part
from streams.notify.delivery.outcome import Outcome
from streams.notify.notice import Notice


class NotifierOptions(Part):
    """Notifier options: what each kind of channel takes.

    Attributes:
        at_once: How many messages may be under way; those about one alert are one at a time in any case.
        give_up_after_s: After how many seconds from its taking a message goes to dead-letters; six hours where left out.
    """

    at_once: Annotated[int, Field(ge=1, le=32)] = 4
    give_up_after_s: Annotated[float, Field(ge=600, le=7 * 86_400)] = 6 * 3_600.0


O = TypeVar("O", bound=NotifierOptions)  # noqa: E741 - the options' type


class Addressee(NamedTuple):
    """Addressee: whom a notifier tells, and by which clock on the wall.

    Attributes:
        partner: Its id.
        name: Its name, for people.
        channel: The channel's id.
        zone: In which times are told.
    """

    partner: str
    name: str
    channel: str
    zone: ZoneInfo


class Notifier(ABC, Generic[O]):
    """Notifier: one way out to one partner. It is given one message at a time of an alert, from several threads.

    A new one is a class with its options in this folder, a line in `registry.py`, an entry in
    `tests/contract/test_notifier_contract.py`, and a section in docs/partners.md.

    Args:
        options: Its options, checked.
        told: Whom it tells.

    Attributes:
        kind: Its name in the partners file.
        options_model: The model of its options; a docstring and fields are the help.
        groups: Whether it can tell several alerts in one message; one that cannot takes no rate.
        recalls: Whether it must know what was sent before; then it is given that at the start, oldest first.
    """

    kind: ClassVar[str]
    options_model: ClassVar[type[NotifierOptions]]
    groups: ClassVar[bool] = True
    recalls: ClassVar[bool] = False

    def __init__(self, options: O, told: Addressee) -> None:
        self.options = options
        self.told = told

    @abstractmethod
    def deliver(self, notices: Sequence[Notice], now: datetime) -> Outcome:
        """Deliver one message, or several as one, and return what became of it; nothing that can happen outside is raised.

        Args:
            notices: One; several only where it `groups`, those about one alert in their order.
            now: The moment (UTC), for signatures.
        """

    def recall(self, notice: Notice) -> None:
        """Take what was delivered before this process began."""

    def close(self) -> None:
        """Disconnect."""
