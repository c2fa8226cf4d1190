"""Cases as a list: which partner has each, since when, and by when it answers. No place, and no word of what was reported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from streams.domain.cases.case import CaseRow
from streams.presentation.columns import columns
from streams.stages.cases import PREFIX
from streams.stages.row_versions import ROWS


def cases_in(rows: Iterable[Mapping[str, bytes]]) -> list[CaseRow]:
    """Return the cases among the rows of `share`, what is due first in front.

    Args:
        rows: Of each partition, by name.

    Raises:
        RowError: One is damaged, or of a newer release.
    """
    found = [ROWS.read(name, raw, CaseRow) for named in rows for name, raw in named.items() if name.startswith(PREFIX)]
    return sorted(found, key=lambda each: (not each.open, each.due_at, each.alert_id))


def standing(case: CaseRow) -> str:
    """Return how far a case is, in one word: asked, overdue, accepted, or why it is over."""
    if case.end is not None:
        return case.end.value
    if case.last.accepted:
        return "accepted"
    return "overdue" if case.last.overdue else "asked"


def as_document(case: CaseRow) -> dict[str, Any]:
    """Return a case for a program; `due_at` is null where nobody is waited for."""
    waited_for = case.open and not case.last.overdue
    return {
        "alert_id": case.alert_id,
        "control_room_id": case.control_room_id,
        "category": case.facts.category.value if case.facts else None,
        "partner": case.last.partner,
        "standing": standing(case),
        "came_from": case.last.came_from,
        "had": list(case.had),
        "opened_at": case.opened_at.isoformat(),
        "handed_at": case.last.handed_at.isoformat(),
        "due_at": case.last.answer_by.isoformat() if waited_for else None,
        "kept_until": case.keep_until.isoformat() if case.open else None,
        "exercise": case.exercise,
    }


def as_text(cases: Iterable[CaseRow], now: datetime) -> str:
    """Return the list for a person: a line for each case, or that there is none."""
    rows: list[tuple[str, ...]] = [
        ("has it", "standing", "category", "since", "answer by", "kept until", "came from", "case")
    ]
    for case in cases:
        told = as_document(case)
        who = f"{told['partner']} (exercise)" if case.exercise else told["partner"]
        times = (told["handed_at"], told["due_at"], told["kept_until"])
        rows.append(
            (
                who, told["standing"], told["category"] or "-", *(_minute(each) for each in times), told["came_from"] or "-",
                case.alert_id,
            )
        )  # fmt: skip
    if len(rows) == 1:
        return "no case is anybody's"
    return "\n".join([f"cases at {now:%Y-%m-%d %H:%M} UTC", "", *columns(rows)])


def _minute(at: str | None) -> str:
    return "-" if at is None else at[:16].replace("T", " ")
