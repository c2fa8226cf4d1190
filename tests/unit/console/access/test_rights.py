"""Roles and rights: every cell of the table of docs/console.md."""

from __future__ import annotations

import pytest

from console.access.rights import RIGHTS, rights_of
from console.wire.people import Right, Role

COLUMNS = (
    Right.LOOK, Right.ACT, Right.SNAPSHOT, Right.SNAPSHOT_ANY, Right.OVERRULE, Right.AUDIT_OWN, Right.AUDIT_ROOM,
    Right.AUDIT_ALL, Right.USERS,
)  # fmt: skip
TABLE = {
    Role.VIEWER: "x........",
    Role.OPERATOR: "xxx..x...",
    Role.SUPERVISOR: "xxxxx.x..",
    Role.AUDITOR: "x......x.",
    Role.ADMINISTRATOR: "........x",
}


def test_the_table_has_every_role_and_right() -> None:
    """A new one without a rule fails here."""
    assert set(TABLE) == set(Role) == set(RIGHTS)
    assert set(COLUMNS) == set(Right)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("right", Right)
def test_a_cell(role: Role, right: Right) -> None:
    """Each role has each right or has it not, as it is written down."""
    assert (right in rights_of([role])) is (TABLE[role][COLUMNS.index(right)] == "x")


def test_roles_add_up_and_none_gives_nothing() -> None:
    """Who has two roles may what either allows; a role that nobody knows never comes so far."""
    assert set(rights_of([Role.VIEWER, Role.ADMINISTRATOR])) == {Right.LOOK, Right.USERS}
    assert rights_of([]) == ()
    assert list(rights_of(Role)) == [right for right in Right if right in set(Right)]
