"""OpenID Connect: the code flow against a real provider on loopback, and all that must not get in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from console.access.openid import local_path
from console.access.provider import KEPT_S, KEYS_AGAIN_S, OpenIdProvider, is_safe
from console.wire.people import Caller, Me, Role
from console.wire.problems import ProblemError
from streams.errors import ConfigurationError
from tests.support.console.access import HERE, Access, SetClock, make_access, problem_code
from tests.support.console.openid_provider import (
    CLIENT_ID,
    SECRET,
    LoopbackProvider,
    running_provider,
    signed_with_the_public_key,
    unsigned,
)

ADDRESS = "https://toezicht.example"


@pytest.fixture(scope="module")
def one_provider() -> Iterator[LoopbackProvider]:
    """Yield a provider that the tests of this module share: its key takes a while to make."""
    with running_provider() as provider:
        yield provider


@pytest.fixture
def provider(one_provider: LoopbackProvider) -> Iterator[LoopbackProvider]:
    """Yield the provider as it should be; whatever a test changes is put back."""
    before = dict(vars(one_provider))
    one_provider.claims, one_provider.discovery, one_provider.seen, one_provider.asked = {}, {}, [], []
    yield one_provider
    for name, value in before.items():
        setattr(one_provider, name, value)


def access_to(provider: LoopbackProvider, folder: Path, **settings: Any) -> Access:
    """Return a console of this provider, whose clock is the real one."""
    known = {"openid_issuer": provider.address, "openid_client_id": CLIENT_ID, "address": ADDRESS}
    if "openid_client_key" not in settings:
        known["openid_client_secret"] = SECRET
    return make_access(folder, SetClock(datetime.now(UTC)), openid=True, **(known | settings))


def log_in(
    access: Access, provider: LoopbackProvider, back_to: str = "/", token: str | None = None
) -> tuple[Me, str, str]:
    """Do the whole of a login, as a browser does it."""

    async def both() -> tuple[Me, str, str]:
        address, kept = await access.sessions.begin_openid(back_to)
        return await access.sessions.end_openid(provider.approve(address), kept, Caller(HERE, token))

    return asyncio.run(both())


def refusal(access: Access, provider: LoopbackProvider) -> str:
    """Return why a login is refused, and check that nobody is logged in by it."""
    with pytest.raises(ProblemError) as caught:
        log_in(access, provider)
    assert problem_code(caught) == (401, "openid_refused")
    assert access.store.rows("SELECT * FROM sessions") == []
    assert access.told()[-1][::3] == ("unknown", "refused")
    return caught.value.detail


def test_a_person_logs_in_and_comes_back_to_their_page(provider: LoopbackProvider, tmp_path: Path) -> None:
    """With the roles and rooms of the token; the audit knows."""
    access = access_to(provider, tmp_path)
    me, token, page = log_in(access, provider, "/kaart?melding=7")
    assert (me.user, me.roles, me.rooms, me.login) == ("jan", (Role.OPERATOR,), ("amstelveen",), "openid")
    assert page == "/kaart?melding=7"
    assert access.sessions.me(Caller(HERE, token)) == me
    assert access.told() == [("jan", "login", "openid", "done")]
    assert access.sessions.ways().openid


END = "/logout?tenant=gemeente"


def test_logging_out_ends_the_providers_session_where_it_has_an_address_for_that(
    provider: LoopbackProvider, tmp_path: Path
) -> None:
    """RP-Initiated Logout 1.0; the browser comes back to the page, and goes nowhere the second time, or from a local account."""
    provider.discovery = {"end_session_endpoint": provider.address + END}
    access = access_to(provider, tmp_path)
    _, token, _ = log_in(access, provider)
    address = asyncio.run(access.sessions.logout(Caller(HERE, token)))
    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{provider.address}/logout"
    assert parse_qs(parts.query) == {
        "tenant": ["gemeente"],
        "client_id": [CLIENT_ID],
        "post_logout_redirect_uri": [f"{ADDRESS}/"],
    }
    assert asyncio.run(access.sessions.logout(Caller(HERE, token))) == ""
    access.account("piet", Role.OPERATOR)
    assert asyncio.run(access.sessions.logout(access.login("piet"))) == ""


@pytest.mark.parametrize("end", [None, "http://elsewhere.example/logout", "javascript:alert(1)", ""])
def test_a_provider_without_a_safe_address_ends_nothing(
    provider: LoopbackProvider, tmp_path: Path, end: str | None
) -> None:
    """Nor does one that is away; the console's own session is over all the same."""
    provider.discovery = {} if end is None else {"end_session_endpoint": end}
    access = access_to(provider, tmp_path)
    _, token, _ = log_in(access, provider)
    assert asyncio.run(access.sessions.logout(Caller(HERE, token))) == ""
    assert access.store.rows("SELECT * FROM sessions") == []


