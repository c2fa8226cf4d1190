"""Access rights of a cluster held against what they should be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from streams.errors import ConfigurationError
from streams.kafka.access.acls import Acl, Needs
from streams.rights.granting import Grants, compare
from streams.rights.partners import PartnerPrincipal

POLICE, WARDENS = PartnerPrincipal.named("politie"), PartnerPrincipal.named("hor", "handhaving")


def test_a_partner_may_read_its_own_and_answer() -> None:
    """Nothing but its topics, its answers and its groups."""
    assert [str(acl) for acl in POLICE.needs().acls("User:politie")] == [
        "User:politie may READ group politie",
        "User:politie may READ group politie-*",
        "User:politie may READ topic partner-politie",
        "User:politie may WRITE topic partner-politie-answers",
        "User:politie may READ topic partner-politie-health",
    ]


def test_partners_share_nothing() -> None:
    """No right of one partner's user is on anything of another's."""
    grants = Grants.of({}, [POLICE, WARDENS])
    theirs = {acl.name for acl in grants.acls() if acl.principal == "User:politie"}
    others = {acl.name for acl in grants.acls() if acl.principal == "User:handhaving"}
    assert theirs
    assert others
    assert not theirs & others


@pytest.mark.parametrize("partner_id", ["", "p", "Politie", "ggd-1", "partner_x", "../x", "p" * 33, "politie\n"])
def test_ids_that_are_none(partner_id: str) -> None:
    """An id becomes the name of topics and groups; one with a dash could be the beginning of another partner's groups."""
    with pytest.raises(ConfigurationError):
        PartnerPrincipal.named(partner_id)


@pytest.mark.parametrize(
    "partners",
    [
        [PartnerPrincipal.named("decide")],
        [PartnerPrincipal.named("politie", "decide")],
        [POLICE, POLICE],
        [POLICE, PartnerPrincipal.named("hor", "politie")],
        [POLICE, replace(WARDENS, id="politie-oost")],
    ],
    ids=[
        "named as a process",
        "the user of a process",
        "twice",
        "the user of another partner",
        "with another one's groups",
    ],
)
def test_partners_come_by_a_user_of_their_own(partners: list[PartnerPrincipal]) -> None:
    """A partner whose user somebody else has could read what is not its own."""
    with pytest.raises(ConfigurationError):
        Grants.of({}, partners)


def test_processes_may_share_a_user() -> None:
    """A worker of several stages comes by one user, who may what all of them need."""
    grants = Grants.of({"locate": "worker", "decide": "worker"})
    assert {acl.principal for acl in grants.only(["locate", "decide"]).acls()} == {"User:worker"}
    with pytest.raises(ConfigurationError):
        Grants.of({"nobody": "worker"})
    with pytest.raises(ConfigurationError):
        grants.only(["nobody"])


def test_what_a_partner_brings_others() -> None:
    """Its topics are kept by the administration, and delivered by `notify`."""
    grants = Grants.of({}, [POLICE])
    assert "partner-politie" in grants.needs["topics"].keeps
    assert grants.needs["notify"].reads == {"partner-politie", "partner-politie-health"}
    assert "partner-politie-answers" in grants.needs["notify"].writes


WANTED = Needs.of(reads=("a",), groups=("g",)).acls("User:x")


def test_nothing_differs() -> None:
    """A cluster as it should be has no difference."""
    found = compare(WANTED, WANTED)
    assert (found.missing, found.excess, found.foreign, found.reaching) == ((), (), (), ())


def test_an_empty_cluster_lacks_all() -> None:
    """All is missing, in order."""
    assert compare(WANTED, []).missing == tuple(WANTED)


@pytest.mark.parametrize(
    ("acl", "kind"),
    [
        (Acl("User:x", "TOPIC", "b", "READ"), "excess"),  # ours, who needs it not
        (Acl("User:y", "TOPIC", "a", "READ"), "excess"),  # somebody else, on a topic of ours
        (Acl("User:*", "TOPIC", "a", "READ"), "excess"),  # everybody
        (Acl("User:y", "GROUP", "g", "READ"), "excess"),
        (Acl("User:x", "TOPIC", "a", "READ", permission="DENY"), "excess"),  # it would stand in the way
        (Acl("User:x", "TOPIC", "a", "READ", host="10.0.0.1"), "excess"),
        (Acl("User:y", "TOPIC", "b", "READ"), "foreign"),
        (Acl("User:y", "CLUSTER", "kafka-cluster", "ALTER"), "foreign"),
        (Acl("User:y", "TOPIC", "*", "READ"), "reaching"),
        (Acl("User:y", "TOPIC", "a", "READ", pattern="PREFIXED"), "excess"),
        (Acl("User:y", "GROUP", "*", "READ"), "reaching"),
        (Acl("User:y", "GROUP", "h", "READ", pattern="PREFIXED"), "foreign"),
    ],
)
def test_what_is_not_wanted(acl: Acl, kind: str) -> None:
    """What is more than needed is told from what is others', and of that what reaches ours by a pattern."""
    found = compare(WANTED, [*WANTED, acl])
    assert found.missing == ()
    assert [name for name in ("excess", "foreign") if acl in getattr(found, name)] == [
        "foreign" if kind == "reaching" else kind
    ]
    assert (acl in found.reaching) == (kind == "reaching")


def test_a_prefix_that_reaches_ours() -> None:
    """A prefix of a topic of ours reaches it."""
    wanted = Needs.of(reads=("alerts",)).acls("User:x")
    acl = Acl("User:y", "TOPIC", "al", "READ", pattern="PREFIXED")
    assert compare(wanted, [acl]).reaching == (acl,)
    assert compare(wanted, [replace(acl, name="b")]).reaching == ()


def test_a_part_of_all_is_no_reason_to_remove_the_rest() -> None:
    """Where only some are asked for, what others of ours need is no excess."""
    everybody = Grants.of({})
    some = everybody.only(["intake"]).acls()
    assert compare(some, everybody.acls(), everybody.acls()).excess == ()
