"""Codes of partners: what those are called whom an alert is for."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from schemas.phrases.declare import Name, phrase
from schemas.phrases.phrase import Phrase


@phrase
def partner_name(partner: Name) -> Phrase: ...