def test_a_provider_that_is_away_keeps_nobody_from_logging_out(provider: LoopbackProvider, tmp_path: Path) -> None:
    access = access_to(provider, tmp_path)
    _, token, _ = log_in(access, provider)
    provider.away = True
    other = access_to(provider, tmp_path)  # it asked the provider nothing yet
    assert asyncio.run(other.sessions.logout(Caller(HERE, token))) == ""
    assert access.store.rows("SELECT * FROM sessions") == []
    assert access.told()[-1] == ("jan", "logout", "", "done")


def test_the_request_is_as_the_profile_asks(provider: LoopbackProvider, tmp_path: Path) -> None:
    """Code, PKCE with S256, state and nonce of 256 bit, new ones each time, the levels that are accepted, and a recent proof."""
    access = access_to(provider, tmp_path, openid_acr="substantial, high")
    asked = [parse_qs(urlsplit(asyncio.run(access.sessions.begin_openid("/"))[0]).query) for _ in range(2)]
    assert {name: values for name, values in asked[0].items() if name not in ("state", "nonce", "code_challenge")} == {
        "response_type": ["code"],
        "client_id": [CLIENT_ID],
        "redirect_uri": [f"{ADDRESS}/api/v1/auth/callback"],
        "scope": ["openid"],
        "code_challenge_method": ["S256"],
        "acr_values": ["high substantial"],
        "max_age": ["1800"],
    }
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[0][name][0]) >= 43
        assert asked[0][name] != asked[1][name]


@pytest.mark.parametrize("kind", ["RSA", "EC"])
def test_the_console_proves_itself_by_its_key(provider: LoopbackProvider, tmp_path: Path, kind: str) -> None:
    """private_key_jwt, new for each request, and no secret beside it."""
    key = RSAKey.generate_key(2048) if kind == "RSA" else ECKey.generate_key("P-256")
    path = tmp_path / "client.pem"
    path.write_bytes(key.as_pem(private=True))
    provider.client_key = key
    access = access_to(provider, tmp_path / kind, openid_client_key=path)
    assert log_in(access, provider)[0].user == log_in(access, provider)[0].user == "jan"
    assertions = [body["client_assertion"] for body in provider.seen]
    assert len(set(assertions)) == 2
    assert all(body["client_assertion_type"].endswith("jwt-bearer") for body in provider.seen)
    assert all("client_secret" not in body for body in provider.seen)


def test_a_wrong_secret_or_key_lets_nobody_in(provider: LoopbackProvider, tmp_path: Path) -> None:
    """The provider refuses the console; a key that cannot be read ends it with one line."""
    assert "refuses the code" in refusal(access_to(provider, tmp_path, openid_client_secret="another"), provider)
    path = tmp_path / "client.pem"
    for text in ("", "no key", RSAKey.generate_key(2048).as_pem(private=False).decode()):
        path.write_text(text)
        with pytest.raises(ConfigurationError, match="OPENID_CLIENT_KEY"):
            access_to(provider, tmp_path / "keys", openid_client_key=path)


