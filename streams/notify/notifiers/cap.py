"""CAP by webhook: each message as a CAP 1.2 document in a signed POST, with references to what was sent about it before."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from threading import Lock
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from streams.notify.cap import CapHeader, CapId, cap_document, cap_id, kind_of
from streams.notify.delivery.outcome import Outcome, OutcomeReason
from streams.notify.http import HttpSender
from streams.notify.notice import Notice
from streams.notify.notifiers.base import Addressee, Notifier, NotifierOptions
from streams.notify.notifiers.webhook import WebhookNotifier, WebhookOptions

CONTENT_TYPE: Final = "application/cap+xml"
MOST_ALERTS: Final = 20_000
MOST_REFERENCES: Final = 20


class CapNoticeOptions(WebhookOptions):
    """CAP options: those of a webhook, who sends, and whom the documents are for.

    Attributes:
        sender: A name that stays the same for ever and is nobody else's, such as `toezicht.gemeente.example`.
        scope: `Restricted` names the ground, `Private` the partner.
    """

    sender: Annotated[str, Field(pattern=r"^[^\s,<&]{1,200}$")]
    scope: Literal["Restricted", "Private"] = "Restricted"


class CapNotifier(Notifier[CapNoticeOptions]):
    """CAP: each message is a document; several are never one, because each refers to those before it."""

    kind: ClassVar[str] = "cap"
    options_model: ClassVar[type[NotifierOptions]] = CapNoticeOptions
    groups: ClassVar[bool] = False
    recalls: ClassVar[bool] = True

    def __init__(self, options: CapNoticeOptions, told: Addressee, sender: HttpSender | None = None) -> None:
        super().__init__(options, told)
        self._webhook = WebhookNotifier(options, told, sender)
        self._header = CapHeader(options.sender, options.scope, told.zone)
        self._sent: OrderedDict[str, tuple[CapId, ...]] = OrderedDict()
        self._lock = Lock()

    def deliver(self, notices: Sequence[Notice], now: datetime) -> Outcome:
        """Send one document."""
        (notice,) = notices
        with self._lock:
            before = self._sent.get(_subject(notice), ())
        if kind_of(notice, before) == "Cancel" and not before:
            return Outcome(OutcomeReason.NOTHING_TO_CANCEL)
        body = cap_document(notice, before, self._header)
        outcome = self._webhook.send(notice.id, body, {"content-type": CONTENT_TYPE}, now)
        if outcome.delivered:
            self.recall(notice)
        return outcome

    def recall(self, notice: Notice) -> None:
        """Remember what was sent, so that what follows refers to it; after a Cancel something new may begin."""
        with self._lock:
            before = self._sent.pop(_subject(notice), ())
            if kind_of(notice, before) == "Cancel":
                return
            self._sent[_subject(notice)] = (*before, cap_id(notice, self.told.zone))[-MOST_REFERENCES:]
            if len(self._sent) > MOST_ALERTS:
                self._sent.popitem(last=False)

    def close(self) -> None:
        """Disconnect."""
        self._webhook.close()


def _subject(notice: Notice) -> str:
    return f"dispatch {notice.dispatch_id}" if notice.dispatch_id else f"alert {notice.alert_id}"
