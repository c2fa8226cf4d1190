"""Who did what, counted from the chain; and whether that can be relied on."""

from __future__ import annotations

import json

from streams.domain.audit.verify import ChainCheck
from streams.domain.compliance.access import AccessCounts, chain_finding
from streams.domain.compliance.finding import LimitStanding, ReportPart
from tests.support.audit import chain_of


def counted(documents: list[dict[str, object]]) -> tuple[ChainCheck, AccessCounts]:
    """Return the check and the counts of a chain."""
    check, counts = ChainCheck(), AccessCounts()
    for number, each in enumerate(documents):
        entry = check.take(json.dumps(each).encode(), number)
        if entry is not None:
            counts.take(entry)
    check.finish()
    return check, counts


def test_each_person_is_counted_by_what_was_done() -> None:
    """With the first and the last time."""
    check, counts = counted(chain_of(7))
    found = {each.subject: each for each in counts.findings() if each.part is ReportPart.ACCESS}
    assert {actor: each.facts["actions"][0]["count"] for actor, each in found.items()} == {
        "operator-0": 3,
        "operator-1": 2,
        "operator-2": 2,
    }
    assert found["operator-0"].facts["first_at"] == "2026-11-24T12:00:00.000000Z"
    assert chain_finding(check).standing is LimitStanding.KEPT


def test_a_chain_that_was_changed_is_a_breach() -> None:
    """What is counted from it cannot be relied on then."""
    chain = chain_of(7)
    chain[3]["actor"] = "somebody"
    assert chain_finding(counted(chain)[0]).standing is LimitStanding.BREACH


def test_an_audit_without_entries_is_not_known() -> None:
    """Nobody looked, or nothing was told: that is not the same."""
    assert chain_finding(counted([])[0]).standing is LimitStanding.NOT_KNOWN


def test_deletions_stand_by_themselves() -> None:
    """Where none is proved, that is told too."""
    _, counts = counted(chain_of(2))
    (none,) = (each for each in counts.findings() if each.part is ReportPart.DELETIONS)
    assert none.what.code == "nothing-deleted"