CLAIMS: list[tuple[str, dict[str, Any]]] = [
    ("another's nonce", {"nonce": "another"}),
    ("no nonce", {"nonce": None}),
    ("another issuer", {"iss": "https://elsewhere.example"}),
    ("no issuer", {"iss": None}),
    ("another client", {"aud": "another"}),
    ("no client", {"aud": None}),
    ("among clients, not made for this one", {"aud": [CLIENT_ID, "another"], "azp": "another"}),
    ("among clients, for nobody", {"aud": [CLIENT_ID, "another"]}),
    ("expired", {"exp": int(time.time()) - 3_600}),
    ("without an end", {"exp": None}),
    ("an end that is no time", {"exp": "tomorrow"}),
    ("of the future", {"iat": int(time.time()) + 3_600}),
    ("of long ago", {"iat": int(time.time()) - 3_600}),
    ("without a time", {"iat": None}),
    ("not valid yet", {"nbf": int(time.time()) + 3_600}),
    ("proved too long ago", {"auth_time": int(time.time()) - 2_000}),
    ("proved nobody knows when", {"auth_time": None}),
    ("proved at true", {"auth_time": True}),
    ("a name that is none", {"sub": "a b"}),
    ("a name that is a list", {"sub": ["jan"]}),
    ("without a name", {"sub": None}),
    ("an access token's wrong hash", {"at_hash": "x"}),
]


@pytest.mark.parametrize(("what", "claims"), CLAIMS, ids=[what for what, _ in CLAIMS])
def test_a_token_that_does_not_hold_lets_nobody_in(
    provider: LoopbackProvider, tmp_path: Path, what: str, claims: dict[str, Any]
) -> None:
    """Signed by the provider itself, and wrong all the same."""
    provider.claims = claims
    assert refusal(access_to(provider, tmp_path), provider)


def test_a_token_that_the_provider_did_not_sign_lets_nobody_in(provider: LoopbackProvider, tmp_path: Path) -> None:
    """Nobody's signature, another's key, its public key as a secret, and what is no token."""
    access, other = access_to(provider, tmp_path), RSAKey.generate_key(2048, {"kid": "one"})
    header = {"alg": "PS256", "kid": "one"}
    ways: list[Callable[[dict[str, Any]], str]] = [
        unsigned,
        lambda claims: jwt.encode(header, claims, other, algorithms=["PS256"]),
        signed_with_the_public_key(provider),
        lambda claims: jwt.encode(header, claims, provider.key, algorithms=["PS256"])[:-8] + "AAAAAAAA",
        lambda claims: "no token",
        lambda claims: "a.b.c",
        lambda claims: "",
    ]
    for sign in ways:
        provider.sign = sign
        assert refusal(access, provider)


def test_a_short_key_counts_for_nothing(provider: LoopbackProvider, tmp_path: Path) -> None:
    """Below 2048 bit anybody with time can sign as the provider."""
    provider.key = RSAKey.generate_key(1024, {"kid": "short"})
    assert refusal(access_to(provider, tmp_path), provider)


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256"])
def test_signatures_of_the_profile_are_taken(provider: LoopbackProvider, tmp_path: Path, algorithm: str) -> None:
    """RS256 must be, PS256 should be, and what is at least as secure may be."""
    if algorithm == "ES256":
        provider.key = ECKey.generate_key("P-256", {"kid": "ec"})
    provider.algorithm = algorithm
    assert log_in(access_to(provider, tmp_path), provider)[0].user == "jan"


def test_a_level_of_assurance_is_asked_for_and_held(provider: LoopbackProvider, tmp_path: Path) -> None:
    """One of those that are configured; none where none is."""
    access = access_to(provider, tmp_path, openid_acr="substantial,high")
    log_in(access, provider)
    for acr in ("low", None, ["high"]):
        provider.claims = {"acr": acr}
        with pytest.raises(ProblemError) as caught:
            log_in(access, provider)
        assert problem_code(caught) == (401, "openid_refused")


def test_a_state_is_used_once_and_by_one_browser(provider: LoopbackProvider, tmp_path: Path) -> None:
    """A replayed answer, another browser's, one that nobody asked for, one that took too long."""
    access = access_to(provider, tmp_path)

    async def end(query: str, kept: str | None) -> Any:
        return await access.sessions.end_openid(query, kept, Caller(HERE, None))

    address, kept = asyncio.run(access.sessions.begin_openid("/"))
    query = provider.approve(address)
    for wrong_query, wrong_kept in (
        (query, None),
        (query, "another"),
        ("code=x&state=y", kept),
        ("", kept),
        ("=&", kept),
    ):
        with pytest.raises(ProblemError) as caught:
            asyncio.run(end(wrong_query, wrong_kept))
        assert problem_code(caught) == (401, "openid_refused")
    assert asyncio.run(end(query, kept))[0].user == "jan"
    with pytest.raises(ProblemError):
        asyncio.run(end(query, kept))
    address, kept = asyncio.run(access.sessions.begin_openid("/"))
    access.clock.forward(seconds=601)
    with pytest.raises(ProblemError):
        asyncio.run(end(provider.approve(address), kept))


