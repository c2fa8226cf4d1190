"""Texts: what a person reads of a message, in a subject and some lines, out of the catalogues."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from schemas.phrases.catalogue import sentence
from schemas.phrases.codes import notices as says
from schemas.phrases.language import Language
from schemas.phrases.phrase import Phrase
from streams.notify.notice import Notice, one_line

MOST_LISTED: Final = 50
MOST_SUBJECT: Final = 200
_UNKNOWN: Final = "none"


class Text(NamedTuple):
    """Text: a subject on one line, and lines below it."""

    subject: str
    lines: tuple[str, ...]

    @property
    def body(self) -> str:
        """Return the lines as one text."""
        return "\n".join(self.lines)


def text_of(notices: Sequence[Notice], language: Language, partner_name: str = "") -> Text:
    """Return what a person reads of one message, or of several as one with their count and ids."""
    if len(notices) > 1:
        return _several(notices, language, partner_name)
    (notice,) = notices
    lines = [sentence(says.notice_exercise_line(), language)] if notice.exercise else []
    if notice.dispatch_id and not notice.ending:
        due = notice.deadline_at
        lines.append(sentence(says.notice_answer() if due is None else says.notice_answer_before(due), language))
    if notice.handover_id and notice.deadline_at is not None:
        lines.append(sentence(says.notice_case_answer_before(notice.deadline_at), language))
    if notice.occurred_at is not None:
        lines.append(sentence(says.notice_happened(notice.occurred_at), language))
    lines.append(sentence(says.notice_changed(notice.changed_at), language))
    lines.append(sentence(says.notice_reference(notice.about), language))
    if partner_name:
        lines.append(sentence(says.notice_sender(partner_name), language))
    return Text(one_line(sentence(headline(notice), language))[:MOST_SUBJECT], tuple(one_line(each) for each in lines))


def headline(notice: Notice) -> Phrase:
    """Return what a message is about, with what a reader must not miss in front: an exercise, a request, an end."""
    category, priority = notice.category, notice.priority
    what = says.notice_what(priority.value if priority else _UNKNOWN, category.value if category else _UNKNOWN)
    if notice.place:
        what = says.notice_at_place(what, notice.place)
    if notice.dispatch_id:
        what = says.notice_dispatch(what)
    if notice.handover_id:
        what = says.notice_case(what)
    if notice.ending:
        what = says.notice_ended(what, notice.ending)
    return says.notice_exercise(what) if notice.exercise else what


def _several(notices: Sequence[Notice], language: Language, partner_name: str) -> Text:
    subject = sentence(says.notice_several(len(notices)), language)
    if all(each.exercise for each in notices):
        subject = sentence(says.notice_exercise(says.notice_several(len(notices))), language)
    lines = [one_line(f"{sentence(headline(each), language)} ({each.about})") for each in notices[:MOST_LISTED]]
    if rest := notices[MOST_LISTED:]:
        lines.append(", ".join(one_line(each.about) for each in rest))
    if partner_name:
        lines.append(one_line(sentence(says.notice_sender(partner_name), language)))
    return Text(one_line(subject), tuple(lines))
