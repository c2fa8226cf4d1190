"""Errors of this package that a person is meant to read: one line, with what was found and what was expected."""

from __future__ import annotations

from schemas.phrases.catalogue import sentence
from schemas.phrases.codes.faults import not_in_registry


class ToezichtError(Exception):
    """Root of the errors of this package; its text is one line for a person."""


class ConfigurationError(ToezichtError):
    """A setting or a file is wrong. Names the file or setting, the field, the value and what was expected."""

    def __init__(self, where: str, field: str, value: object, expected: str) -> None:
        super().__init__(f"{where}: {field} is {value!r}, expected {expected}")
        self.where = where
        self.field = field
        self.value = value
        self.expected = expected


class UnknownCameraError(ToezichtError):
    """A message names a camera, or a zone, that the registry does not have.

    Attributes:
        what: What is told of it.
        subject: Which one, such as `camera c9`.
        passing: Whether the message is worth nothing once its moment is over, so that it need not be kept.
    """

    def __init__(self, subject: str, version: str, passing: bool = False) -> None:
        self.what = not_in_registry(subject, version)
        super().__init__(sentence(self.what))
        self.subject = subject
        self.passing = passing


class DeliveryError(ToezichtError):
    """The broker did not confirm what was sent; the worker stops without acknowledging its input."""