def test_a_code_that_was_used_is_worth_nothing(provider: LoopbackProvider, tmp_path: Path) -> None:
    """Somebody who saw a code cannot put it into a login of their own."""
    access = access_to(provider, tmp_path)
    address, _ = asyncio.run(access.sessions.begin_openid("/"))
    stolen = parse_qs(provider.approve(address))["code"][0]
    mine, kept = asyncio.run(access.sessions.begin_openid("/"))
    state = parse_qs(urlsplit(mine).query)["state"][0]
    with pytest.raises(ProblemError) as caught:
        asyncio.run(access.sessions.end_openid(f"code={stolen}&state={state}", kept, Caller(HERE, None)))
    assert problem_code(caught) == (401, "openid_refused")


@pytest.mark.parametrize(
    "query", ["error=access_denied&state={}", "state={}", "code=x&code=y&state={}", "code=x&state={}&iss=https://evil"]
)
def test_an_answer_that_is_no_code_lets_nobody_in(provider: LoopbackProvider, tmp_path: Path, query: str) -> None:
    """A refusal, a mix-up of providers, a parameter twice."""
    access = access_to(provider, tmp_path)
    address, kept = asyncio.run(access.sessions.begin_openid("/"))
    state = parse_qs(urlsplit(address).query)["state"][0]
    with pytest.raises(ProblemError) as caught:
        asyncio.run(access.sessions.end_openid(query.format(state), kept, Caller(HERE, None)))
    assert problem_code(caught) == (401, "openid_refused")
    assert provider.seen == []


@pytest.mark.parametrize(
    "back_to",
    ["https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil", "javascript:alert(1)", "evil", "", "/a\nb",
     "/api/v1/session", "/" + "x" * 600, "http:/x", "/\x00", "////evil", "//["],
)  # fmt: skip
def test_nobody_is_sent_elsewhere_after_a_login(back_to: str) -> None:
    """Only a path of the console's own pages counts."""
    assert local_path(back_to) == "/"


def test_own_pages_are_kept() -> None:
    """With what they are asked for."""
    for page in ("/", "/kaart", "/kaart?melding=1&x=%2F", "/meldingen/a-b#c"):
        assert local_path(page) == page


def test_roles_and_rooms_come_from_the_configured_claims(provider: LoopbackProvider, tmp_path: Path) -> None:
    """Also within a claim, under the provider's own names; an unknown role gives no right."""
    access = access_to(
        provider, tmp_path, openid_roles_claim="realm_access.roles", openid_roles="tz-op=operator, tz-baas=supervisor",
        openid_rooms_claim="", openid_user_claim="preferred_username",
    )  # fmt: skip
    provider.claims = {
        "realm_access": {"roles": ["tz-baas", "operator", 7, "tz-baas"]},
        "preferred_username": "nacht-1",
    }
    me = log_in(access, provider)[0]
    assert (me.user, me.roles, me.rooms) == ("nacht-1", (Role.SUPERVISOR,), ("amstelveen", "uithoorn"))
    for nothing in ({"realm_access": None}, {"realm_access": "supervisor"}, {"realm_access": {"roles": {"tz-op": 1}}}):
        provider.claims = {"preferred_username": "nacht-1"} | nothing
        me = log_in(access, provider)[0]
        assert (me.roles, me.rights) == ((), ())
    with pytest.raises(ConfigurationError, match="OPENID_ROLES"):
        access_to(provider, tmp_path / "other", openid_roles="tz-op=king")


def test_a_name_that_a_local_account_has_is_refused(provider: LoopbackProvider, tmp_path: Path) -> None:
    """Two persons would be one in the list and in the audit."""
    access = access_to(provider, tmp_path)
    access.account("Jan", Role.ADMINISTRATOR)
    assert "same name" in refusal(access, provider)


