"""OpenID provider of the tests: a real one on loopback, with keys, codes and tokens, that can be told to misbehave."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

CLIENT_ID = "toezicht"
SECRET = "made-up-secret-of-the-test"


@dataclass
class LoopbackProvider:
    """An OpenID provider. What a test changes here it does from then on.

    Attributes:
        claims: Claims that every ID token gets, over the right ones; a value None leaves one out.
        sign: Makes the token of its claims, where not as it should be.
        away: Whether it answers nothing but 503.
        seen: The parameters of each token request.
    """

    address: str = ""
    key: RSAKey | ECKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}))
    algorithm: str = "PS256"
    client_key: RSAKey | ECKey | None = None
    claims: dict[str, Any] = field(default_factory=dict)
    discovery: dict[str, Any] = field(default_factory=dict)
    sign: Callable[[dict[str, Any]], str] | None = None
    answer: dict[str, Any] | bytes | None = None
    away: bool = False
    seen: list[dict[str, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def approve(self, authorization: str) -> str:
        """Do what a person's browser does: log in there, and return the query that it is sent back with."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(authorization).query).items()}
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return urlencode({"code": code, "state": asked["state"]})

    def document(self, path: str) -> Any:
        """Return what it publishes."""
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "jwks_uri": f"{self.address}/keys",
            } | self.discovery
        return {"keys": [self.key.as_dict(private=False)]}

    def token(self, body: dict[str, str], authorization: str) -> tuple[int, Any]:
        """Exchange a code, once, for who proves to be the client and to have begun the login."""
        self.seen.append(body)
        if not self._is_client(body, authorization):
            return 401, {"error": "invalid_client"}
        asked = self.codes.pop(body.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(body.get("code_verifier", "").encode()).digest())
        if asked is None or challenge.decode().rstrip("=") != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        if asked["redirect_uri"] != body.get("redirect_uri") or asked["code_challenge_method"] != "S256":
            return 400, {"error": "invalid_grant"}
        if self.answer is not None:
            return 200, self.answer
        return 200, {"access_token": "a", "token_type": "Bearer", "id_token": self._id_token(asked["nonce"])}

    def _id_token(self, nonce: str) -> str:
        now_s = int(time.time())
        claims = {
            "iss": self.address, "aud": CLIENT_ID, "sub": "jan", "nonce": nonce, "iat": now_s, "exp": now_s + 300,
            "auth_time": now_s, "roles": ["operator"], "rooms": ["amstelveen"], "acr": "substantial",
        } | self.claims  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.sign is not None:
            return self.sign(claims)
        header = {"alg": self.algorithm, "kid": self.key.kid}
        return jwt.encode(header, claims, self.key, algorithms=[self.algorithm])

    def _is_client(self, body: dict[str, str], authorization: str) -> bool:
        if self.client_key is None:
            return authorization == "Basic " + base64.b64encode(f"{CLIENT_ID}:{SECRET}".encode()).decode()
        try:
            token = jwt.decode(body["client_assertion"], self.client_key, algorithms=["PS256", "ES256"])
        except (KeyError, ValueError):
            return False
        told = token.claims
        return (
            told["iss"] == told["sub"] == CLIENT_ID
            and told["aud"] == f"{self.address}/token"
            and time.time() < told["exp"] <= time.time() + 120
            and bool(told["jti"])
            and not authorization
        )


def unsigned(claims: dict[str, Any]) -> str:
    """Return a token that nobody signed (`alg` is `none`)."""
    return f"{_part({'alg': 'none'})}.{_part(claims)}."


def signed_with_the_public_key(provider: LoopbackProvider) -> Callable[[dict[str, Any]], str]:
    """Return what signs with the provider's public key as if it were a secret (the old trick with HS256)."""
    secret = provider.key.as_pem(private=False)

    def sign(claims: dict[str, Any]) -> str:
        text = f"{_part({'alg': 'HS256', 'kid': provider.key.kid})}.{_part(claims)}"
        return f"{text}.{_encoded(hmac.digest(secret, text.encode(), 'sha256'))}"

    return sign


def _part(value: Any) -> str:
    return _encoded(json.dumps(value).encode())


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


@contextmanager
def running_provider() -> Iterator[LoopbackProvider]:
    """Yield a provider that listens on loopback."""
    provider = LoopbackProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(503 if provider.away else 200, provider.document(self.path))

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            body = {name: values[0] for name, values in parse_qs(text).items()}
            status, told = provider.token(body, self.headers.get("Authorization", ""))
            self.answer(503 if provider.away else status, told)

        def answer(self, status: int, told: Any) -> None:
            body = told if isinstance(told, bytes) else json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    provider.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
