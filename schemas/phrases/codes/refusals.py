"""Refusals: why an operator's action was not done."""

from __future__ import annotations

from schemas.phrases.phrase import Phrase

NONE = "none"
"""In place of a name, where there is none."""


def refused_in_state(code: str, state: str, merged_into: str | None, user: str | None) -> Phrase:
    """Return what the table of an alert's life says to an action: one of the codes of `lifecycle.ActionRefusal`."""
    return Phrase(code=code, values={"state": state, "merged_into": merged_into or NONE, "user": user or NONE})


def refused_no_such_alert() -> Phrase:
    """The control room has no such alert, or has forgotten it."""
    return Phrase(code="refused-no-such-alert")


def refused_no_such_summary() -> Phrase:
    """The control room has no such summary."""
    return Phrase(code="refused-no-such-summary")


def refused_decided_before() -> Phrase:
    """The same action was sent again."""
    return Phrase(code="refused-decided-before")


def refused_unknown_action(action: str) -> Phrase:
    """The action is of a release that this one does not know."""
    return Phrase(code="refused-unknown-action", values={"action": action})


def refused_not_for_a_summary(action: str) -> Phrase:
    """The action is for alerts, and this is a summary."""
    return Phrase(code="refused-not-for-a-summary", values={"action": action})


def refused_revision_ahead(seen: int, newest: int) -> Phrase:
    """The revision that was seen does not exist yet."""
    return Phrase(code="refused-revision-ahead", values={"seen": seen, "newest": newest})


def refused_acted_since(user: str, revision: int, seen: int) -> Phrase:
    """Another person acted on it after the revision that was seen."""
    return Phrase(code="refused-acted-since", values={"user": user, "revision": revision, "seen": seen})


def refused_rose_since(revision: int, seen: int) -> Phrase:
    """Its priority rose after the revision that was seen, and the action would take it out of sight."""
    return Phrase(code="refused-rose-since", values={"revision": revision, "seen": seen})


def refused_p1_shelved() -> Phrase:
    """A P1 stays in sight."""
    return Phrase(code="refused-p1-shelved")


def refused_shelf_incomplete() -> Phrase:
    """A shelf without a reason or an end that lies ahead."""
    return Phrase(code="refused-shelf-incomplete")


def refused_shelf_too_long(days: int) -> Phrase:
    """A shelf that lasts too long."""
    return Phrase(code="refused-shelf-too-long", values={"days": days})


def refused_no_verdict(verdicts: str, last: str) -> Phrase:
    """A closing without a verdict, or with a word that is none."""
    return Phrase(code="refused-no-verdict", values={"verdicts": verdicts, "last": last})


def refused_nobody_assigned() -> Phrase:
    """An assignment to nobody."""
    return Phrase(code="refused-nobody-assigned")


def refused_assignee(at_most: int) -> Phrase:
    """An assignment to what cannot be a user."""
    return Phrase(code="refused-assignee", values={"at_most": at_most})


def refused_nobody_has_it() -> Phrase:
    """Nothing to give back."""
    return Phrase(code="refused-nobody-has-it")


def refused_note_too_long(length: int, at_most: int) -> Phrase:
    """A note that is text, and no code."""
    return Phrase(code="refused-note-too-long", values={"length": length, "at_most": at_most})


def refused_note_unknown(known: str) -> Phrase:
    """A note that is not on the list."""
    return Phrase(code="refused-note-unknown", values={"known": known})


def refused_note_value(note: str, takes: str) -> Phrase:
    """A note with a value that it does not take; `takes` is `nothing`, `number`, `camera` or `partner`."""
    return Phrase(code="refused-note-value", values={"note": note, "takes": takes})


def refused_notes_full(at_most: int) -> Phrase:
    """An alert that holds as many notes as it can."""
    return Phrase(code="refused-notes-full", values={"at_most": at_most})


def refused_no_other_alert() -> Phrase:
    """The other alert of a merge is not there."""
    return Phrase(code="refused-no-other-alert")


def refused_merge_into_itself() -> Phrase:
    """Both alerts of a merge are one."""
    return Phrase(code="refused-merge-into-itself")


def refused_other_alert(state: str) -> Phrase:
    """The other alert of a merge has ended."""
    return Phrase(code="refused-other-alert", values={"state": state})


def refused_too_many_together(together: int, what: str, at_most: int) -> Phrase:
    """A merge would hold too much; `what` is `reports` or `episodes`."""
    return Phrase(code="refused-too-many-together", values={"together": together, "what": what, "at_most": at_most})


def refused_no_such_fact() -> Phrase:
    """What is to be split off is not in the alert."""
    return Phrase(code="refused-no-such-fact")


def refused_only_fact() -> Phrase:
    """What is to be split off is all there is."""
    return Phrase(code="refused-only-fact")


def refused_fact_over() -> Phrase:
    """What is to be split off does not hold any more."""
    return Phrase(code="refused-fact-over")


def refused_no_cause() -> Phrase:
    """It stands under no cause that it could be taken from."""
    return Phrase(code="refused-no-cause")


def refused_not_detached() -> Phrase:
    """Nobody took it from its cause, so there is nothing to put back."""
    return Phrase(code="refused-not-detached")
