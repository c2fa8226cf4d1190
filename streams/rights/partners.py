"""Partners: what a partner may do on the cluster: read its own topics, answer on its own, in consumer groups of its own.

Nothing else: neither another partner's topics nor any of ours. That is how *need to know* holds where no software of ours runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from streams import topics
from streams.domain.partners.need_to_know import Partners
from streams.errors import ConfigurationError
from streams.kafka.access.acls import Needs

_ID: Final = re.compile(r"[a-z][a-z0-9]{1,31}")
"""Without a dash, so that the groups of one are never those of another: `ggd-1` is no group of a partner `ggd-1`."""


@dataclass(frozen=True, slots=True)
class PartnerPrincipal:
    """Partner principal: a partner as the cluster knows it.

    Attributes:
        id: The partner's id, as rules name it: `politie`.
        principal: The user by which it comes, without Kafka's prefix.
        reads: Its topics.
        answers: The topic on which it answers.
    """

    id: str
    principal: str
    reads: tuple[str, ...]
    answers: str

    @classmethod
    def named(cls, partner_id: str, principal: str = "") -> Self:
        """Return a partner with the names of its topics; its user is its id where none is given.

        Raises:
            ConfigurationError: An id that is none.
        """
        if not _ID.fullmatch(partner_id):
            raise ConfigurationError("partners", "id", partner_id, "2 to 32 small letters and digits, a letter first")
        reads = (topics.partner_topic(partner_id), topics.health_topic(partner_id))
        return cls(partner_id, principal or partner_id, reads, topics.answers_topic(partner_id))

    def needs(self) -> Needs:
        """Return what it may do; its consumer groups are its id, or begin with it and a dash."""
        return Needs(
            reads=frozenset(self.reads),
            writes=frozenset({self.answers}),
            groups=frozenset({self.id}),
            group_prefixes=frozenset({f"{self.id}-"}),
        )


def connected(partners: Partners) -> list[PartnerPrincipal]:
    """Return the partners of a file as the cluster knows them; one that gets nothing about health has no topic for it."""
    found = []
    for partner_id, partner in partners.partners.items():
        about_health = [topics.health_topic(partner_id)] if partners.about_health(partner_id) else []
        reads = (topics.partner_topic(partner_id), *about_health)
        found.append(PartnerPrincipal(partner_id, partner.principal, reads, topics.answers_topic(partner_id)))
    return found


def sharing_needs(partners: Iterable[PartnerPrincipal]) -> tuple[Needs, Needs]:
    """Return what the stage `share` needs of partners' topics, and what `notify` does.

    `share` writes what partners get, and reads what they answer; what a partner put on a wrong partition there it sends on to
    the right one. `notify` delivers what partners get by other ways, and answers in their place.
    """
    partners = tuple(partners)
    views = {name for partner in partners for name in partner.reads}
    answers = {partner.answers for partner in partners}
    return Needs.of(reads=answers, writes=views | answers), Needs.of(reads=views, writes=answers)
