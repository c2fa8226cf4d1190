"""Message: e-mail and chat through apprise, in Dutch or English, as a person reads it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field

from schemas.phrases.language import Language
from streams.notify.addresses import AddressError, AllowedAddresses, loopback, pinned
from streams.notify.delivery.outcome import Outcome, OutcomeReason
from streams.notify.loop import run_within
from streams.notify.notice import Notice
from streams.notify.notifiers.base import Notifier, NotifierOptions
from streams.notify.secrets import SecretError, SecretSource
from streams.notify.texts import text_of

SECURE: Final = frozenset({"mailtos", "mmosts", "matrixs", "rockets", "ntfys", "nctalks"})
"""Apprise's ways to a server of one's own, by TLS. Not those of somebody else's service, nor of a program."""
PLAIN: Final = frozenset(each.removesuffix("s") for each in SECURE)
"""The same without TLS, for a server on this machine, where a test listens."""
_MAIL: Final = "mailto"


class MessageOptions(NotifierOptions):
    """Message options: apprise's address, which holds a password and so stands in a file or the environment alone.

    Attributes:
        url: Such as `mailtos://user:password@mail.example?to=desk@partner.example`; see the documentation of apprise.
        allow: The hosts that the address may be of.
        language: In which the message is written.
        timeout_s: How long connecting, and each answer, may take (s).
    """

    url: SecretSource
    allow: AllowedAddresses
    language: Language = Language.NL
    timeout_s: Annotated[float, Field(gt=0, le=60)] = 10.0


class MessageNotifier(Notifier[MessageOptions]):
    """Message: a subject and some lines. A mail that came twice cannot be told from two, so what is uncertain is sent again."""

    kind: ClassVar[str] = "message"
    options_model: ClassVar[type[NotifierOptions]] = MessageOptions

    def deliver(self, notices: Sequence[Notice], now: datetime) -> Outcome:
        """Send one message, or several as one with their count and ids."""
        try:
            service, schema, host, port = self._service()
            at = run_within(pinned(host, port, self.options.allow), self.options.timeout_s)
        except SecretError:
            return Outcome(OutcomeReason.SECRET_UNREADABLE)
        except AddressError as error:
            return Outcome(error.reason)
        except TimeoutError:
            return Outcome(OutcomeReason.TIMEOUT)
        if schema not in SECURE and not loopback(at):
            return Outcome(OutcomeReason.ADDRESS_FORBIDDEN)
        text = text_of(notices, self.options.language, self.told.name)
        title, body = text.subject, text.body
        if not schema.startswith(_MAIL):  # nobody may call a whole channel by the name of a street
            title, body = (each.replace("@", "@\u200b") for each in (title, body))
        try:
            taken = service.notify(body=body, title=title)
        except Exception:  # whatever its plugins raise
            return Outcome(OutcomeReason.DEFECT)
        return Outcome(OutcomeReason.RECEIVED if taken else OutcomeReason.NOT_CONFIRMED)

    def _service(self) -> tuple[Any, str, str, int]:
        """Return apprise's service, of which kind it is, and where it connects to.

        Raises:
            AddressError: It is no service that is allowed.
            SecretError: The address cannot be read.
        """
        from apprise import Apprise, AppriseAsset

        logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it tells addresses with their passwords
        url = self.options.url.read()
        schema = url.partition("://")[0].lower()
        if schema not in SECURE | PLAIN:
            raise AddressError(OutcomeReason.ADDRESS_FORBIDDEN, f"{self.options.url.where}: no service that is allowed")
        asset = AppriseAsset(http_redirects=False, app_id="Toezicht", app_desc="Toezicht")
        service = Apprise.instantiate(url, asset=asset)
        if service is None:
            raise AddressError(OutcomeReason.ADDRESS_FORBIDDEN, f"{self.options.url.where}: no address of apprise")
        service.request_rate_per_sec = 0  # our own rate decides; its default would hold a P1 for seconds
        service.socket_connect_timeout = service.socket_read_timeout = self.options.timeout_s
        host = getattr(service, "smtp_host", None) or service.host
        if not host or not service.verify_certificate:
            raise AddressError(
                OutcomeReason.ADDRESS_FORBIDDEN, f"{self.options.url.where}: no host, or no check of certificates"
            )
        return service, schema, str(host), int(service.port or (443 if schema in SECURE else 80))
