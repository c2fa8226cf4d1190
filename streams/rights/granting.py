"""Granting: the access rights that a cluster should have, held against those that it has.

Three kinds of difference: what is missing, what is more than anybody of ours needs, and what belongs to others on the same
cluster. The last is never touched; where it reaches our topics, that is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from streams.errors import ConfigurationError
from streams.kafka.access.acls import Acl, Needs, Pattern, Resource
from streams.rights.partners import PartnerPrincipal, sharing_needs
from streams.rights.processes import PROCESSES

KIND: Final = "User:"
"""Kafka's kind of principal; its own authorizer knows no other."""
_EVERYTHING: Final = "*"
_NAMED: Final = (Resource.TOPIC.value, Resource.GROUP.value)


@dataclass(frozen=True, slots=True)
class Grants:
    """Grants: who is to be allowed what.

    Attributes:
        needs: What each process and each partner needs, by its name here.
        users: The user by which each comes, by the same name, without Kafka's prefix.
    """

    needs: Mapping[str, Needs]
    users: Mapping[str, str]

    @classmethod
    def of(cls, users: Mapping[str, str], partners: Sequence[PartnerPrincipal] = ()) -> Grants:
        """Return what all processes and these partners need.

        Args:
            users: The users of processes that have another one than their name; several may share one.
            partners: Who is connected.

        Raises:
            ConfigurationError: There is no such process; a partner comes by a user that is another's.
        """
        for name in users:
            if name not in PROCESSES:
                raise ConfigurationError("topics acls", "--user", name, "one of " + ", ".join(PROCESSES))
        needs = with_partners(partners)
        by = {name: users.get(name, name) for name in PROCESSES}
        _require_apart(by, partners)
        for partner in partners:
            needs[partner.id], by[partner.id] = partner.needs(), partner.principal
        return cls(needs, by)

    def only(self, names: Iterable[str]) -> Grants:
        """Return those of some alone; all where none is named.

        Raises:
            ConfigurationError: There is no such process or partner.
        """
        wanted = list(names)
        for name in wanted:
            if name not in self.needs:
                raise ConfigurationError("topics acls", "NAME", name, "one of " + ", ".join(self.needs))
        return self if not wanted else Grants({name: self.needs[name] for name in wanted}, self.users)

    def acls(self) -> list[Acl]:
        """Return them all, each once, in the order of processes and partners."""
        found = [acl for name, needs in self.needs.items() for acl in needs.acls(KIND + self.users[name])]
        return list(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class AclComparison:
    """Access comparison: a cluster's access rights beside what they should be.

    Attributes:
        missing: What a process or partner needs and may not.
        excess: What somebody of ours may and need not, or somebody else may on a topic or group of ours by its name.
        foreign: What belongs to others.
        reaching: Those of the foreign ones that reach topics or groups of ours too, by a pattern.
    """

    missing: tuple[Acl, ...]
    excess: tuple[Acl, ...]
    foreign: tuple[Acl, ...]
    reaching: tuple[Acl, ...]


def with_partners(partners: Sequence[PartnerPrincipal]) -> dict[str, Needs]:
    """Return what each process needs where these partners are connected: their topics are kept, filled, emptied and delivered.

    A drill looks at them too, and answers its exercises in a partner's place.
    """
    sharing, notifying = sharing_needs(partners)
    theirs = Needs(keeps=sharing.writes, describes=sharing.writes)
    more = {
        "share": sharing,
        "notify": notifying,
        "drill": notifying,
        "hits": Needs.of(writes=notifying.reads),
        "topics": Needs(keeps=theirs.keeps),
        "exporter": Needs(describes=theirs.describes),
        "delete": Needs(
            reads=notifying.reads | sharing.reads,
            describes=theirs.describes,
            deletes=theirs.describes,
            asks_settings=theirs.describes,
        ),
        "compliance": Needs(describes=theirs.describes, asks_settings=theirs.describes),
    }
    return {name: needs | more.get(name, Needs()) for name, needs in PROCESSES.items()}


def compare(wanted: Iterable[Acl], found: Iterable[Acl], ours: Iterable[Acl] = ()) -> AclComparison:
    """Return how a cluster's access rights differ from what they should be.

    Args:
        wanted: What is to be allowed.
        found: What the cluster has.
        ours: All that is to be allowed to anybody, where `wanted` is a part of it: what others of ours need is no excess.
    """
    wanted, found = set(wanted), set(found)
    known = wanted | set(ours)
    principals = {acl.principal for acl in known}
    names = {(acl.resource, acl.name) for acl in known if acl.resource in _NAMED}
    extra = found - known
    excess = {acl for acl in extra if acl.principal in principals or (acl.resource, acl.name) in names}
    foreign = extra - excess
    reaching = {acl for acl in foreign if any(_reaches(acl, *name) for name in names)}
    return AclComparison(*(tuple(sorted(each)) for each in (wanted - found, excess, foreign, reaching)))


def _reaches(acl: Acl, resource: str, name: str) -> bool:
    if acl.resource != resource:
        return False
    return acl.name == _EVERYTHING or (acl.pattern == Pattern.PREFIXED and name.startswith(acl.name))


def _require_apart(users: Mapping[str, str], partners: Sequence[PartnerPrincipal]) -> None:
    """Hold that no partner has the name or the user of a process or of another partner.

    Raises:
        ConfigurationError: One has: it could read what it may not.
    """
    taken = {user: f"the process {name}" for name, user in users.items()}
    names = dict.fromkeys(users, "a process")
    for partner in partners:
        if any(each.id.startswith(f"{partner.id}-") for each in partners):  # its groups would be the other one's too
            raise ConfigurationError("topics acls", "--partner", partner.id, "no beginning of another partner's id")
        if owner := names.get(partner.id):
            raise ConfigurationError("topics acls", "--partner", partner.id, f"an id that is not the name of {owner}")
        if owner := taken.get(partner.principal):
            raise ConfigurationError(
                "topics acls", f"user of {partner.id}", partner.principal, f"not the user of {owner}"
            )
        names[partner.id] = "another partner"
        taken[partner.principal] = f"the partner {partner.id}"
