"""The operator's list as text: each alert as a row, in the words of the catalogues."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from rich.table import Table
from rich.text import Text

from schemas.alerts import Alert, AlertCamera, AlertSummary
from schemas.categories import Category, Priority
from schemas.evidence import Verdict
from schemas.incidents import ReportNote
from schemas.phrases.catalogue import sentence, told
from schemas.phrases.codes import operator_list as says
from schemas.phrases.codes.titles import category_id, counted, kind_unknown, title_exercise
from schemas.phrases.language import Language
from schemas.phrases.phrase import Phrase
from streams.domain.budget.budget import OFF_LIST
from streams.presentation.notes import notes_of
from streams.presentation.printable import printable
from streams.presentation.standing import on_the_list, ordered

COLOURS: Final = {
    Priority.P1: "bold white on red",
    Priority.P2: "bold black on yellow",
    Priority.P3: "cyan",
    Priority.P4: "dim",
}
REASONS: Final = 3
CAMERAS: Final = 3
CATEGORIES: Final = 5
NOTES: Final = 2
SYMPTOMS: Final = 3
MOVEMENTS: Final = 2
"""How many reasons and cameras a row shows, a summary's categories, notes, symptoms under a cause, and what people did; an alert
has all."""
SYMPTOM: Final = "↳"
NOTED: Final = "✎"
NEXT: Final = "»"
ASKED: Final = "☎"
"""Marks: what stands under a cause, what somebody noted, what the rules recommend, and whom somebody asked to come."""
DISPATCHES: Final = 3
"""How many of those a row shows, the newest."""

COLUMNS: Final = (("priority", 1), ("what", 3), ("where", 3), ("state", 2), ("why", 7), ("cameras", 4), ("since", 1))
"""The columns, and how wide each is beside the others."""
WIDTHS: Final = {"priority": 6, "since": 6}
"""`P1 100` and `59 min` stand whole in any terminal; elsewhere a word that does not fit goes on in the next line."""
_LIMIT: Final = "limit."


@dataclass(frozen=True, slots=True)
class Row:
    """One alert as the texts of its cells."""

    priority: Priority
    score: str
    what: str
    where: str
    state: str
    why: str
    cameras: str
    since: str


class ListChanges:
    """List changes: those of an alert that stands on the operator's list, and the one that takes it off.

    Args:
        whole: Whether the changes begin with the newest state of every alert, so that one that is not known was not on the list.
    """

    def __init__(self, whole: bool) -> None:
        self._whole = whole
        self._listed: dict[str, bool] = {}

    def take(self, alert: Alert) -> bool:
        """Return whether a change is of the list, and remember where the alert stands now."""
        listed, known = on_the_list(alert), alert.alert_id in self._listed
        was_listed = self._listed.get(alert.alert_id, False)
        self._listed[alert.alert_id] = listed
        ended_first = not known and not self._whole and alert.operator_list and alert.state in OFF_LIST
        return listed or was_listed or ended_first


def row(alert: Alert, now: datetime, language: Language) -> Row:
    """Return an alert's cells. `now` is for its age."""
    strongest = sorted((factor for factor in alert.factors if factor.points), key=lambda factor: -abs(factor.points))
    if alert.summary is not None:
        return _summary_row(alert, alert.summary, now, language)
    why = [
        f"{points_in(language, factor.points)} {told(factor.phrase, factor.reason, language)}"
        for factor in strongest[:REASONS]
    ]
    if alert.capped_by:
        limit = says.limit(alert.capped_by.removeprefix(_LIMIT))
        why.append(sentence(says.capped(alert.priority.value, limit), language))
    if alert.falls_at and alert.falls_to:
        why.append(sentence(says.falls_to(alert.falls_to.value, alert.falls_at), language))
    why += [*notes_of(alert, language), *_beside(alert, language)]
    looked = [camera for camera in alert.cameras if camera.verdict is not Verdict.NO_COVERAGE][:CAMERAS]
    cameras = [
        f"{each.camera_id}: {_verdict(each.verdict, language)}{_attention(each, now, language)}" for each in looked
    ]
    return Row(
        priority=alert.priority,
        score=f"{alert.score:.0f}",
        what=printable(_title(alert, language)),
        where=printable(told(alert.place_phrase, alert.place, language)) or "?",
        state=printable(sentence(_state(alert), language)),
        why="\n".join(map(printable, why)),
        cameras="\n".join(map(printable, cameras)) or _verdict(alert.verdict, language),
        since=age(now, alert.opened_at),
    )