def test_a_provider_that_is_down_is_told_and_who_is_logged_in_goes_on(
    provider: LoopbackProvider, tmp_path: Path
) -> None:
    """Before and in the middle of a login; once it is back, all is as before."""
    access = access_to(provider, tmp_path)
    _, token, _ = log_in(access, provider)
    fresh = access_to(provider, tmp_path / "fresh")
    address, kept = asyncio.run(access.sessions.begin_openid("/"))
    provider.away = True
    with pytest.raises(ProblemError) as caught:
        asyncio.run(fresh.sessions.begin_openid("/"))
    assert problem_code(caught) == (503, "openid_unavailable")
    assert caught.value.retry_after_s
    with pytest.raises(ProblemError) as caught:
        asyncio.run(access.sessions.end_openid(provider.approve(address), kept, Caller(HERE, None)))
    assert problem_code(caught) == (503, "openid_unavailable")
    caller = Caller(HERE, token)
    assert access.sessions.keep_acting(caller).user == access.sessions.me(caller).user == "jan"
    provider.away = False
    assert log_in(fresh, provider)[0].user == "jan"


def test_a_provider_that_nobody_listens_for_is_down(tmp_path: Path) -> None:
    """A refused connection is no traceback."""
    nobody = LoopbackProvider(address="http://127.0.0.1:9", key=ECKey.generate_key("P-256"))
    with pytest.raises(ProblemError) as caught:
        asyncio.run(access_to(nobody, tmp_path).sessions.begin_openid("/"))
    assert problem_code(caught) == (503, "openid_unavailable")


@pytest.mark.parametrize(
    "discovery",
    [{"issuer": "https://elsewhere.example"}, {"token_endpoint": "http://elsewhere.example/token"}, {"jwks_uri": "file:///etc/passwd"},
     {"authorization_endpoint": "javascript:alert(1)"}, {"token_endpoint": 7}],
)  # fmt: skip
def test_a_description_that_is_anothers_or_not_safe_is_not_used(
    provider: LoopbackProvider, tmp_path: Path, discovery: dict[str, Any]
) -> None:
    """Secrets go nowhere but to the issuer that is configured, over TLS."""
    provider.discovery = discovery
    with pytest.raises(ProblemError) as caught:
        asyncio.run(access_to(provider, tmp_path).sessions.begin_openid("/"))
    assert problem_code(caught) == (503, "openid_unavailable")


@pytest.mark.parametrize("answer", [b"<html>", b"", {}, {"id_token": 7, "token_type": "Bearer"}, [], b"\xff"])
def test_an_answer_that_is_no_token_is_a_problem(provider: LoopbackProvider, tmp_path: Path, answer: Any) -> None:
    """And no traceback."""
    provider.answer = answer
    with pytest.raises(ProblemError) as caught:
        log_in(access_to(provider, tmp_path), provider)
    assert caught.value.status in (401, 503)


def test_keys_that_the_provider_changed_are_fetched(provider: LoopbackProvider, tmp_path: Path) -> None:
    """By the name in the token; else what it says of itself is asked once an hour."""
    now_s = [0.0]
    access = access_to(provider, tmp_path)
    sessions: Any = access.sessions
    sessions._parts.openid._provider = OpenIdProvider(access.settings, lambda: now_s[0])
    log_in(access, provider)
    log_in(access, provider)
    assert provider.asked == ["/.well-known/openid-configuration", "/keys"]
    provider.key = ECKey.generate_key("P-256", {"kid": "two"})
    provider.algorithm = "ES256"
    now_s[0] = KEYS_AGAIN_S + 1
    log_in(access, provider)
    assert provider.asked.count("/keys") == 2
    now_s[0] = KEPT_S + KEYS_AGAIN_S + 2
    log_in(access, provider)
    assert len(provider.asked) == 5


def test_the_proof_again_gives_the_same_session_its_keys_back(provider: LoopbackProvider, tmp_path: Path) -> None:
    """As with a password: the stream goes on."""
    access = access_to(provider, tmp_path)
    _, token, _ = log_in(access, provider)
    assert log_in(access, provider, token=token)[1] == token


def test_an_address_may_be_asked_over_tls_or_on_this_machine() -> None:
    """And nothing else."""
    assert is_safe("https://a.example/x")
    assert is_safe("http://127.0.0.1:80/x")
    for address in ("http://a.example", "file:///x", "", "http://127.0.0.1.evil.example", "https//x", "\x00"):
        assert not is_safe(address)
