"""Location: whether a call is in the control room's area, elsewhere, or not to be told, each with its reason.

The feed is the whole country's. What is named counts in this order: the town, the postcode, then the regions of the radio
group, of the vehicles' numbers, of the object's code and of the pagers of the room's own crews, where it has a list of them:
no public one tells a capcode's region. A neighbour's engine may come to a town of ours, so a number never
outweighs a town. Where a town of ours and one of elsewhere both stand, the group or the vehicles tell; such a call is uncertain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from streams.domain.incidents.urgency import MOST_URGENT, urgency
from streams.intake.sources.p2000.message import PagerMessage
from streams.intake.sources.p2000.regions import REGIONS
from streams.intake.sources.p2000.room import Room
from streams.intake.sources.p2000.streets import FoundPlace


class Where(StrEnum):
    """Where: whose call it is."""

    OURS = "ours"
    ELSEWHERE = "elsewhere"
    NOT_LOCATED = "not_located"


@dataclass(frozen=True, slots=True)
class LocatedCall:
    """Whose call it is, what told it, and whether something in the message says otherwise.

    Attributes:
        where: Whose it is.
        reason: What told it.
        uncertain: Whether something says otherwise.
        place: What counts of the place, where it is not the last that the message names.
    """

    where: Where
    reason: str
    uncertain: bool = False
    place: FoundPlace | None = None


def locate(message: PagerMessage, place: FoundPlace, room: Room, capcodes: Sequence[str] = ()) -> LocatedCall:
    """Return whose call a message is that was sent to these pagers."""
    told = regions_told(message)
    if room.has_capcode(capcodes):
        told.append(frozenset({room.region}))
    otherwise = bool(told) and not any(room.region in regions for regions in told)
    ours = room.has_postcode(message.postcode)
    if place.town and not place.guessed:
        found = _by_town(message, place, room, told)
    elif message.postcode and not ours:
        found = LocatedCall(Where.ELSEWHERE, "postcode")
    elif ours and (message.exact or not otherwise):
        found = LocatedCall(Where.OURS, "postcode", uncertain=otherwise)
    elif otherwise:
        found = LocatedCall(Where.ELSEWHERE, "region")
    elif place.town:
        found = LocatedCall(Where.OURS, "town_misspelt", uncertain=True)
    elif told and place.known_in in room.towns:
        found = LocatedCall(Where.OURS, "street", uncertain=True)
    else:
        found = LocatedCall(Where.NOT_LOCATED, "region_alone" if told else "nothing")
    return found


def regions_told(message: PagerMessage) -> list[frozenset[int]]:
    """Return the regions that a radio group, vehicles' numbers and codes of objects each stand for; only what is said."""
    told = [REGIONS.of_group(message.group)] if message.group else []
    numbers = frozenset(int(number[:2]) for number in (*message.units, *message.objects))
    return [*told, numbers] if numbers else told


def _by_town(message: PagerMessage, place: FoundPlace, room: Room, told: list[frozenset[int]]) -> LocatedCall:
    if place.town not in room.towns:
        return _by_another_town(message, place, room, told)
    if place.inside and not (place.street or told or urgency(message.priority) <= MOST_URGENT):
        return LocatedCall(Where.NOT_LOCATED, "town_inside")  # it may be a street of an unknown town: Amstelveen Ooij
    if place.province and place.province != REGIONS.by_number[room.region].province:
        return LocatedCall(Where.ELSEWHERE, "province")
    other_postcode = bool(message.postcode) and not room.has_postcode(message.postcode)
    otherwise = bool(told) and not any(room.region in regions for regions in told)
    shared = REGIONS.by_town.get(place.town.lower(), frozenset({room.region})) != {room.region}
    if otherwise and (shared or place.leads):
        return LocatedCall(Where.ELSEWHERE, "region")
    far = otherwise and not any(regions & set(room.neighbours) for regions in told)
    if (far and len(told) + other_postcode > 1) or (other_postcode and place.leads):
        return LocatedCall(Where.ELSEWHERE, "region")
    return LocatedCall(Where.OURS, "town", uncertain=place.inside or other_postcode or far)


def _by_another_town(message: PagerMessage, place: FoundPlace, room: Room, told: list[frozenset[int]]) -> LocatedCall:
    if message.exact and room.has_postcode(message.postcode):
        return LocatedCall(Where.OURS, "postcode", uncertain=True)
    if place.beside is not None and any(room.region in regions for regions in told):
        return LocatedCall(Where.OURS, "town_beside", uncertain=True, place=place.beside)
    return LocatedCall(Where.ELSEWHERE, "town")
