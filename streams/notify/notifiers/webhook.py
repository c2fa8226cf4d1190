"""Webhook: CloudEvents 1.0 by HTTP (binary, structured or, for several, batched), signed after Standard Webhooks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal
from urllib.parse import quote

import orjson
from pydantic import Field, model_validator
from standardwebhooks import Webhook

from schemas.base import derive_id
from streams.notify.addresses import AllowedAddresses, http_address
from streams.notify.delivery.outcome import Outcome, OutcomeReason
from streams.notify.http import HttpSender
from streams.notify.notice import Notice
from streams.notify.notifiers.base import Addressee, Notifier, NotifierOptions
from streams.notify.secrets import SecretError, SecretSource

STRUCTURED: Final = "application/cloudevents+json"
BATCH: Final = "application/cloudevents-batch+json"
_JSON: Final = "application/json"
_KEY: Final = re.compile(r"whsec_[A-Za-z0-9+/]{32,86}={0,2}")
"""Standard Webhooks asks for 24 to 64 bytes; the library takes what is no base64 for a shorter key."""
_PLAIN: Final = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"%')
"""What stands in a header as it is; all else is percent-encoded (CloudEvents HTTP binding 1.0.2, § 3.1.3.2)."""


class WebhookOptions(NotifierOptions):
    """Webhook options: where to send, where that may be, and the keys that sign.

    Attributes:
        url: https; the partner's address.
        allow: The hosts that the address may be of, and private networks in which they may be.
        secrets: One key as `whsec_…` (base64 of 24 to 64 bytes), or two while it is replaced: each message is signed with all.
        mode: How an event is written: `binary` has its attributes in headers, `structured` in the body.
        timeout_s: How long one request may take, all of it (s).
        ca_file: Authorities to trust (PEM) in place of the machine's.
    """

    url: Annotated[str, Field(max_length=2_000)]
    allow: AllowedAddresses
    secrets: Annotated[tuple[SecretSource, ...], Field(min_length=1, max_length=2)]
    mode: Literal["binary", "structured"] = "binary"
    timeout_s: Annotated[float, Field(gt=0, le=60)] = 5.0
    ca_file: Annotated[str | None, Field(max_length=1_000)] = None

    @model_validator(mode="after")
    def _is_allowed(self) -> WebhookOptions:
        http_address(self.url, self.allow)
        return self


class WebhookNotifier(Notifier[WebhookOptions]):
    """Webhook: each message is one POST with `webhook-id`, which stays the same however often it is sent."""

    kind: ClassVar[str] = "webhook"
    options_model: ClassVar[type[NotifierOptions]] = WebhookOptions

    def __init__(self, options: WebhookOptions, told: Addressee, sender: HttpSender | None = None) -> None:
        super().__init__(options, told)
        self._sender = sender or sender_of(options)

    def deliver(self, notices: Sequence[Notice], now: datetime) -> Outcome:
        """Send an event, or several as a batch."""
        if len(notices) > 1:
            body = orjson.dumps([event(each) for each in notices])
            return self.send(derive_id(*(each.id for each in notices)), body, {"content-type": BATCH}, now)
        (notice,) = notices
        if self.options.mode == "structured":
            return self.send(notice.id, orjson.dumps(event(notice)), {"content-type": STRUCTURED}, now)
        return self.send(notice.id, notice.body, binary_headers(notice), now)

    def send(self, webhook_id: str, body: bytes, headers: Mapping[str, str], now: datetime) -> Outcome:
        """Sign a body and send it."""
        try:
            signed = signature_headers([each.read() for each in self.options.secrets], webhook_id, body, now)
        except (SecretError, ValueError):
            return Outcome(OutcomeReason.SECRET_UNREADABLE)
        answer = self._sender.post(body, {**headers, **signed, "user-agent": "toezicht-notify"}, now)
        return Outcome(answer.reason, answer.retry_after_s, (answer.body,) if answer.body else ())

    def close(self) -> None:
        """Disconnect."""
        self._sender.close()


def sender_of(options: WebhookOptions) -> HttpSender:
    """Return what sends to an address."""
    ca_file = Path(options.ca_file) if options.ca_file else None
    return HttpSender(http_address(options.url, options.allow), options.allow, options.timeout_s, ca_file)


def event(notice: Notice) -> dict[str, Any]:
    """Return a message as a CloudEvent in JSON format (§ 3 of CloudEvents' JSON format 1.0.2)."""
    return {**notice.attributes, "specversion": "1.0", "datacontenttype": _JSON, "data": orjson.Fragment(notice.body)}


def binary_headers(notice: Notice) -> dict[str, str]:
    """Return the headers of a message in binary mode; what is not plain is percent-encoded, so none can add a header."""
    attributes = {**notice.attributes, "specversion": "1.0"}
    return {"content-type": _JSON, **{f"ce-{name}": quote(value, safe=_PLAIN) for name, value in attributes.items()}}


def signature_headers(secrets: Sequence[str], webhook_id: str, body: bytes, now: datetime) -> dict[str, str]:
    """Return the headers that sign a body, once with each key (Standard Webhooks, § "Signature scheme").

    Raises:
        ValueError: A key is none.
    """
    if not all(_KEY.fullmatch(each) for each in secrets):
        raise ValueError("expected keys as whsec_ and base64 of 24 to 64 bytes")
    try:
        text = body.decode()
        # the library takes the moment's digits for UTC, whatever its zone
        signed = [Webhook(each).sign(webhook_id, now.astimezone(UTC), text) for each in secrets]
    except Exception:  # what it says may hold the key
        raise ValueError("expected keys as whsec_ and base64 of 24 to 64 bytes") from None
    return {
        "webhook-id": quote(webhook_id, safe=_PLAIN),
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signed),
    }
