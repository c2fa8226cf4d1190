"""Sessions: who is logged in, how long, from where, whether they act, and that the audit is told of all of it."""

from __future__ import annotations

import asyncio
import base64
from contextlib import suppress
from pathlib import Path

import pytest

from console.access.session import who_may_act
from console.wire.people import AccountAsked, Caller, LoginAsked, Me, PasswordAsked, Right, Role
from console.wire.problems import ProblemError
from tests.support.console.access import HERE, PASSWORD, Access, make_access, problem_code


@pytest.fixture
def access(tmp_path: Path) -> Access:
    """Return sessions with an operator and an administrator."""
    made = make_access(tmp_path)
    made.account("jan", Role.OPERATOR)
    made.account("chief", Role.ADMINISTRATOR, rooms=())
    made.told()
    return made


def refused(access: Access, caller: Caller) -> tuple[int, str]:
    with pytest.raises(ProblemError) as caught:
        access.sessions.me(caller)
    return problem_code(caught)


def asked(*roles: Role, enabled: bool = True, password: str | None = None) -> AccountAsked:
    known = {"roles": list(roles), "rooms": ["amstelveen"], "enabled": enabled}
    return AccountAsked.model_validate(known | ({} if password is None else {"password": password}))


def test_a_login_gives_a_token_of_256_bit_that_is_kept_as_its_hash(access: Access, tmp_path: Path) -> None:
    """Who reads the file can log in as nobody."""
    caller = access.login("jan")
    assert caller.token
    assert len(base64.urlsafe_b64decode(caller.token + "=")) == 32
    assert access.login("jan").token != caller.token
    me = access.sessions.me(caller)
    assert (me.user, me.roles, me.rooms, me.login) == ("jan", (Role.OPERATOR,), ("amstelveen",), "local")
    assert set(me.rights) == {Right.LOOK, Right.ACT, Right.SNAPSHOT, Right.AUDIT_OWN}
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert caller.token.encode() not in kept
    assert PASSWORD.encode() not in kept
    assert caller.token not in repr(caller)


@pytest.mark.parametrize("token", [None, "", "guessed", "x" * 10_000, "\x00"])
def test_whoever_has_no_session_is_not_logged_in(access: Access, token: str | None) -> None:
    """Whatever the cookie holds."""
    assert refused(access, Caller(HERE, token)) == (401, "not_logged_in")


def test_wrong_passwords_unknown_names_and_disabled_accounts_are_answered_alike(access: Access) -> None:
    """Only the audit knows which it was; a name that nobody has is not told to it, since it may be a password."""
    asyncio.run(access.sessions.put_account("jan", asked(Role.OPERATOR, enabled=False), access_me(access)))
    access.told()
    for user, password in (("jan", PASSWORD), ("jan", "wrong"), ("my-secret-password", PASSWORD)):
        with pytest.raises(ProblemError) as caught:
            access.login(user, password)
        assert problem_code(caught) == (401, "wrong_password")
    assert access.told() == [
        ("jan", "login", "account_disabled", "refused"),
        ("jan", "login", "wrong_password", "refused"),
        ("unknown", "login", "unknown_account", "refused"),
    ]


def access_me(access: Access) -> Me:
    return access.sessions.me(access.login("chief"))


def test_a_session_ends_after_its_hours(access: Access) -> None:
    """Twelve at most, however busy the person was."""
    caller = access.login("jan")
    for _ in range(47):
        access.clock.forward(minutes=15)
        access.sessions.keep_acting(caller)
    access.clock.forward(minutes=14, seconds=59)
    access.sessions.me(caller)
    access.clock.forward(seconds=1)
    assert refused(access, caller) == (401, "session_ended")


def test_acting_ends_without_a_key_and_the_list_goes_on(access: Access) -> None:
    """After 30 minutes: looking is still allowed, a change asks for the password."""
    caller = access.login("jan")
    access.clock.forward(minutes=29)
    until = access.sessions.keep_acting(caller).acting_until
    access.clock.forward(minutes=29, seconds=59)
    assert access.sessions.keep_acting(caller).acting_until > until
    access.clock.forward(minutes=30)
    for _ in range(2):
        with pytest.raises(ProblemError) as caught:
            access.sessions.keep_acting(caller)
        assert problem_code(caught) == (401, "acting_ended")
        assert access.sessions.me(caller).user == "jan"


def test_the_password_again_gives_the_same_session_its_keys_back(access: Access) -> None:
    """So the list and its stream, which hold the token, go on; it lasts its hours from then."""
    caller = access.login("jan")
    access.clock.forward(hours=11)
    again = access.login("jan", token=caller.token)
    assert again.token == caller.token
    access.clock.forward(hours=11)
    assert access.sessions.me(caller).user == "jan"


def test_another_person_at_the_same_browser_gets_a_session_of_their_own(access: Access) -> None:
    """And the one before is over."""
    caller = access.login("jan")
    other = access.login("chief", token=caller.token)
    assert other.token != caller.token
    assert refused(access, caller) == (401, "not_logged_in")


