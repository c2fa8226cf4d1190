"""Credentials of senders: who may send what, under which names, how fast, and how each proves who it is.

A YAML file that its owner alone can read::

    credentials:
      - id: politie-gms            # stands in the header Toezicht-Sender
        sources: [politie-gms]     # under which it may report
        secrets: ["whsec_…"]       # Standard Webhooks; two are valid side by side while one is replaced
      - id: signalen
        may: [signalen]            # POST /webhooks/signalen
        tokens_sha256: ["9f86d0…"] # where a system cannot sign: the SHA-256 of its bearer token, never the token

The secret of a signature must be known to check it, so it stands there as it is, or as `${NAME}` out of the environment; a token
need not be, so that only its hash does. The file is read again when it changes; one that is faulty then changes nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import logging
import stat
from pathlib import Path
from typing import Annotated, ClassVar, Final, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from schemas.base import Identifier, Part
from streams.config.yaml import FileError, read_yaml
from streams.domain import canary
from streams.domain.incidents.raw_report import ENTERED_BY_HAND
from streams.errors import ConfigurationError, ToezichtError
from streams.intake.http.settings import PREFIX
from streams.metrics import INTAKE_CREDENTIALS_FAULTY

log = logging.getLogger(__name__)

Route = Literal["incidents", "signalen", "meldingen"]
LEAST_SECRET_BYTES: Final = 24
"""What Standard Webhooks asks of a secret: 24 to 64 bytes."""
MOST_SECRET_BYTES: Final = 64
OURS: Final = frozenset({canary.SOURCE, ENTERED_BY_HAND})
"""Sources of our own, which nobody outside may report under."""


class Credential(Part):
    """Credential: one sender.

    At least one secret or token is needed. `POST /incidents` takes signatures alone: what decides on a report must not be
    something that can be sent again by whoever saw it once.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    id: Identifier
    may: Annotated[tuple[Route, ...], Field(min_length=1)] = ("incidents",)
    sources: tuple[Identifier, ...] = ()
    secrets: Annotated[tuple[str, ...], Field(max_length=2, repr=False)] = ()
    tokens_sha256: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")], ...], Field(max_length=2, repr=False)
    ] = ()
    per_minute: Annotated[int, Field(ge=1, le=60_000, description="Requests that it may send for long")] = 600
    burst: Annotated[int, Field(ge=1, le=10_000, description="Requests that it may send at once")] = 60

    @field_validator("secrets")
    @classmethod
    def _long_enough(cls, secrets: tuple[str, ...]) -> tuple[str, ...]:
        for secret in secrets:
            size = len(key_of(secret))
            if not LEAST_SECRET_BYTES <= size <= MOST_SECRET_BYTES:
                raise ValueError(f"a secret has {size} bytes, expected {LEAST_SECRET_BYTES} to {MOST_SECRET_BYTES}")
        return secrets

    @model_validator(mode="after")
    def _usable(self) -> Credential:
        if not self.secrets and not self.tokens_sha256:
            raise ValueError(f"{self.id}: expected one or two secrets or tokens_sha256")
        if "incidents" in self.may and not (self.secrets and self.sources):
            raise ValueError(f"{self.id}: to send incidents it needs secrets, and the sources that it may report under")
        for source in self.sources:
            if source in OURS:
                raise ValueError(f"{self.id}: the source {source} is our own")
        return self

    def has_token(self, token: bytes) -> bool:
        """Return whether a bearer token is one of this sender's; of hashes, the time that it takes tells nothing of a token."""
        found = hashlib.sha256(token).hexdigest()
        return any(hmac.compare_digest(found, known) for known in self.tokens_sha256)


class CredentialsFile(Part):
    """Credentials file: all senders."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    SECRET: ClassVar = True

    credentials: Annotated[tuple[Credential, ...], Field(min_length=1, max_length=500)]

    @model_validator(mode="after")
    def _unique(self) -> CredentialsFile:
        ids = [each.id for each in self.credentials]
        if twice := sorted({each for each in ids if ids.count(each) > 1}):
            raise ValueError(f"two senders have the id {twice[0]}")
        return self


def key_of(secret: str) -> bytes:
    """Return the bytes of a secret of Standard Webhooks: base64, with or without its prefix.

    Raises:
        ValueError: It is no base64.
    """
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("a secret is no base64, expected whsec_ and base64 of 24 to 64 random bytes") from None


def load_credentials(path: Path) -> CredentialsFile:
    """Return a file's senders.

    Raises:
        ConfigurationError: Others than its owner can read it, or it is no file.
        FileError: Something in it is wrong; no value of it is shown.
    """
    try:
        found = path.stat()
    except OSError as error:
        raise ConfigurationError(
            "environment", f"{PREFIX}_CREDENTIALS", str(path), f"a file ({error.strerror})"
        ) from None
    if not stat.S_ISREG(found.st_mode) or found.st_mode & 0o077:
        mode = f"{stat.S_IMODE(found.st_mode):04o}"
        raise ConfigurationError(str(path), "its permissions", mode, "0600: its owner alone, since it holds secrets")
    return read_yaml(path, CredentialsFile)


class Credentials:
    """Credentials: the file's senders by their ids, as the file is now.

    Args:
        path: The file.

    Raises:
        ConfigurationError: See `load_credentials`.
        FileError: See `load_credentials`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = self._state()
        self._by_id = {each.id: each for each in load_credentials(path).credentials}
        INTAKE_CREDENTIALS_FAULTY.set(0)

    def find(self, sender: str) -> Credential | None:
        """Return a sender, or None."""
        return self._by_id.get(sender)

    def ids(self) -> list[str]:
        """Return all senders."""
        return list(self._by_id)

    def look_again(self) -> bool:
        """Read the file again where it changed, and return whether other senders or secrets hold now.

        A faulty one changes nothing but the metric: who could send before goes on.
        """
        state = self._state()
        if state == self._seen:
            return False
        self._seen = state
        try:
            found = load_credentials(self._path)
        except (ToezichtError, FileError) as error:
            INTAKE_CREDENTIALS_FAULTY.set(1)
            log.error("the credentials are as they were: %s", error)  # noqa: TRY400 - one line says it all
            return False
        INTAKE_CREDENTIALS_FAULTY.set(0)
        self._by_id = {each.id: each for each in found.credentials}
        log.info("the credentials were read again: %d senders", len(self._by_id))
        return True

    def _state(self) -> tuple[int, int, int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino, found.st_mode
