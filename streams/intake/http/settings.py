"""Settings of reports by HTTP `TOEZICHT_INTAKE_HTTP_*`: read once, frozen, each with a unit and a sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from streams.serving.served_at import LOOPBACK, ServedAt

PREFIX: Final = "TOEZICHT_INTAKE_HTTP"


class IntakeHttpSettings(BaseSettings):
    """Intake HTTP settings: where it listens, whom it knows, and how long it waits for whom."""

    model_config = SettingsConfigDict(env_prefix=f"{PREFIX}_", frozen=True, extra="ignore", env_ignore_empty=True)

    host: str = Field("127.0.0.1", description="Address to listen on; without TLS only this machine's own")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(8095, description="Port to listen on; 0 picks a free one")
    tls_cert: Path | None = Field(None, description="Certificate of the server (PEM)")
    tls_key: Path | None = Field(None, description="Its key (PEM)")
    behind_proxy: bool = Field(False, description="Whether a proxy on a trusted network ends TLS before it")
    credentials: Path | None = Field(
        None, description="File of who may send what (YAML, docs/reports-http.md), readable by its owner alone"
    )
    head_within_s: Annotated[float, Field(gt=0, le=60)] = Field(
        5.0, description="How long, in seconds, a request's head may take to come"
    )
    body_within_s: Annotated[float, Field(gt=0, le=60)] = Field(
        5.0, description="How long, in seconds, a request's body may take to come"
    )
    answer_within_s: Annotated[float, Field(gt=0, le=120)] = Field(
        10.0, description="How long, in seconds, a sender waits for the broker before it is told to try again"
    )
    connections: Annotated[int, Field(ge=1, le=10_000)] = Field(500, description="Open connections at most")

    @property
    def served_at(self) -> ServedAt:
        """Return where it listens."""
        return ServedAt(PREFIX, self.host, self.port, self.tls_cert, self.tls_key, self.behind_proxy)

    @model_validator(mode="after")
    def _safe(self) -> IntakeHttpSettings:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError(f"TLS needs both {PREFIX}_TLS_CERT and {PREFIX}_TLS_KEY")
        if self.host not in LOOPBACK and self.tls_cert is None and not self.behind_proxy:
            raise ValueError("without TLS it listens on this machine alone: expected 127.0.0.1, or TLS, or a proxy")
        return self
