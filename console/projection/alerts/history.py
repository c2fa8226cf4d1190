"""History: an alert's changes and the actions on it, in words."""

from __future__ import annotations

from collections.abc import Iterable

from console.projection.alerts.past import Version
from console.projection.decisions import ActionKnown
from console.wire.rows import HistoryLine
from schemas.alerts import Change
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes.operator_list import action_name, alert_state, change_told, history_refused
from schemas.phrases.language import Language
from schemas.phrases.phrase import Phrase
from streams.presentation.printable import printable


def history_of(
    changes: Iterable[Version], actions: Iterable[ActionKnown], language: Language
) -> tuple[HistoryLine, ...]:
    """Return an alert's past, the oldest first.

    Args:
        changes: Its versions.
        actions: What people did to it and was answered; of one that was done its change tells.
        language: In which the words are.
    """
    done = {each.decided_at: each for each in actions if not each.refused}
    refused = [each for each in actions if each.refused]
    lines = [_changed(each, done.get(each.changed_at), language) for each in changes]
    lines += [_refused(each, language) for each in refused if each.decided_at is not None]
    return tuple(sorted(lines, key=lambda line: (line.at, line.revision is None, line.revision or 0)))


def _changed(version: Version, action: ActionKnown | None, language: Language) -> HistoryLine:
    by_person = version.change is Change.ACTION
    told = change_told(version.change.value, alert_state(version.state.value))
    if by_person and action is not None and action.action:
        told = action_name(action.action)
    text = "; ".join(sentence(each, language) for each in version.news) or sentence(told, language)
    user = (action.user if action is not None and action.user else version.handled_by) if by_person else None
    return HistoryLine(
        at=version.changed_at,
        revision=version.revision,
        change=version.change.value,
        state=version.state,
        priority=version.priority,
        text=printable(text),
        user=user,
    )


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
