"""Refusals in words, for tests of what an operator is told."""

from __future__ import annotations

from schemas.alerts import AlertState
from schemas.phrases.catalogue import sentence
from schemas.phrases.phrase import Phrase
from streams.domain.alerts.lifecycle import ActionRefusal


def said(refused: Phrase | None) -> str:
    """Return a refusal in English; empty where there is none."""
    return "" if refused is None else sentence(refused)


def table_says(outcome: ActionRefusal, state: AlertState, user: str | None = None) -> str:
    """Return what the table's refusal says of an alert in a state."""
    return sentence(outcome.told(state, None, user))
