"""Channels of the partners file: each partner's section `delivery`, with the options of each channel checked by its notifier."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schemas.base import ShortText
from streams.config.yaml import FileError, line_of, read_yaml
from streams.domain.partners.routing import DeliveryChannel, Routing
from streams.notify.notifiers.base import Notifier, NotifierOptions
from streams.notify.notifiers.registry import NOTIFIERS

PARTNER_ID = r"^[a-z][a-z0-9]{1,30}$"
"""No hyphens, so that no partner's topic can be taken for another's."""


class _Section(BaseModel):
    """A partner, as far as its messages' delivery goes; what it may know stands in the other sections of the file."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    name: Annotated[ShortText, Field(min_length=1)]
    delivery: Routing | None = None


class _File(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    partners: Mapping[Annotated[str, Field(pattern=PARTNER_ID)], _Section]


class PartnerChannel(NamedTuple):
    """Partner channel: one channel of one partner, checked.

    Attributes:
        partner: The partner's id.
        name: Its name, for people.
        id: The channel's id.
        channel: When and how fast messages may come by it.
        routing: The partner's, which decides what leaves by it.
        notifier: The class that delivers.
        options: What that takes.
    """

    partner: str
    name: str
    id: str
    channel: DeliveryChannel
    routing: Routing
    notifier: type[Notifier[Any]]
    options: NotifierOptions


def read_channels(path: Path) -> list[PartnerChannel]:
    """Return every channel of a partners file.

    Raises:
        FileError: Something in it cannot be so; names the file, the line, the field and what was expected, of all channels
            at once, and
            never a value: an address may hold a key.
    """
    found, faults = [], []
    for partner, section in read_yaml(path, _File).partners.items():
        if section.delivery is None:
            continue
        for name, channel in section.delivery.channels.items():
            where = ("partners", partner, "delivery", "channels", name)
            notifier = NOTIFIERS.get(channel.kind)
            if notifier is None:
                faults.append(_fault(path, (*where, "kind"), f"expected one of {', '.join(sorted(NOTIFIERS))}"))
                continue
            if channel.per_minute is not None and not notifier.groups:
                told = f"{channel.kind} cannot tell several alerts as one message, expected no rate"
                faults.append(_fault(path, (*where, "per_minute"), told))
            try:
                options = notifier.options_model.model_validate(channel.options)
            except ValidationError as error:
                for each in error.errors(include_url=False, include_input=False):
                    faults.append(
                        _fault(path, (*where, "options", *each["loc"]), each["msg"].removeprefix("Value error, "))
                    )
                continue
            found.append(PartnerChannel(partner, section.name, name, channel, section.delivery, notifier, options))
    if faults:
        raise FileError("; ".join(faults))
    return found


def read_routing(path: Path, partner: str) -> Routing | None:
    """Return a partner's routing; None where it has no channel.

    Raises:
        FileError: Something in the file cannot be so, or there is no such partner.
    """
    read_channels(path)
    partners = read_yaml(path, _File).partners
    if partner not in partners:
        raise FileError(f"{path}: there is no partner {partner!r}, expected one of {', '.join(partners)}")
    return partners[partner].delivery


def read_partners(path: Path) -> list[str]:
    """Return the ids of the partners that have a channel."""
    return list(dict.fromkeys(each.partner for each in read_channels(path)))


def _fault(path: Path, where: tuple[int | str, ...], told: str) -> str:
    return f"{path}:{line_of(path, where)}: {'.'.join(map(str, where))}: {told}"
