"""Errors of this package that a person is meant to read: one line, with what was found and what was expected."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.phrases.catalogue import in_words, phrase_of, told
from schemas.phrases.codes.commands import not_confirmed, wrong_value
from schemas.phrases.codes.faults import not_in_registry
from schemas.phrases.language import Language
from schemas.phrases.phrase import Phrase, Told


class ToezichtError(Exception):
    """Root of the errors of this package; its text is one line for a person.

    Attributes:
        what: The same as a phrase, where operators meet it; those for operations and developers are English alone.
        language: In which whoever gave the command reads.
    """

    language: Language = Language.EN

    def __init__(self, said: Told, what: Phrase | None = None) -> None:
        """Take what is told, as a phrase or in English, and what operators are told instead in other languages."""
        super().__init__(in_words(said, Language.EN))
        self.what = what or phrase_of(said)

    def told_in(self, language: Language) -> str:
        """Return its line in a language, as far as it has one of its own there."""
        return str(self) if language is Language.EN else told(self.what, str(self), language)


class ConfigurationError(ToezichtError):
    """A setting or a file is wrong. Names the file or setting, the field, the value and what was expected."""

    def __init__(self, where: str, field: str, value: object, expected: Told) -> None:
        shown = value if isinstance(value, Phrase) else repr(value)
        text = f"{where}: {field} is {in_words(shown, Language.EN)}, expected {in_words(expected, Language.EN)}"
        super().__init__(text, wrong_value(where, field, shown, expected) if isinstance(expected, Phrase) else None)
        self.where = where
        self.field = field
        self.value = value
        self.expected = expected


class MistakesError(ToezichtError):
    """Several mistakes of one kind of thing, told at once: a line each, below a line that counts them.

    Attributes:
        mistakes: Each of them.
    """

    def __init__(self, what: str, mistakes: Sequence[ToezichtError]) -> None:
        """Take what is wrong, such as `settings`, and the mistakes."""
        lines = "\n".join(f"  {mistake}" for mistake in mistakes)
        super().__init__(f"{len(mistakes)} {what} are wrong:\n{lines}")
        self.mistakes = tuple(mistakes)


class UnknownCameraError(ToezichtError):
    """A message names a camera, or a zone, that the registry does not have.

    Attributes:
        subject: Which one, such as `camera c9`.
        passing: Whether the message is worth nothing once its moment is over, so that it need not be kept.
    """

    def __init__(self, subject: str, version: str, passing: bool = False) -> None:
        super().__init__(not_in_registry(subject, version))
        self.subject = subject
        self.passing = passing


class NotAllowedError(ToezichtError):
    """A message came from somebody who may not send it, as a partner's answer to what another one was asked."""


class DeliveryError(ToezichtError):
    """The broker did not confirm what was sent; the worker stops without acknowledging its input."""

    def __init__(self, said: Told) -> None:
        """Take what is told of it."""
        super().__init__(said, not_confirmed())
