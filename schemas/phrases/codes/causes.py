"""Causes: why an alert is told as a symptom of another one."""

from __future__ import annotations

from schemas.phrases.phrase import Phrase


def cause_link(cause: str, symptom: str, distance_m: float, lag_s: float) -> Phrase:
    """The rules say that one explains the other so near and so soon; `lag_s` is below 0 where the cause began later."""
    order = "after" if lag_s >= 0 else "before"
    values = {
        "cause": cause,
        "symptom": symptom,
        "distance_m": round(distance_m),
        "lag_s": round(abs(lag_s)),
        "order": order,
    }
    return Phrase(code="cause-link", values=values)
