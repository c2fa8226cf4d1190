"""Provider: what an OpenID provider publishes of itself (discovery, keys), and the exchange of a code for a token."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey, import_key
from pydantic import BaseModel, ConfigDict, ValidationError

from console.settings import LOOPBACK, ConsoleSettings
from console.wire.problems import ProblemError
from streams.errors import ConfigurationError

TIMEOUT_S: Final = 5.0
KEPT_S: Final = 3_600.0
"""How long what a provider says of itself is believed (s)."""
KEYS_AGAIN_S: Final = 30.0
"""How soon keys are asked for again where one is not known (s): anybody can send a token with a key's name made up."""
LEAST_RSA_BITS: Final = 2_048
ASSERTION_S: Final = 60
T = TypeVar("T", bound=BaseModel)
ClientKey = RSAKey | ECKey


class ProviderMetadata(BaseModel):
    """Provider metadata: the part of OpenID Connect Discovery 1.0, and of RP-Initiated Logout 1.0, that is used here."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None


class KeyDocument(BaseModel):
    """Key document: a provider's JWK set (RFC 7517)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    keys: list[dict[str, Any]]


class TokenAnswer(BaseModel):
    """Token answer: what a code was exchanged for; the access token is not used, but for its hash."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    id_token: str
    access_token: str | None = None
    token_type: str


@dataclass(slots=True)
class _Kept:
    """A document that was fetched, and when (s, monotonic)."""

    value: Any
    at_s: float


def unavailable(detail: str) -> ProblemError:
    """Return the problem of a provider that does not answer; those who are logged in go on."""
    return ProblemError(503, "openid_unavailable", detail, retry_after_s=10)


def refused(detail: str) -> ProblemError:
    """Return the problem of a login that does not hold."""
    return ProblemError(401, "openid_refused", detail)


class OpenIdProvider:
    """OpenID provider: asked over HTTPS with the machine's own authorities; over HTTP on this machine alone.

    Raises:
        ConfigurationError: The client's key cannot be read.
    """

    def __init__(self, settings: ConsoleSettings, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._settings, self._monotonic_s = settings, monotonic_s
        self._issuer = settings.openid_issuer.rstrip("/")
        self._key = None if settings.openid_client_key is None else _client_key(settings)
        self._kept: dict[str, _Kept] = {}

    async def metadata(self) -> ProviderMetadata:
        """Return what the provider says of itself; kept an hour, and longer while it does not answer.

        Raises:
            ProblemError: 503, it does not answer, or with what is no description of this issuer.
        """
        address = f"{self._issuer}/.well-known/openid-configuration"
        found = await self._document(address, ProviderMetadata)
        if found.issuer.rstrip("/") != self._issuer:
            self._kept.pop(address, None)
            raise unavailable("the provider's description is of another issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not is_safe(getattr(found, name)):
                raise unavailable(f"{name} of the provider is not https")
        return found

    async def keys(self, metadata: ProviderMetadata, key_id: str | None) -> KeySet:
        """Return the provider's public keys, fetched again where the named one is not among them.

        Raises:
            ProblemError: 503, it does not answer.
        """
        found = await self._document(metadata.jwks_uri, KeyDocument)
        kept = self._kept[metadata.jwks_uri]
        unknown = key_id is not None and all(key.get("kid") != key_id for key in found.keys)
        if unknown and self._monotonic_s() - kept.at_s > KEYS_AGAIN_S:
            kept.at_s = self._monotonic_s() - KEPT_S
            found = await self._document(metadata.jwks_uri, KeyDocument)
        return KeySet([key for each in found.keys if (key := _public_key(each)) is not None])

    async def exchange(self, metadata: ProviderMetadata, code: str, verifier: str, redirect_uri: str) -> TokenAnswer:
        """Return what a code is worth.

        Raises:
            ProblemError: 401, the provider refuses it; 503, it does not answer.
        """
        try:
            async with self._client(metadata) as client:
                told = await client.fetch_token(
                    metadata.token_endpoint, grant_type="authorization_code", code=code, code_verifier=verifier,
                    redirect_uri=redirect_uri,
                )  # fmt: skip
            return TokenAnswer.model_validate(dict(told))
        except OAuthError:
            raise refused("the provider refuses the code") from None
        except ValidationError:
            raise refused("the provider's answer has no ID token") from None
        except (httpx2.HTTPError, ValueError) as error:
            raise unavailable(f"the provider does not exchange the code ({type(error).__name__})") from None

    def client_id(self) -> str:
        """Return the console's id at the provider."""
        return self._settings.openid_client_id

    def _client(self, metadata: ProviderMetadata) -> AsyncOAuth2Client:
        settings = self._settings
        if self._key is None:
            secret, way = settings.openid_client_secret, "client_secret_basic"
            proof: Any = "" if secret is None else secret.get_secret_value()
        else:
            proof, way = self._key, "private_key_jwt"
        client = AsyncOAuth2Client(
            settings.openid_client_id, proof, token_endpoint_auth_method=way, timeout=TIMEOUT_S, follow_redirects=False
        )
        if self._key is not None:
            algorithm = "PS256" if isinstance(self._key, RSAKey) else f"ES{_EC_BITS[self._key.curve_name]}"
            claims = {"exp": int(time.time()) + ASSERTION_S}
            headers = {"kid": self._key.thumbprint()}
            client.register_client_auth_method(
                PrivateKeyJWT(metadata.token_endpoint, claims=claims, headers=headers, alg=algorithm)
            )
        return client

    async def _document(self, address: str, kind: type[T]) -> T:
        kept, now_s = self._kept.get(address), self._monotonic_s()
        if kept is not None and now_s - kept.at_s < KEPT_S:
            assert isinstance(kept.value, kind)
            return kept.value
        try:
            async with httpx2.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False) as client:
                answer = await client.get(address, headers={"Accept": "application/json"})
                answer.raise_for_status()
            value = kind.model_validate_json(answer.content)
        except (httpx2.HTTPError, ValidationError) as error:
            if kept is not None:
                assert isinstance(kept.value, kind)
                return kept.value
            raise unavailable(f"the provider does not answer ({type(error).__name__})") from None
        self._kept[address] = _Kept(value, now_s)
        return value


