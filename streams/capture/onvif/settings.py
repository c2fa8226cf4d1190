"""Settings of cameras' own events `TOEZICHT_ONVIF_*`: read once, frozen, each with a unit and a sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX: Final = "TOEZICHT_ONVIF"
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class OnvifSettings(BaseSettings):
    """ONVIF settings: the MQTT broker that cameras publish to, and which rule tells of which zone."""

    model_config = SettingsConfigDict(env_prefix=f"{PREFIX}_", frozen=True, extra="ignore", env_ignore_empty=True)

    host: str = Field("", description="The MQTT broker that cameras publish to")
    port: Annotated[int, Field(ge=1, le=65535)] = Field(8883, description="Its port; 8883 with TLS, 1883 without")
    tls: bool = Field(True, description="Whether it is reached by TLS; without it only on this machine")
    tls_ca: Path | None = Field(
        None, description="Certificates of the authorities to trust (PEM); the system's where empty"
    )
    tls_cert: Path | None = Field(None, description="Certificate to prove itself with (PEM)")
    tls_key: Path | None = Field(None, description="Its key (PEM)")
    user: str = Field("", description="User to log in as")
    password: SecretStr | None = Field(None, description="Its password")
    client_id: str = Field(
        "toezicht-onvif", description="Name of the session that the broker keeps; of one process alone"
    )
    zones: Path | None = Field(None, description="File that says which rule of which camera tells of which zone (YAML)")

    @model_validator(mode="after")
    def _safe(self) -> OnvifSettings:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError(f"a certificate needs both {PREFIX}_TLS_CERT and {PREFIX}_TLS_KEY")
        if not self.tls and self.host not in LOOPBACK:
            raise ValueError(f"without TLS the broker must be on this machine: expected {PREFIX}_TLS=true")
        return self
