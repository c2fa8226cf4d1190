"""Necessity dossier as Markdown: a heading for each camera, those for which nothing speaks first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from schemas.phrases.catalogue import sentence
from schemas.phrases.codes import dossier as says
from schemas.phrases.language import Language
from schemas.phrases.phrase import Phrase
from streams.domain.compliance.necessity import CameraTally, Effect, Judged, necessity_of
from streams.presentation.printable import printable


def dossier_text(
    tallies: Sequence[CameraTally], since: datetime, until: datetime, alerts: int, rules: str, language: Language
) -> str:
    """Return the dossier for people."""
    lines = [f"# {sentence(says.dossier_title(), language)}", ""]
    lines += [sentence(says.dossier_period(since, until, alerts, rules), language), ""]
    lines += [sentence(says.dossier_method(), language)]
    for tally in tallies:
        head = sentence(says.dossier_necessity(necessity_of(tally).value), language)
        lines += ["", f"## {printable(tally.camera_id)}: {head}", ""]
        lines += [f"- {sentence(each, language)}" for each in _facts(tally)]
    return "\n".join(lines)


def _facts(tally: CameraTally) -> Iterator[Phrase]:
    time = tally.time
    if time is None:
        yield says.dossier_no_hours()
    else:
        spans = (time.looked, time.refused_in_all, time.away, time.blind)
        yield says.dossier_hours(*(span.total_seconds() / 3_600 for span in spans))
    yield says.dossier_asked(tally.asked, tally.answered)
    kinds = (Effect.OPENED, Effect.RAISED, Effect.LOWERED, Effect.TOLD)
    yield says.dossier_changed(tally.count(), *(tally.count(effect=each) for each in kinds))
    if tally.count():
        yield says.dossier_judged(
            *(tally.count(judged=each) for each in (Judged.RIGHT, Judged.WRONG, Judged.NOT_JUDGED))
        )
        yield says.dossier_passed_on(tally.passed_on)
    yield says.dossier_views_not_known() if tally.viewed is None else says.dossier_viewed(tally.viewed)
