"""Choices: the lists that dialogs offer, in words."""

from __future__ import annotations

from collections.abc import Sequence

from console.wire.actions import Choices, ListChoice
from schemas.categories import Category
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes.titles import category_name
from schemas.phrases.language import Language
from streams.clients.choices import FALSE_ALARM_REASONS, NOTES, SHELVE_REASONS, VERDICTS, ListCode


def choices_of(users: Sequence[str], language: Language) -> Choices:
    """Return the lists, with who can be assigned to."""

    def listed(codes: Sequence[ListCode]) -> tuple[ListChoice, ...]:
        return tuple(
            ListChoice(code=each.code, text=sentence(each.phrase, language), takes=each.takes) for each in codes
        )

    categories = sorted(
        (
            ListChoice(code=each.value, text=sentence(category_name(each.value), language), takes=None)
            for each in Category
        ),
        key=lambda choice: choice.text,
    )
    return Choices(
        verdicts=listed(VERDICTS),
        shelve_reasons=listed(SHELVE_REASONS),
        false_alarm_reasons=listed(FALSE_ALARM_REASONS),
        notes=listed(NOTES),
        categories=tuple(categories),
        users=tuple(ListChoice(code=user, text=user, takes=None) for user in users),
    )
