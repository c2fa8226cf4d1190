"""History: an alert's changes and the actions on it, in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from console.projection.decisions import ActionKnown
from console.wire.rows import HistoryLine
from schemas.alerts import Alert, Change
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes.operator_list import action_name, alert_state, change_told, history_refused
from schemas.phrases.language import Language
from schemas.phrases.phrase import Phrase
from streams.presentation.printable import printable

_OF_PARTNERS: Final = frozenset({Change.DISPATCH, Change.OVERDUE})


def history_of(changes: Iterable[Alert], actions: Iterable[ActionKnown], language: Language) -> tuple[HistoryLine, ...]:
    """Return an alert's past, the oldest first.

    Args:
        changes: Its versions.
        actions: What people did to it and was answered; of one that was done its change tells.
        language: In which the words are.
    """
    done = {each.decided_at: each for each in actions if not each.refused}
    refused = [each for each in actions if each.refused]
    versions = {each.revision: each for each in changes}
    lines = [_changed(each, done.get(each.changed_at), language) for each in versions.values()]
    lines += [_refused(each, language) for each in refused if each.decided_at is not None]
    return tuple(sorted(lines, key=lambda line: (line.at, line.revision is None, line.revision or 0)))


def _changed(alert: Alert, action: ActionKnown | None, language: Language) -> HistoryLine:
    by_person = alert.change is Change.ACTION
    told = change_told(alert.change.value, alert_state(alert.state.value))
    if by_person and action is not None and action.action:
        told = action_name(action.action)
    text = sentence(told, language)
    if alert.change in _OF_PARTNERS and (news := _news(alert)):
        text = "; ".join(sentence(each, language) for each in news)
    user = (action.user if action is not None and action.user else alert.handled_by) if by_person else None
    return HistoryLine(
        at=alert.changed_at,
        revision=alert.revision,
        change=alert.change.value,
        state=alert.state,
        priority=alert.priority,
        text=printable(text),
        user=user,
    )


def _news(alert: Alert) -> list[Phrase]:
    """Return what a version of an alert says that is new of who was asked to come."""
    late = alert.change is Change.OVERDUE
    return [each.reason for each in alert.dispatches if (each.overdue if late else each.since == alert.changed_at)]


def _refused(action: ActionKnown, language: Language) -> HistoryLine:
    assert action.decided_at is not None
    why: Phrase | str = action.phrase or action.refused
    return HistoryLine(
        at=action.decided_at,
        revision=None,
        change="refused",
        state=None,
        priority=None,
        text=sentence(history_refused(action_name(action.action or "unknown"), why), language),
        user=action.user or None,
    )
