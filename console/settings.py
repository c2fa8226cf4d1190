"""Console settings `TOEZICHT_CONSOLE_*`: read once, frozen, each with a unit and a sentence. No secret has a default."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class ConsoleSettings(BaseSettings):
    """Console settings: where it listens, for which rooms, how people log in, and what it may ask outside."""

    model_config = SettingsConfigDict(env_prefix="TOEZICHT_CONSOLE_", frozen=True, extra="ignore")

    host: str = Field("127.0.0.1", description="Address to listen on; without TLS only this machine's own")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(8090, description="Port to listen on; 0 picks a free one")
    address: str = Field(
        "", description="The address that browsers see, such as https://toezicht.example; empty: as it listens"
    )
    tls_cert: Path | None = Field(None, description="Certificate of the server (PEM)")
    tls_key: Path | None = Field(None, description="Its key (PEM)")
    behind_proxy: bool = Field(False, description="Whether a proxy on a trusted network ends TLS before the console")
    rooms: str = Field("", description="Control rooms that it serves, comma separated; all of the registry where empty")
    organisation: str = Field("", description="Whose console it is, as the page's head shows it")
    accounts: Path | None = Field(None, description="File of local accounts (YAML); none where empty")
    session_hours: Annotated[float, Field(gt=0, le=12)] = Field(12.0, description="How long a session lasts, in hours")
    acting_minutes: Annotated[float, Field(gt=0, le=720)] = Field(
        30.0, description="After how many minutes without a key acting asks for the password again"
    )
    bind_address: bool = Field(False, description="Whether a session is refused from another network address")
    openid_issuer: str = Field("", description="Address of the OpenID provider; no login by OpenID Connect where empty")
    openid_client_id: str = Field("", description="This console's id at the provider")
    openid_client_secret: SecretStr | None = None
    openid_roles_claim: str = Field("roles", description="Claim that names the roles")
    openid_rooms_claim: str = Field("rooms", description="Claim that names the control rooms")
    tiles: str = Field("", description="Server of map tiles, with {z}, {x} and {y}; no background where empty")
    tiles_attribution: str = Field("", description="What the map says of its tiles' source")
    streams_per_user: Annotated[int, Field(ge=1, le=100)] = Field(8, description="Open streams of one person at most")
    streams: Annotated[int, Field(ge=1, le=5_000)] = Field(200, description="Open streams at most")
    picture_by_itself: bool = Field(True, description="Whether the page asks for the picture of a P1 by itself")
    theme: Path | None = Field(None, description="CSS file with a municipality's own colours")

    @model_validator(mode="after")
    def _safe(self) -> ConsoleSettings:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("TLS needs both TOEZICHT_CONSOLE_TLS_CERT and TOEZICHT_CONSOLE_TLS_KEY")
        if self.host not in LOOPBACK and self.tls_cert is None and not self.behind_proxy:
            raise ValueError(
                "without TLS the console listens on this machine alone: expected 127.0.0.1, or TLS, or a proxy"
            )
        return self
