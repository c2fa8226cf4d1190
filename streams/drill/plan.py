"""Drill plan: which control room is told of what, and which partner is asked, chosen from the files before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.categories import Category
from streams import topics
from streams.domain.cameras.registry import ControlRoom, Registry
from streams.domain.partners.need_to_know import Partners
from streams.domain.rules.rules import Rules
from streams.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class DrillPlan:
    """Drill plan.

    Attributes:
        room: The control room that gets the report.
        category: What the report is said to be about.
        partner: Who is asked to come.
        topic: Where that partner is told of it.
        stand_in: Whether the drill answers in the partner's place.
    """

    room: ControlRoom
    category: Category
    partner: str
    topic: str
    stand_in: bool


def drill_plan(
    registry: Registry, rules: Rules, partners: Partners, room: str, category: Category, partner: str, stand_in: bool
) -> DrillPlan:
    """Return a drill's plan; the first control room and the first partner that can be asked where none is named.

    Raises:
        ConfigurationError: There is no such room; no partner can be asked about the category, or not this one.
    """
    rooms = {each.id: each for each in registry.control_rooms}
    if room and room not in rooms:
        raise ConfigurationError("drill", "--room", room, "one of " + ", ".join(rooms))
    rule = rules.categories.get(category)
    can = [each for each in (rule.recipients if rule else ()) if partners.grant(each, category) is not None]
    if not can:
        known = [
            name for name, each in rules.categories.items() if any(partners.grant(who, name) for who in each.recipients)
        ]
        raise ConfigurationError(
            "drill", "--category", category.value, "one of which a partner is told: " + ", ".join(known)
        )
    if partner and partner not in can:
        raise ConfigurationError(
            "drill", "--partner", partner, f"one that the rules name for {category}: {', '.join(can)}"
        )
    asked = partner or can[0]
    grant = partners.grant(asked, category)
    health = grant is not None and grant.health
    topic = topics.health_topic(asked) if health else topics.partner_topic(asked)
    return DrillPlan(rooms[room] if room else registry.control_rooms[0], category, asked, topic, stand_in)
