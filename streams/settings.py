"""Every setting: read once from the environment, frozen, each with a unit and a sentence. No secret has a default."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.source import NO_ORGANISATION, SYSTEM, EventSource, checked_organisation, checked_system
from streams.environment import misspelt, mistakes, raise_all
from streams.errors import ConfigurationError
from streams.tracing.address import checked_collector

S = TypeVar("S", bound=BaseSettings)


def checked_device(given: object) -> str:
    """Return where models are computed: as each library chooses, or on a graphics card, the first one or that of a number.

    Raises:
        ValueError: It is neither.
    """
    text = str(given)
    if not re.fullmatch(r"auto|cuda(:[0-9]{1,2})?", text):
        raise ValueError("auto, cuda, or cuda: and the card's number")
    return text


class KafkaSettings(BaseSettings):
    """Kafka settings: how to reach Kafka: `KAFKA_BOOTSTRAP_SERVERS` and, for a cluster that asks for them, TLS and SASL."""

    model_config = SettingsConfigDict(env_prefix="KAFKA_", frozen=True, extra="ignore", env_ignore_empty=True)

    bootstrap_servers: str = Field("", description="host:port, comma separated; empty starts the local broker")
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="Whether the cluster speaks TLS, and asks for a user and a password (SASL)"
    )
    ssl_cafile: Path | None = Field(None, description="Certificates of the authorities to trust (PEM)")
    ssl_certfile: Path | None = Field(None, description="Client certificate (PEM)")
    ssl_keyfile: Path | None = Field(None, description="Client key (PEM)")
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "SCRAM-SHA-512", description="How the password is proven"
    )
    sasl_username: str = Field("", description="User, where the protocol is one of SASL")
    sasl_password: SecretStr | None = Field(None, description="Its password")
    replication_factor: Annotated[int, Field(ge=1, le=9)] = Field(1, description="Copies of each new topic's data")

    @property
    def asks_who(self) -> bool:
        """Return whether the cluster asks who comes: without TLS and SASL there is nobody to be refused."""
        return bool(self.bootstrap_servers) and self.security_protocol != "PLAINTEXT"

    @model_validator(mode="after")
    def _named(self) -> Self:
        """Hold that whoever is asked for a user and a password has both: a client without would be refused again and again."""
        if self.security_protocol.startswith("SASL") and not (self.sasl_username and self.sasl_password):
            raise ValueError(
                f"KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD: KAFKA_SECURITY_PROTOCOL is {self.security_protocol}"
            )
        return self


class PipelineSettings(BaseModel):
    """Pipeline settings: what a pipeline is told of what it works by: its files and what it may do.

    The file of `toezicht up` takes each of them.
    """

    registry: Path | None = Field(None, description="The camera registry (YAML)")
    rules: Path | None = Field(None, description="The priority rules (YAML); the built-in ones where empty")
    partners: Path | None = Field(
        None, description="What partners may see, and on what ground (YAML); the built-in file where empty"
    )
    safety_plan: Path | None = Field(None, description="The plan's targets (YAML); the built-in ones where empty")
    areas: Path | None = Field(
        None, description="Areas that trends are counted in (GeoJSON); empty counts per control room"
    )
    shadow_rules: Path | None = Field(None, description="Rules that `worker shadow` runs beside the active ones (YAML)")
    plan: Path | None = Field(
        None, description="What is expected (YAML), so that its alerts do not come on the list: events, maintenance"
    )
    models: Path | None = Field(None, description="Folder with detector models")
    weights: Path | None = Field(None, description="One detector model, preferred over any other")
    crowd_model: Path | None = Field(None, description="A model that counts crowds (ONNX, or OpenVINO's .xml)")
    crowd_model_measured_to_per_m2: Annotated[float, Field(ge=0, le=20)] = Field(
        0.0, description="Highest density, in persons per square metre, at which that model's error was measured"
    )
    allow_model_download: bool = Field(False, description="Whether ultralytics may download its own weights")
    organisation_number: Annotated[str, BeforeValidator(checked_organisation)] = Field(
        NO_ORGANISATION, description="Whose pipeline it is: its OIN, 20 digits, in the source of all that is sent"
    )
    system_name: Annotated[str, BeforeValidator(checked_system)] = Field(
        SYSTEM, description="How that organisation calls this system, in the source of all that is sent"
    )
    time_zone: str = Field("Europe/Amsterdam", description="Zone of times that name none (viewing windows, reports)")
    snapshot_seconds: Annotated[float, Field(ge=0, le=300)] = Field(
        30.0, description="How long, in seconds, capture keeps masked pictures in memory for snapshots; 0 keeps none"
    )
    snapshot_megabytes: Annotated[int, Field(ge=1, le=4096)] = Field(
        64, description="Most that the kept pictures of all cameras of one process take together, in MB"
    )
    snapshot_unblurred_users: str = Field(
        "", description="Users who may see a snapshot with persons in it, comma separated; nobody where empty"
    )
    completeness_grace_s: Annotated[float, Field(ge=0, le=600)] = Field(
        30.0, description="How long, in seconds, a stage must be past an input before the check calls it missing"
    )

    @property
    def source(self) -> EventSource:
        """Return who sends what this pipeline sends."""
        return EventSource(self.organisation_number, self.system_name)


class Settings(BaseSettings, PipelineSettings):
    """All settings `TOEZICHT_*`: the pipeline's, and those of the machine and the process, which no file takes."""

    model_config = SettingsConfigDict(env_prefix="TOEZICHT_", frozen=True, extra="ignore", env_ignore_empty=True)

    data: Path = Field(Path(".toezicht"), description="Folder for the local broker's data and the workers' state")
    backups: Path | None = Field(
        None, description="Folder for backups and for the journal of what was deleted; no journal where empty"
    )
    cache: Path = Field(
        default_factory=lambda: Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "toezicht",
        description="Folder for what is downloaded once",
    )
    device: Annotated[str, BeforeValidator(checked_device)] = Field(
        "auto",
        description="Where detector models are computed: `auto`, or `cuda` (`cuda:1`), a card that must be there",
    )
    metrics_port: Annotated[int, Field(ge=0, le=65535)] = Field(
        0, description="Port for Prometheus; 0 picks a free one"
    )
    metrics_host: str = Field("127.0.0.1", description="Address for Prometheus to connect to")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="The least that is logged")
    log_format: Literal["text", "json"] = Field(
        "text", description="How a line of the log is written: for people, or as one JSON object for a collector"
    )
    traces_to: Annotated[str, BeforeValidator(checked_collector)] = Field(
        "", description="Where traces go (OTLP over HTTP), for all processes alike; nothing is traced where empty"
    )
    traces_share: Annotated[float, Field(ge=0, le=1)] = Field(
        1.0, description="The share of traces that are told, of those that begin with a report, an action or a timer"
    )
    traces_pictures_share: Annotated[float, Field(ge=0, le=1)] = Field(
        0.01, description="The share of traces that are told, of those that begin with a camera's picture"
    )


def read_settings() -> tuple[Settings, KafkaSettings]:
    """Return the settings of this process.

    Raises:
        ToezichtError: A variable has a value that it cannot have, or is misspelt; names it and what was expected.
        MistakesError: Several are wrong; a line each.
    """
    raise_all([*misspelt(os.environ), *mistakes(Settings), *mistakes(KafkaSettings)])
    return Settings(), KafkaSettings()


def read_time_zone(name: str, where: str = "environment", field: str = "TOEZICHT_TIME_ZONE") -> ZoneInfo:
    """Return the zone that local times are in; `where` and `field` say who named it.

    Raises:
        ConfigurationError: There is no zone of this name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigurationError(where, field, name, "a zone such as Europe/Amsterdam") from None


def read_environment(kind: type[S]) -> S:
    """Return the settings of one kind.

    Raises:
        ToezichtError: A variable has a value that it cannot have, is misspelt, or does not go with another.
        MistakesError: Several are wrong; a line each.
    """
    raise_all([*misspelt(os.environ), *mistakes(kind)])
    return kind()