def _beside(alert: Alert, language: Language) -> list[str]:
    """Return what stands beside an alert's reasons.

    Why it is with its cause, what people did that it explains, the newest notes and requests, and what is recommended.
    """
    moved = [(SYMPTOM, each.reason) for each in alert.movements[:MOVEMENTS]]
    noted = [(NOTED, each.phrase) for each in alert.notes[-NOTES:]]
    asked = [(ASKED, each.reason) for each in alert.dispatches[-DISPATCHES:]]
    marked = [(SYMPTOM, alert.cause_reason), *moved, *noted, *asked, (NEXT, alert.next_step)]
    return [f"{mark} {sentence(each, language)}" for mark, each in marked if each is not None]


def _state(alert: Alert) -> Phrase:
    """Return an alert's state, with why a person put it aside or called it false. Older senders' own words are not shown."""
    state = says.alert_state(alert.state.value)
    why = alert.shelf.phrase if alert.shelf is not None else alert.closing_reason
    return state if why is None else says.alert_state_because(state, why)


def _title(alert: Alert, language: Language) -> str:
    """Return what an alert is about, marked where it stands under its cause, with how much is in it and under it."""
    mark = f"{SYMPTOM} " if alert.under_cause else ""
    reports = f" ({len(alert.reports)})" if len(alert.reports) > 1 else ""
    symptoms = f" {SYMPTOM}{len(alert.symptoms)}" if alert.symptoms else ""
    return f"{mark}{_what(alert, language)}{reports}{symptoms}"


def _what(alert: Alert, language: Language) -> str:
    """Return what an alert is about: the category, or that its kind is unknown where no report of it has another."""
    unknown = [ReportNote.UNKNOWN_KIND in report.notes for report in alert.reports]
    kind_known = alert.category is not Category.OVERIG or not any(unknown)
    kind = category_id(alert.category.value) if kind_known else kind_unknown()
    return sentence(title_exercise(kind) if alert.exercise else kind, language)


def _verdict(verdict: Verdict, language: Language) -> str:
    return sentence(says.verdict(verdict.value), language)


def points_in(language: Language, points: float) -> str:
    """Return a factor's points with their sign, as a language writes numbers."""
    return f"{points:+g}".replace(".", "," if language is Language.NL else ".")


def _summary_row(alert: Alert, summary: AlertSummary, now: datetime, language: Language) -> Row:
    """Return a summary's cells: how many alerts stand under it, of which priority and category."""
    by_priority: Counter[str] = Counter()
    by_category: Counter[str] = Counter()
    for count in summary.counts:
        by_priority[count.priority.value] += count.open
        by_category[count.category.value] += count.open
    categories = sorted(by_category.items(), key=lambda each: (-each[1], each[0]))[:CATEGORIES]
    return Row(
        priority=alert.priority,
        score="",
        what=sentence(says.summary_of(summary.open), language),
        where="",
        state=sentence(says.alert_state(alert.state.value), language),
        why=", ".join(f"{number} {name}" for name, number in sorted(by_priority.items())),
        cameras=", ".join(sentence(counted(number, category_id(name)), language) for name, number in categories),
        since=age(now, alert.opened_at),
    )


def _attention(camera: AlertCamera, now: datetime, language: Language) -> str:
    """Return that a camera is attended, and for how long yet; nothing when it is not."""
    until = camera.attention_until
    return f" ({sentence(says.attended(age(until, now)), language)})" if until is not None and until > now else ""


def age(now: datetime, then: datetime) -> str:
    """Return how long ago something was: `12 s`, `3 min`, `2 h`; never less than nothing."""
    seconds = max(0, int((now - then).total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 3_600 else f"{seconds // 3_600} h"


def table(alerts: Sequence[Alert], now: datetime, language: Language, room: str | None = None) -> Table:
    """Return the list as a table for a terminal."""
    drawn = Table(expand=True, show_lines=True, caption=None if alerts else sentence(says.no_alerts(), language))
    for column, ratio in COLUMNS:
        heading, width = sentence(says.heading(column), language), WIDTHS.get(column)
        drawn.add_column(heading, ratio=None if width else ratio, width=width, no_wrap=bool(width), overflow="fold")
    for alert in ordered(alerts, room):
        cells = row(alert, now, language)
        priority = Text(f"{cells.priority} {cells.score}", style=COLOURS[cells.priority])
        rest = (cells.what, cells.where, cells.state, cells.why, cells.cameras, cells.since)
        drawn.add_row(priority, *(Text(cell) for cell in rest))
    return drawn


def line(alert: Alert, now: datetime, language: Language) -> str:
    """Return one change as a single line, for a pipe or a log."""
    cells = row(alert, now, language)
    why = cells.why.replace("\n", "; ")
    cameras = cells.cameras.replace("\n", "; ")
    return f"{cells.priority} {cells.score:>3}  {cells.what:26} {cells.where:32} [{cells.state}] {cameras} | {why}"
