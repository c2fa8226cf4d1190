"""The table of an alert's life as `docs/lifecycle.md` shows it: `python -m tests.docs.lifecycle_table` prints it."""

from __future__ import annotations

from schemas.alerts import AlertState
from schemas.phrases.catalogue import sentence
from streams.domain.alerts.lifecycle import MEANING, STATES, TABLE, ActionRefusal, Cause, Outcome

_SHORT = {state: state.value.replace("_to_normal", "") for state in AlertState}


def table_lines() -> list[str]:
    """Return the table's lines in Markdown: a state that follows, `·` for the same state, a reason in brackets."""
    lines = [
        "| cause | " + " | ".join(_SHORT[state] for state in STATES) + " |",
        "|---|" + "---|" * len(STATES),
    ]
    for cause in Cause:
        cells = [_cell(state, TABLE[state, cause]) for state in STATES]
        lines.append(f"| {cause.value} | " + " | ".join(cells) + " |")
    return [*lines, "", *(f"- `{cause.value}`: {MEANING[cause]}." for cause in Cause)]


def _cell(state: AlertState, outcome: Outcome) -> str:
    if isinstance(outcome, ActionRefusal):
        return f"({sentence(outcome.told(state, None, '…')).rpartition(' (')[0]})"
    return "·" if outcome is state else f"**{_SHORT[outcome]}**"


if __name__ == "__main__":
    print("\n".join(table_lines()))
