"""Console settings `TOEZICHT_CONSOLE_*`: read once, frozen, each with a unit and a sentence. No secret has a default."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from streams.settings import read_environment

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class ConsoleSettings(BaseSettings):
    """Console settings: where it listens, for which rooms, how people log in, and what it may ask outside."""

    model_config = SettingsConfigDict(
        env_prefix="TOEZICHT_CONSOLE_", frozen=True, extra="ignore", env_ignore_empty=True
    )

    host: str = Field("127.0.0.1", description="Address to listen on; without TLS only this machine's own")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(8090, description="Port to listen on; 0 picks a free one")
    address: str = Field(
        "", description="The address that browsers see, such as https://toezicht.example; empty: as it listens"
    )
    tls_cert: Path | None = Field(None, description="Certificate of the server (PEM)")
    tls_key: Path | None = Field(None, description="Its key (PEM)")
    behind_proxy: bool = Field(False, description="Whether a proxy on a trusted network ends TLS before the console")
    proxies: str = Field(
        "127.0.0.1", description="Addresses or networks of these proxies, comma separated: whose X-Forwarded-For counts"
    )
    rooms: str = Field("", description="Control rooms that it serves, comma separated; all of the registry where empty")
    organisation: str = Field("", description="Whose console it is, as the page's head shows it")
    store: Path | None = Field(
        None,
        description="File of local accounts and sessions (SQLite), which the consoles of a host share; "
        "console/access.sqlite under TOEZICHT_DATA where empty",
    )
    first_accounts: Path | None = Field(
        None,
        description="File of accounts to make (JSON), readable by its owner alone; read once at the start, and deleted",
    )
    session_hours: Annotated[float, Field(gt=0, le=12)] = Field(12.0, description="How long a session lasts, in hours")
    acting_minutes: Annotated[float, Field(gt=0, le=720)] = Field(
        30.0, description="After how many minutes without a key acting asks for the password again"
    )
    bind_address: bool = Field(False, description="Whether a session is refused from another network address")
    openid_issuer: str = Field("", description="Address of the OpenID provider; no login by OpenID Connect where empty")
    openid_client_id: str = Field("", description="This console's id at the provider")
    openid_client_key: Path | None = Field(
        None, description="Private key (PEM) that the console proves itself with (private_key_jwt), as NL GOV asks"
    )
    openid_client_secret: SecretStr | None = Field(
        None, description="Secret that it proves itself with, where the provider knows no key"
    )
    openid_scope: str = Field("openid", description="Scopes to ask for, with spaces between; no more than is needed")
    openid_acr: str = Field(
        "", description="Levels of assurance (acr) of which a login must have one, comma separated; any where empty"
    )
    openid_user_claim: str = Field(
        "sub", description="Claim that names a user, as other operators see it; never reused"
    )
    openid_roles_claim: str = Field("roles", description="Claim that names the roles; a.b for b within a")
    openid_roles: str = Field(
        "", description="The provider's names of roles: theirs=ours, comma separated; the same names where empty"
    )
    openid_rooms_claim: str = Field(
        "rooms", description="Claim that names the control rooms; every room of the console where empty"
    )
    tiles: str = Field("", description="Server of map tiles, with {z}, {x} and {y}; no background where empty")
    tiles_attribution: str = Field("", description="What the map says of its tiles' source")
    streams_per_user: Annotated[int, Field(ge=1, le=100)] = Field(8, description="Open streams of one person at most")
    streams: Annotated[int, Field(ge=1, le=5_000)] = Field(200, description="Open streams at most")
    picture_by_itself: bool = Field(True, description="Whether the page asks for the picture of a P1 by itself")
    base: Path = Field(Path(), description="Folder that relative paths here are relative to")
    theme: Path | None = Field(None, description="CSS file with a municipality's own colours")

    @property
    def secure(self) -> bool:
        """Return whether browsers reach the console by TLS."""
        return self.tls_cert is not None or self.behind_proxy

    @model_validator(mode="after")
    def _safe(self) -> ConsoleSettings:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("TLS needs both TOEZICHT_CONSOLE_TLS_CERT and TOEZICHT_CONSOLE_TLS_KEY")
        if self.host not in LOOPBACK and self.tls_cert is None and not self.behind_proxy:
            raise ValueError(
                "without TLS the console listens on this machine alone: expected 127.0.0.1, or TLS, or a proxy"
            )
        if self.openid_issuer:
            self._safe_openid()
        return self

    def _safe_openid(self) -> None:
        if not self.openid_client_id:
            raise ValueError("OpenID Connect needs TOEZICHT_CONSOLE_OPENID_CLIENT_ID")
        if (self.openid_client_key is None) == (self.openid_client_secret is None):
            raise ValueError(
                "OpenID Connect needs either TOEZICHT_CONSOLE_OPENID_CLIENT_KEY or TOEZICHT_CONSOLE_OPENID_CLIENT_SECRET"
            )
        if not self.address:
            raise ValueError("OpenID Connect needs TOEZICHT_CONSOLE_ADDRESS, which the provider sends browsers back to")
        for name, address in (("OPENID_ISSUER", self.openid_issuer), ("ADDRESS", self.address)):
            parts = urlsplit(address)
            if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
                raise ValueError(f"expected https:// in TOEZICHT_CONSOLE_{name}")


def read_console_settings() -> ConsoleSettings:
    """Return the console's settings.

    Raises:
        ToezichtError: A variable has a value that it cannot have, or there is no such setting.
        MistakesError: Several are wrong; a line each.
    """
    return read_environment(ConsoleSettings)
