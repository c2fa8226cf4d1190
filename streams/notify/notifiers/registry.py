"""Registry: every notifier there is; a new one is a line here."""

from __future__ import annotations

from typing import Any, Final

from streams.notify.notifiers.base import Notifier
from streams.notify.notifiers.cap import CapNotifier
from streams.notify.notifiers.message import MessageNotifier
from streams.notify.notifiers.mqtt import MqttNotifier
from streams.notify.notifiers.webhook import WebhookNotifier

NOTIFIERS: Final[dict[str, type[Notifier[Any]]]] = {
    each.kind: each for each in (WebhookNotifier, CapNotifier, MessageNotifier, MqttNotifier)
}
