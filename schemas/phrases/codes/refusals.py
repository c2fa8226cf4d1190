"""Codes of refusals: why an operator's action was not done."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from schemas.phrases.declare import Count, Name, Said, phrase
from schemas.phrases.phrase import Phrase


@phrase
def refused_where(state: Said) -> Phrase: ...


@phrase
def refused_where_merged(state: Said, merged_into: Name) -> Phrase: ...


@phrase
def refused_handled(user: Name, where: Said) -> Phrase: ...


@phrase
def refused_ended(where: Said) -> Phrase: ...


@phrase
def refused_withdrawn(where: Said) -> Phrase: ...


@phrase
def refused_on_shelf(where: Said) -> Phrase: ...


@phrase
def refused_not_on_shelf(where: Said) -> Phrase: ...


@phrase
def refused_planned(where: Said) -> Phrase: ...


@phrase
def refused_over(where: Said) -> Phrase: ...


@phrase
def refused_open(where: Said) -> Phrase: ...


@phrase
def refused_merged_away(where: Said) -> Phrase: ...


@phrase
def refused_no_such_alert() -> Phrase: ...


@phrase
def refused_no_such_summary() -> Phrase: ...


@phrase
def refused_decided_before() -> Phrase: ...


@phrase
def refused_unknown_action(action: Name) -> Phrase: ...


@phrase
def refused_not_for_a_summary(action: Name) -> Phrase: ...


@phrase
def refused_revision_ahead(seen: Count, newest: Count) -> Phrase: ...


@phrase
def refused_acted_since(user: Name, revision: Count, seen: Count) -> Phrase: ...


@phrase
def refused_rose_since(revision: Count, seen: Count) -> Phrase: ...


@phrase
def refused_p1_shelved() -> Phrase: ...


@phrase
def refused_shelf_incomplete() -> Phrase: ...


@phrase
def refused_shelf_too_long(days: Count) -> Phrase: ...


@phrase
def refused_no_verdict(verdicts: Name, last: Name) -> Phrase: ...


@phrase
def refused_nobody_assigned() -> Phrase: ...


@phrase
def refused_assignee(at_most: Count) -> Phrase: ...


@phrase
def refused_nobody_has_it() -> Phrase: ...


@phrase
def refused_note_too_long(length: Count, at_most: Count) -> Phrase: ...


@phrase
def refused_note_unknown(known: Name) -> Phrase: ...


@phrase
def refused_note_value(note: Name, takes: Name) -> Phrase: ...


@phrase
def refused_notes_full(at_most: Count) -> Phrase: ...


@phrase
def refused_reason_unknown(known: Name) -> Phrase: ...


@phrase
def refused_no_other_alert() -> Phrase: ...


@phrase
def refused_merge_into_itself() -> Phrase: ...


@phrase
def refused_other_alert(state: Said) -> Phrase: ...


@phrase
def refused_exercise_and_real() -> Phrase: ...


@phrase
def refused_too_many_reports(together: Count, at_most: Count) -> Phrase: ...


@phrase
def refused_too_many_episodes(together: Count, at_most: Count) -> Phrase: ...


@phrase
def refused_no_such_fact() -> Phrase: ...


@phrase
def refused_only_fact() -> Phrase: ...


@phrase
def refused_fact_over() -> Phrase: ...


@phrase
def refused_no_cause() -> Phrase: ...


@phrase
def refused_not_detached() -> Phrase: ...


@phrase
def refused_no_movement(camera: Name) -> Phrase: ...
