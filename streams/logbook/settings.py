"""Settings of the Logboek `TOEZICHT_LOGBOOK_*`: read once, frozen, each with a unit and a sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from streams.tracing.address import checked_logbook

PREFIX: Final = "TOEZICHT_LOGBOOK"


class LogbookSettings(BaseSettings):
    """Logbook settings: where lines of the Logboek Dataverwerkingen go, and what proves who sends them."""

    model_config = SettingsConfigDict(env_prefix=f"{PREFIX}_", frozen=True, extra="ignore", env_ignore_empty=True)

    to: Annotated[str, BeforeValidator(checked_logbook)] = Field(
        "", description="The Logboek's address (OTLP over HTTP, with TLS unless it is on this machine)"
    )
    activities: Path | None = Field(
        None, description="File with the municipality's processing activities (YAML), as deploy/register.yaml"
    )
    token_file: Path | None = Field(None, description="File with the token that proves who sends; none where empty")
    ca_file: Path | None = Field(
        None, description="Certificates of the authorities to trust (PEM); the usual ones where empty"
    )
    timeout_s: Annotated[float, Field(gt=0, le=60)] = Field(
        10.0, description="How long, in seconds, the Logboek may take to confirm"
    )