_EC_BITS: Final = {"P-256": 256, "P-384": 384, "P-521": 512}


def is_safe(address: str) -> bool:
    """Return whether an address may be asked: over TLS, or on this machine."""
    try:
        parts = httpx2.URL(address)
    except httpx2.InvalidURL:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.host in LOOPBACK)


def _client_key(settings: ConsoleSettings) -> ClientKey:
    path = settings.openid_client_key
    assert path is not None
    kinds: tuple[tuple[Literal["RSA", "EC"], type[ClientKey]], ...] = (("RSA", RSAKey), ("EC", ECKey))
    for name, kind in kinds:
        try:
            key = import_key((settings.base / path).read_bytes(), name)
        except (OSError, ValueError, JoseError):
            continue
        if isinstance(key, kind) and key.is_private:
            return key
    raise ConfigurationError(
        "environment",
        "TOEZICHT_CONSOLE_OPENID_CLIENT_KEY",
        str(path),
        "a private key, RSA or EC, without a password (PEM)",
    )


def _public_key(document: dict[str, Any]) -> RSAKey | ECKey | OKPKey | None:
    """Return a key that may sign an ID token, None for any other: what encrypts, what is secret, what is too short."""
    if document.get("kty") not in {"RSA", "EC"} or document.get("use") == "enc":
        return None
    try:
        key = import_key(document)
    except (ValueError, TypeError, KeyError, JoseError):
        return None
    if isinstance(key, RSAKey):
        return key if key.public_key.key_size >= LEAST_RSA_BITS else None
    return key if isinstance(key, ECKey) else None
