"""OpenID Connect: the code flow with PKCE, state and nonce, after the NL GOV Assurance profile for OpenID Connect 1.0.1.

A login that is under way stands in the store under the hash of its state and belongs to one browser; it is used once.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from authlib.common.security import generate_token
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import JoseError

from console.access.claims import ALGORITHMS, LEEWAY_S, ClaimRules, claim_rules, fault, identity_of
from console.access.provider import OpenIdProvider, ProviderMetadata, TokenAnswer, is_safe, refused
from console.access.session import Identity
from console.access.store import AccessStore, hashed
from console.settings import ConsoleSettings
from console.wire.problems import ProblemError
from streams.clock import Clock, utc_now
from streams.errors import ConfigurationError

CALLBACK: Final = "/api/v1/auth/callback"
UNDER_WAY_S: Final = 600.0
"""How long somebody may take at the provider (s)."""
MOST_UNDER_WAY: Final = 10_000
"""Logins under way that are kept; anybody can begin one, and the oldest give way."""
LONGEST: Final = 8_000
"""Most characters of what a provider sends back."""


@dataclass(frozen=True, slots=True)
class LoginUnderWay:
    """Login under way: what only the console knows of it until it comes back."""

    nonce: str
    verifier: str
    back_to: str


def local_path(back_to: str) -> str:
    """Return a path of this console's own, `/` for anything else: an address of somebody else's never leaves here."""
    try:
        parts = urlsplit(back_to)
    except ValueError:
        return "/"
    odd = len(back_to) > 500 or not back_to.isprintable() or "\\" in back_to
    if odd or parts.scheme or parts.netloc or not back_to.startswith("/") or back_to.startswith(("//", "/api/")):
        return "/"
    return back_to


class OpenIdClient:
    """OpenID client: sends browsers to the provider, and says who came back.

    Raises:
        ConfigurationError: A role's name or the client's key is wrong.
    """

    def __init__(self, settings: ConsoleSettings, store: AccessStore, clock: Clock = utc_now) -> None:
        try:
            self._rules: ClaimRules = claim_rules(settings)
        except ValueError as error:
            raise ConfigurationError(
                "environment", "TOEZICHT_CONSOLE_OPENID_ROLES", settings.openid_roles, str(error)
            ) from None
        self._provider = OpenIdProvider(settings)
        self._settings, self._store, self._clock = settings, store, clock
        self._redirect_uri = settings.address.rstrip("/") + CALLBACK

    async def begin(self, back_to: str, max_age_s: float) -> tuple[str, str]:
        """Return the address at the provider, and what the browser must bring back as a cookie.

        Args:
            back_to: The page that is wanted afterwards.
            max_age_s: How long ago somebody may have proved who they are (s): else the provider asks again.

        Raises:
            ProblemError: 503, the provider does not answer.
        """
        metadata = await self._provider.metadata()
        state, browser = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        under_way = LoginUnderWay(secrets.token_urlsafe(32), generate_token(64), local_path(back_to))
        self._keep(state, browser, under_way)
        asked: dict[str, Any] = {
            "redirect_uri": self._redirect_uri,
            "scope": self._settings.openid_scope,
            "state": state,
            "nonce": under_way.nonce,
            "code_challenge": create_s256_code_challenge(under_way.verifier),
            "code_challenge_method": "S256",
            "max_age": str(int(max_age_s)),
        }
        if self._rules.acr:
            asked["acr_values"] = " ".join(sorted(self._rules.acr))
        address = prepare_grant_uri(metadata.authorization_endpoint, self._provider.client_id(), "code", **asked)
        return str(address), browser

    async def logout_address(self) -> str:
        """Return where the provider ends a person's session (RP-Initiated Logout 1.0), and sends the browser back to the page.

        Without the ID token as a hint, which the console does not keep: a provider may ask the person whether they mean it.
        Empty where it has no such address, or none that is safe, or does not answer; the console's own session is over anyway.
        """
        try:
            metadata = await self._provider.metadata()
        except ProblemError:
            return ""
        address = metadata.end_session_endpoint
        if address is None or not is_safe(address):
            return ""
        known = {
            "client_id": self._provider.client_id(),
            "post_logout_redirect_uri": f"{self._settings.address.rstrip('/')}/",
        }
        return str(add_params_to_uri(address, list(known.items())))

    async def end(self, query: str, browser: str, max_age_s: float) -> tuple[Identity, str]:
        """Return who came back, and the page that they wanted.

        Args:
            query: What the provider sent the browser back with.
            browser: The cookie of `begin`.
            max_age_s: As for `begin`.

        Raises:
            ProblemError: 401, it does not hold; 503, the provider does not answer.
        """
        answer = _parameters(query)
        under_way = self._take(answer.get("state", ""), browser)
        if answer.get("iss", self._settings.openid_issuer).rstrip("/") != self._settings.openid_issuer.rstrip("/"):
            raise refused("the answer is another provider's")
        if "error" in answer or "code" not in answer:
            raise refused("the provider refuses the login")
        metadata = await self._provider.metadata()
        told = await self._provider.exchange(metadata, answer["code"], under_way.verifier, self._redirect_uri)
        claims = await self._claims(metadata, told, under_way.nonce, max_age_s)
        identity = identity_of(claims, self._rules)
        if identity is None:
            raise refused(f"the claim {self._rules.user_claim} is no name that can be used")
        return identity, under_way.back_to

    async def _claims(
        self, metadata: ProviderMetadata, told: TokenAnswer, nonce: str, max_age_s: float
    ) -> dict[str, Any]:
        """Return an ID token's claims, its signature and all else checked (OpenID Connect Core 3.1.3.7)."""
        try:
            header = jws.extract_compact(told.id_token.encode()).headers()
            key_id = header.get("kid")
            keys = await self._provider.keys(metadata, key_id if isinstance(key_id, str) else None)
            token = jwt.decode(told.id_token, keys, algorithms=ALGORITHMS)
            now_s = self._clock().timestamp()
            checked = CodeIDToken(
                token.claims,
                token.header,
                {
                    "iss": {"essential": True, "value": metadata.issuer},
                    "aud": {"essential": True, "value": self._provider.client_id()},
                    "exp": {"essential": True},
                },
                {
                    "nonce": nonce, "client_id": self._provider.client_id(), "access_token": told.access_token,
                    "max_age": int(max_age_s),
                },
            )  # fmt: skip
            checked.validate(int(now_s), LEEWAY_S)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise refused(f"the ID token does not hold ({getattr(error, 'error', type(error).__name__)})") from None
        if what := fault(token.claims, self._rules, now_s, max_age_s):
            raise refused(f"the ID token does not hold: {what}")
        return token.claims

    def _keep(self, state: str, browser: str, under_way: LoginUnderWay) -> None:
        now_s = self._clock().timestamp()
        with self._store.writing() as db:
            db.execute("DELETE FROM openid_logins WHERE begun_s <= ?", (now_s - UNDER_WAY_S,))
            db.execute(
                "DELETE FROM openid_logins WHERE rowid IN"
                " (SELECT rowid FROM openid_logins ORDER BY begun_s DESC LIMIT -1 OFFSET ?)",
                (MOST_UNDER_WAY - 1,),
            )
            db.execute(
                "INSERT INTO openid_logins VALUES (?, ?, ?, ?, ?, ?)",
                (hashed(state), hashed(browser), under_way.nonce, under_way.verifier, under_way.back_to, now_s),
            )

    def _take(self, state: str, browser: str) -> LoginUnderWay:
        """Return a login that is under way, once: its state is no more after it, whatever comes of it."""
        with self._store.writing() as db:
            row = db.execute(
                "DELETE FROM openid_logins WHERE state = ? AND browser = ? RETURNING *",
                (hashed(state), hashed(browser)),
            ).fetchone()
        if row is None or row["begun_s"] <= self._clock().timestamp() - UNDER_WAY_S:
            raise refused("no login of this browser is under way, or it took too long")
        return LoginUnderWay(row["nonce"], row["verifier"], row["back_to"])


def _parameters(query: str) -> dict[str, str]:
    """Return the parameters of an answer, none where it is too long or names one twice."""
    pairs = parse_qsl(query[:LONGEST], keep_blank_values=True) if len(query) <= LONGEST else []
    found = dict(pairs)
    return found if len(found) == len(pairs) else {}