def test_a_token_that_somebody_planted_is_not_taken(access: Access) -> None:
    """A browser cannot be given the session that it will log in to."""
    assert access.login("jan", token="planted").token != "planted"


def test_a_stolen_cookie_from_another_address_is_refused_where_it_is_bound(tmp_path: Path) -> None:
    """It is told to the audit once, and the owner goes on; where it is not bound, addresses may change."""
    access = make_access(tmp_path, bind_address=True)
    access.account("jan", Role.OPERATOR)
    caller = access.login("jan")
    access.told()
    for _ in range(3):
        assert refused(access, Caller("10.9.9.9", caller.token)) == (401, "other_address")
    with pytest.raises(ProblemError):
        access.sessions.keep_acting(Caller("10.9.9.9", caller.token))
    assert access.told() == [("jan", "use-session", "other_address", "refused")]
    assert access.sessions.me(caller).user == "jan"
    assert access.login("jan", address="10.9.9.9", token=caller.token).token != caller.token
    unbound = make_access(tmp_path / "unbound")
    unbound.account("jan", Role.OPERATOR)
    assert unbound.sessions.me(Caller("10.9.9.9", unbound.login("jan").token)).user == "jan"


def test_logging_out_ends_it_everywhere(access: Access) -> None:
    """A copy of the cookie is worth nothing; logging out twice is nothing."""
    caller = access.login("jan")
    access.told()
    assert asyncio.run(access.sessions.logout(caller)) == ""
    assert asyncio.run(access.sessions.logout(caller)) == ""
    assert refused(access, caller) == (401, "not_logged_in")
    assert access.told() == [("jan", "logout", "", "done")]


def test_two_consoles_share_sessions_and_tries(access: Access, tmp_path: Path) -> None:
    """What one let in the other knows, and five tries are five, whichever is asked."""
    other = make_access(tmp_path, access.clock)
    caller = access.login("jan")
    assert other.sessions.me(caller).user == "jan"
    asyncio.run(other.sessions.logout(caller))
    assert refused(access, caller) == (401, "not_logged_in")
    codes = []
    for n in range(6):
        with pytest.raises(ProblemError) as caught:
            (access, other)[n % 2].login("jan", "wrong")
        codes.append(caught.value.code)
    assert codes == ["wrong_password"] * 5 + ["too_many_tries"]
    assert caught.value.retry_after_s == 60
    with pytest.raises(ProblemError):
        other.login("jan")
    access.clock.forward(seconds=60)
    other.login("jan")


def test_changing_an_account_ends_its_sessions(access: Access) -> None:
    """Its rights change at once and not in twelve hours; others' sessions go on."""
    jan, chief = access.login("jan"), access.login("chief")
    access.told()
    me = access.sessions.me(chief)
    shown = asyncio.run(access.sessions.put_account("jan", asked(Role.VIEWER), me))
    assert (shown.roles, shown.must_change) == ((Role.VIEWER,), False)
    assert refused(access, jan) == (401, "not_logged_in")
    assert access.sessions.me(chief).user == "chief"
    assert access.sessions.me(access.login("jan")).rights == (Right.LOOK,)
    asyncio.run(access.sessions.put_account("piet", asked(Role.OPERATOR, password="a new password"), me))
    assert access.sessions.me(access.login("piet", "a new password")).user == "piet"
    assert access.told() == [
        ("chief", "change-account", "viewer", "done"),
        ("jan", "login", "local", "done"),
        ("chief", "make-account", "operator", "done"),
        ("piet", "login", "local", "done"),
    ]


def test_a_new_account_needs_a_password_and_the_last_administrator_stays(access: Access) -> None:
    """Each is a problem that says what was expected."""
    chief = access.login("chief")
    me = access.sessions.me(chief)
    for user, body, code in (
        ("piet", asked(Role.VIEWER), (422, "invalid")),
        ("chief", asked(Role.VIEWER), (409, "last_administrator")),
        ("CHIEF", asked(Role.ADMINISTRATOR, enabled=False), (409, "last_administrator")),
    ):
        with pytest.raises(ProblemError) as caught:
            asyncio.run(access.sessions.put_account(user, body, me))
        assert problem_code(caught) == code
    assert access.sessions.me(chief).user == "chief"


def test_an_owner_changes_their_password(access: Access) -> None:
    """With the old one; their other sessions end, and this one goes on."""
    here, there = access.login("jan"), access.login("jan", address="10.0.0.9")
    access.told()
    body = {"old": "wrong", "new": "another-good-password"}
    with pytest.raises(ProblemError) as caught:
        asyncio.run(access.sessions.change_password(PasswordAsked.model_validate(body), here))
    assert problem_code(caught) == (401, "wrong_password")
    asyncio.run(access.sessions.change_password(PasswordAsked.model_validate(body | {"old": PASSWORD}), here))
    assert access.sessions.me(here).user == "jan"
    assert refused(access, there) == (401, "not_logged_in")
    access.login("jan", "another-good-password")
    assert [each.must_change for each in access.sessions.accounts() if each.user == "jan"] == [False]
    assert access.told()[:2] == [
        ("jan", "change-password", "wrong_password", "refused"),
        ("jan", "change-password", "operator", "done"),
    ]


