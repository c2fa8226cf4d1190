"""Accounts: kept by name, and somebody is always left to make them."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.access.accounts import AccountRecord, LocalAccounts, why_not
from console.access.store import AccessStore
from console.wire.people import Role
from console.wire.problems import ProblemError
from tests.support.console.access import problem_code


def account(user: str, *roles: Role, enabled: bool = True) -> AccountRecord:
    return AccountRecord(user, roles, ("amstelveen",), enabled, False, "hash")


CHIEF = account("chief", Role.ADMINISTRATOR)


@pytest.mark.parametrize(
    ("known", "changed", "code"),
    [
        ([CHIEF], account("chief", Role.OPERATOR), "last_administrator"),
        ([CHIEF], account("Chief"), "last_administrator"),
        ([CHIEF], account("chief", Role.ADMINISTRATOR, enabled=False), "last_administrator"),
        ([CHIEF, account("other", Role.ADMINISTRATOR, enabled=False)], account("chief"), "last_administrator"),
        ([CHIEF, account("other", Role.ADMINISTRATOR)], account("chief"), ""),
        ([CHIEF], account("chief", Role.ADMINISTRATOR, Role.OPERATOR), ""),
        ([CHIEF], account("jan", Role.OPERATOR), ""),
        ([], account("jan", Role.OPERATOR), ""),
        ([account("jan", Role.OPERATOR)], account("jan"), ""),
    ],
)
def test_the_last_administrator_stays_one(known: list[AccountRecord], changed: AccountRecord, code: str) -> None:
    """Whichever way somebody would take them away."""
    assert why_not(known, changed) == code


def test_an_account_is_read_as_it_was_put(tmp_path: Path) -> None:
    """With all its fields, by any spelling of its name; names that differ in capitals alone are one account."""
    store = AccessStore(tmp_path / "access.sqlite")
    accounts = LocalAccounts(store)
    with store.writing() as db:
        accounts.put(db, account("Jan", Role.OPERATOR, Role.VIEWER))
        accounts.put(db, account("jan", Role.VIEWER, enabled=False))
        accounts.put(db, account("an", Role.VIEWER))
    found = accounts.find("JAN")
    assert found is not None
    assert (found.user, found.roles, found.rooms, found.enabled) == ("Jan", (Role.VIEWER,), ("amstelveen",), False)
    assert [each.user for each in accounts.all()] == ["an", "Jan"]
    assert accounts.find("nobody") is None
    assert "hash" not in repr(found)
    store.close()


def test_nothing_is_written_where_it_is_refused(tmp_path: Path) -> None:
    """The transaction is undone as a whole."""
    store = AccessStore(tmp_path / "access.sqlite")
    accounts = LocalAccounts(store)
    with store.writing() as db:
        accounts.put(db, CHIEF)
    with pytest.raises(ProblemError) as caught, store.writing() as db:  # noqa: PT012 - the first of two is undone too
        accounts.put(db, account("jan", Role.VIEWER))
        accounts.put(db, account("chief", Role.VIEWER))
    assert problem_code(caught) == (409, "last_administrator")
    assert [each.user for each in accounts.all()] == ["chief"]
    store.close()
