"""Secrets: keys and addresses with passwords, out of files or the environment alone; read again when a file changes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, model_validator

from schemas.base import Part
from streams.errors import ToezichtError

MOST_BYTES: Final = 8_192


class SecretError(ToezichtError):
    """A secret cannot be read; names where it should be and never what it is."""


class SecretSource(Part):
    """Secret source: where a secret is: in a file, or in an environment variable."""

    file: Path | None = None
    variable: Annotated[str | None, Field(pattern=r"^[A-Z][A-Z0-9_]{0,99}$")] = None

    @model_validator(mode="after")
    def _is_one(self) -> SecretSource:
        if (self.file is None) == (self.variable is None):
            raise ValueError("expected either file or variable")
        return self

    @property
    def where(self) -> str:
        """Return where it is, for a person."""
        return f"the variable {self.variable}" if self.file is None else f"the file {self.file}"

    def read(self, environment: Mapping[str, str] | None = None) -> str:
        """Return the secret as it is now, so that one is replaced without a restart.

        Raises:
            SecretError: It is not there, is empty, or is no text.
        """
        if self.file is None:
            found = (os.environ if environment is None else environment).get(self.variable or "", "")
        else:
            try:
                with self.file.open("rb") as file:
                    found = file.read(MOST_BYTES).decode()
            except (OSError, UnicodeDecodeError):
                raise SecretError(f"{self.where} holds a secret and cannot be read") from None
        if not found.strip():
            raise SecretError(f"{self.where} holds a secret and is empty")
        return found.strip()