def test_a_first_password_is_told_until_its_owner_chose_another(access: Access) -> None:
    """The same one again is none; one that an administrator gives is a first one too."""
    access.account("piet", Role.OPERATOR, must_change=True)
    piet = access.login("piet")
    assert access.sessions.me(piet).must_change
    body = {"old": PASSWORD, "new": PASSWORD}
    with pytest.raises(ProblemError) as caught:
        asyncio.run(access.sessions.change_password(PasswordAsked.model_validate(body), piet))
    assert problem_code(caught) == (422, "same_password")
    assert access.sessions.me(piet).must_change
    changed = asyncio.run(
        access.sessions.change_password(PasswordAsked.model_validate(body | {"new": "another-good-password"}), piet)
    )
    assert not changed.must_change
    assert not access.sessions.me(piet).must_change
    chief = access.sessions.me(access.login("chief"))
    asyncio.run(access.sessions.put_account("piet", asked(Role.OPERATOR, password="one for the phone"), chief))
    assert access.sessions.me(access.login("piet", "one for the phone")).must_change


def test_an_account_that_is_changed_while_its_password_is_checked_is_not_let_in(access: Access) -> None:
    """Nobody slips in between with what they may no longer."""

    async def race() -> None:
        holds = access.passwords.holds

        async def changed_meanwhile(password: str, known: str | None) -> bool:
            right = await holds(password, known)
            await access.sessions.put_account("jan", asked(Role.OPERATOR, enabled=False), me)
            return right

        access.passwords.holds = changed_meanwhile  # type: ignore[method-assign]
        await access.sessions.login(
            LoginAsked.model_validate({"user": "jan", "password": PASSWORD}), Caller(HERE, None)
        )

    me = access.sessions.me(access.login("chief"))
    with pytest.raises(ProblemError) as caught:
        asyncio.run(race())
    assert problem_code(caught) == (401, "wrong_password")


@pytest.mark.parametrize(
    ("became", "left"), [(asked(Role.OPERATOR, enabled=False), (Role.OPERATOR,)), (asked(Role.VIEWER), (Role.VIEWER,))]
)
def test_who_changes_their_password_takes_back_nothing_that_was_changed_meanwhile(
    access: Access, became: AccountAsked, left: tuple[Role, ...]
) -> None:
    """An account that was disabled stays so, and a role that was taken away is gone."""
    me, here = access.sessions.me(access.login("chief")), access.login("jan")
    hashed = access.passwords.hashed

    async def changed_meanwhile(password: str) -> str:
        await access.sessions.put_account("jan", became, me)
        return await hashed(password)

    access.passwords.hashed = changed_meanwhile  # type: ignore[method-assign]
    body = PasswordAsked.model_validate({"old": PASSWORD, "new": "another-good-password"})
    with suppress(ProblemError):
        asyncio.run(access.sessions.change_password(body, here))
    [account] = [each for each in access.sessions.accounts() if each.user == "jan"]
    assert (account.enabled, account.roles) == (became.enabled, left)


def test_how_one_can_log_in_is_told(access: Access, tmp_path: Path) -> None:
    """By a local account where there is one that is enabled."""
    assert access.sessions.ways().model_dump() == {"local": True, "openid": False, "organisation": ""}
    assert not make_access(tmp_path / "empty").sessions.ways().local
    with pytest.raises(ProblemError) as caught:
        asyncio.run(access.sessions.begin_openid("/"))
    assert problem_code(caught) == (404, "no_openid")


def test_whom_an_alert_can_be_assigned_to(access: Access) -> None:
    """Who may act in that room, by their account; not who looks, is disabled, or works elsewhere."""
    access.account("viewer", Role.VIEWER)
    access.account("elsewhere", Role.OPERATOR, rooms=("uithoorn",))
    access.account("boss", Role.SUPERVISOR, rooms=("uithoorn", "amstelveen"))
    access.account("gone", Role.OPERATOR)
    asyncio.run(access.sessions.put_account("gone", asked(Role.OPERATOR, enabled=False), access_me(access)))
    assert who_may_act(access.store, "amstelveen") == ("boss", "jan")
    assert who_may_act(access.store, "uithoorn") == ("boss", "elsewhere")


def test_a_full_disk_keeps_nobody_from_looking_or_acting(access: Access) -> None:
    """Who is logged in goes on; a login, which must be kept and told, says what is the matter."""
    caller = access.login("jan")
    access.clock.forward(minutes=10)
    [[pages]] = access.store.rows("PRAGMA page_count")
    with access.store.writing() as db:
        db.execute(f"PRAGMA max_page_count = {pages}")
    for _ in range(3):
        assert access.sessions.me(caller).user == "jan"
        assert access.sessions.keep_acting(caller).user == "jan"
    codes = set()
    for n in range(400):
        try:
            access.login("jan", address=f"10.0.1.{n}")
        except ProblemError as error:
            codes.add((error.status, error.code))
    assert codes == {(503, "store_not_writable")}
    assert access.sessions.me(caller).user == "jan"
    with access.store.writing() as db:
        db.execute("PRAGMA max_page_count = 100000")
    access.login("jan")
