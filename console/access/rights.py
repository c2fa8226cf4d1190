"""Rights: what each role allows; the one table that routes, pages and documentation follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from console.wire.people import Right, Role

RIGHTS: Final[Mapping[Role, frozenset[Right]]] = {
    Role.VIEWER: frozenset({Right.LOOK}),
    Role.OPERATOR: frozenset({Right.LOOK, Right.ACT, Right.SNAPSHOT, Right.AUDIT_OWN}),
    Role.SUPERVISOR: frozenset(
        {Right.LOOK, Right.ACT, Right.SNAPSHOT, Right.SNAPSHOT_ANY, Right.OVERRULE, Right.AUDIT_ROOM}
    ),
    Role.AUDITOR: frozenset({Right.LOOK, Right.AUDIT_ALL}),
    Role.ADMINISTRATOR: frozenset({Right.USERS}),
}
"""An administrator sees no list, and an auditor no picture: who makes accounts, who acts and who checks can be three persons."""


def rights_of(roles: Iterable[Role]) -> tuple[Right, ...]:
    """Return what some roles allow together, in the order of `Right`."""
    allowed = frozenset[Right]().union(*(RIGHTS[role] for role in roles))
    return tuple(right for right in Right if right in allowed)
