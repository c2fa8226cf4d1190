"""HTTP: one POST to a partner, within a time for all of it, to an address that was judged, with a bounded answer.

The time bounds all of it (`loop.py`): a server that sends a byte now and then resets every timeout of a socket, and this one not.
"""

from __future__ import annotations

import contextlib
import logging
import ssl
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx2

from streams.notify.addresses import AddressError, AllowedAddresses, HttpAddress, Lookup, pinned
from streams.notify.delivery.outcome import OutcomeReason
from streams.notify.loop import run_within
from streams.tracing.context import TRACEPARENT
from streams.tracing.spans import current

MOST_ANSWER_BYTES: Final = 16_384
"""What is read of an answer: a receipt has some hundred bytes."""
MOST_RETRY_AFTER_S: Final = 3_600.0
_REFUSED: Final = frozenset({400, 413, 415, 422})
"""What is about the message itself (RFC 9110, § 15.5); the rest may pass, such as a 404 while a server is renewed."""
_JSON: Final = "application/json"
CLOSE_WITHIN_S: Final = 1.0
for _name in ("httpx2", "httpcore2"):  # they log addresses, and a path may be a secret
    logging.getLogger(_name).setLevel(logging.WARNING)


class HttpAnswer(NamedTuple):
    """HTTP answer: what a server said: why it counts as delivered or not, how long to wait, and the body of one that took it."""

    reason: OutcomeReason
    retry_after_s: float = 0.0
    body: bytes = b""


class HttpSender:
    """Sends to one address.

    Args:
        address: Where to.
        allowed: Where it may be.
        timeout_s: How long one request may take, all of it (s).
        ca_file: Authorities to trust (PEM) in place of the machine's.
        lookup: Returns the addresses of a host; the machine's resolver where None.
    """

    def __init__(
        self,
        address: HttpAddress,
        allowed: AllowedAddresses,
        timeout_s: float,
        ca_file: Path | None = None,
        lookup: Lookup | None = None,
    ) -> None:
        self._address = address
        self._allowed = allowed
        self._timeout_s = timeout_s
        self._lookup = lookup
        self._tls: ssl.SSLContext | bool = (
            ssl.create_default_context(cafile=str(ca_file) if ca_file else None) if address.secure else False
        )
        self._client: httpx2.AsyncClient | None = None

    def post(self, body: bytes, headers: Mapping[str, str], now: datetime) -> HttpAnswer:
        """Send a body and return what became of it; nothing is raised for what a network or a server can do.

        Args:
            body: What to send.
            headers: Its headers.
            now: By which a `Retry-After` that is a date counts (UTC).
        """
        try:
            return run_within(self._post(body, {**headers, **_trace()}, now), self._timeout_s)
        except AddressError as error:
            return HttpAnswer(error.reason)
        except (TimeoutError, httpx2.TimeoutException):
            return HttpAnswer(OutcomeReason.TIMEOUT)
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError) as error:
            return HttpAnswer(OutcomeReason.TLS if _about_tls(error) else OutcomeReason.UNREACHABLE)

    def close(self) -> None:
        """Disconnect."""
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(TimeoutError, OSError):
                run_within(client.aclose(), CLOSE_WITHIN_S)

    async def _post(self, body: bytes, headers: Mapping[str, str], now: datetime) -> HttpAnswer:
        scheme, host, port, path = self._address
        at = await pinned(host, port, self._allowed, self._lookup)
        netloc = f"[{at}]:{port}" if ":" in at else f"{at}:{port}"
        if self._client is None:
            self._client = httpx2.AsyncClient(verify=self._tls, follow_redirects=False, trust_env=False, timeout=None)
        named = f"[{host}]" if ":" in host else host
        usual = port == (443 if scheme else 80)
        async with self._client.stream(
            "POST",
            f"{'https' if scheme else 'http'}://{netloc}{path}",
            content=body,
            headers={**headers, "host": named if usual else f"{named}:{port}", "accept-encoding": "identity"},
            extensions={"sni_hostname": host},
        ) as response:
            reason = reason_of(response.status_code)
            wait_s = retry_after_s(response.headers.get("retry-after", ""), now)
            return HttpAnswer(reason, wait_s, await _read(response) if reason is OutcomeReason.RECEIVED else b"")


def _trace() -> dict[str, str]:
    """Return the header by which a partner's own traces continue this one (W3C Trace Context); none where nothing is traced."""
    context = current()
    return {} if context is None else {TRACEPARENT: context.header().decode()}


async def _read(response: Any) -> bytes:
    """Return an answer's JSON, as far as it is plain and not too large; else nothing: that it was received counts."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _JSON or "content-encoding" in response.headers:
        return b""
    found = bytearray()
    async for part in response.aiter_raw():
        found += part
        if len(found) > MOST_ANSWER_BYTES:
            return b""
    return bytes(found)


def reason_of(status: int) -> OutcomeReason:
    """Return what a status tells: 2xx is received, what is about the message is final, the rest may pass."""
    if 200 <= status < 300:
        return OutcomeReason.RECEIVED
    if 300 <= status < 400:
        return OutcomeReason.REDIRECTED
    if status == 429:
        return OutcomeReason.TOO_MANY_REQUESTS
    if status in _REFUSED:
        return OutcomeReason.MESSAGE_REFUSED
    return OutcomeReason.CLIENT_ERROR if status < 500 else OutcomeReason.SERVER_ERROR


def retry_after_s(text: str, now: datetime) -> float:
    """Return how long a server asks to be left alone (s), an hour at most; 0 for no `Retry-After` (RFC 9110, § 10.2.3)."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), MOST_RETRY_AFTER_S)
    try:
        wait_s = (parsedate_to_datetime(text[:64]) - now).total_seconds()
    except (ValueError, TypeError, OverflowError, IndexError):
        return 0.0
    return min(max(0.0, wait_s), MOST_RETRY_AFTER_S)


def _about_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
