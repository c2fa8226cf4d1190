"""Asking: one system's API over HTTP: its address, a token from a file, and what each answer means."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx2

from streams.errors import ConfigurationError
from streams.intake.polling.base import Question
from streams.intake.polling.poller import FailedAnswerError

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
LARGEST_ANSWER: Final = 16 * 1024 * 1024
"""A hundred reports with their histories have some hundred kilobytes."""
TIMEOUT_S: Final = 20.0


class ApiClient:
    """API client: asks; redirects are not followed, since the token would go with them.

    Args:
        command: Whose options these are, for errors.
        url: The address, without a path of its API.
        token_file: File with the token, read at each question so that it can be replaced; readable by its owner alone.

    Raises:
        ConfigurationError: The address is not https, or the file is missing or open to others.
    """

    def __init__(self, command: str, url: str, token_file: Path) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ConfigurationError(command, "--url", url.rsplit("@", maxsplit=1)[-1], "an address with https://")
        self._command, self._token_file = command, token_file
        self._address = url.rstrip("/")
        self._token()
        self._client = httpx2.Client(timeout=TIMEOUT_S, follow_redirects=False, headers={"User-Agent": "toezicht"})

    def __call__(self, question: Question) -> bytes:
        """Return the body of an answer.

        Raises:
            FailedAnswerError: There is none, or it is an error.
        """
        try:
            headers = {"Authorization": f"Bearer {self._token()}", "Accept": "application/json"}
        except ConfigurationError:
            raise FailedAnswerError("no_token") from None
        try:
            with self._client.stream(
                "GET", self._address + question.path, params=question.parameters, headers=headers
            ) as answer:
                if answer.status_code != 200:
                    raise FailedAnswerError(
                        _code(answer.status_code), _retry_after_s(answer.headers.get("retry-after", ""))
                    )
                content = bytearray()
                for chunk in answer.iter_bytes(65_536):
                    content += chunk
                    if len(content) > LARGEST_ANSWER:
                        raise FailedAnswerError("too_large")
                return bytes(content)
        except (httpx2.HTTPError, OSError):
            raise FailedAnswerError("no_answer") from None

    def close(self) -> None:
        """Disconnect."""
        self._client.close()

    def _token(self) -> str:
        try:
            mode = self._token_file.stat().st_mode
            token = self._token_file.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(
                self._command, "--token-file", str(self._token_file), f"a file with a token ({type(error).__name__})"
            ) from None
        if mode & 0o077 or not stat.S_ISREG(mode):
            raise ConfigurationError(
                self._command, "--token-file", str(self._token_file), "a file that its owner alone can read (0600)"
            )
        if not token or not token.isprintable() or " " in token:
            raise ConfigurationError(self._command, "--token-file", str(self._token_file), "one token on one line")
        return token


def _code(status: int) -> str:
    return {401: "refused", 403: "refused", 404: "not_found", 429: "too_many"}.get(status, f"status_{status // 100}xx")


def _retry_after_s(value: str) -> float | None:
    return float(value) if value.isascii() and value.isdecimal() and len(value) < 6 else None
