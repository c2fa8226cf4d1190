"""The safety team's report as one HTML file: no scripts, nothing from a network, readable with a screen reader and on paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape
from importlib.resources import files
from typing import Final

from schemas.categories import Category
from schemas.phrases.codes import trends as says
from schemas.phrases.codes.titles import category_name
from schemas.phrases.language import Language
from schemas.phrases.phrase import Phrase, Told
from schemas.trends import Judgement
from streams.domain.trends.areas import ELSEWHERE, UNKNOWN
from streams.domain.trends.summary import AreaLine, CountLine, RoomSummary, TargetLine
from streams.domain.trends.surges import LEAST_WEEKS
from streams.presentation.trends.svg import target_bar
from streams.presentation.trends.tables import area_name, areas_table, categories_table, repeats_table
from streams.presentation.trends.words import Words, probability

STYLE: Final = "trend_report.css"
_HOW: Final = (says.trend_how_surge, says.trend_how_small, says.trend_how_repeats, says.trend_how_privacy)


def report_html(rooms: Sequence[RoomSummary], language: Language, made_on: date) -> str:
    """Return the report of these control rooms, one after the other, as a whole HTML document."""
    words = Words(language)
    style = files("streams.presentation.trends").joinpath(STYLE).read_text(encoding="utf-8")
    weeks = ", ".join(dict.fromkeys(room.week for room in rooms))
    body = [_room(room, words, made_on) for room in rooms] or [f"<p>{words.say(says.trend_no_rooms())}</p>"]
    lines = [
        "<!DOCTYPE html>",
        f'<html lang="{language.value}">',
        '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{words.say(says.trend_title())} {escape(weeks)}</title>",
        f"<style>\n{style}</style></head>",
        f"<body><main>\n<h1>{words.say(says.trend_title())}</h1>",
        *body,
        "</main></body>\n</html>\n",
    ]
    return "\n".join(lines)


def _room(room: RoomSummary, words: Words, made_on: date) -> str:
    say = words.say
    name = say(says.trend_room(room.room))
    week = say(says.trend_week(int(room.week[6:]), room.week[:4]))
    period = say(says.trend_period(room.first_day, room.last_day))
    parts = [
        f'<section aria-label="{name}">',
        f"<p>{name}. <strong>{week}</strong>, {period}.</p>",
        f'<p class="soft">{say(says.trend_made(made_on, room.known_since))}</p>',
        "" if room.complete else f'<p class="note">{say(says.trend_open())}</p>',
        _short(room, words),
        *(_target(target, words, first=not number) for number, target in enumerate(room.targets)),
        _surges(room, words),
        f"<h2>{say(says.trend_categories())}</h2>",
        categories_table(room, words),
        f"<h2>{say(says.trend_areas())}</h2>",
        areas_table(room, words),
        f"<h2>{say(says.trend_repeats())}</h2>",
        repeats_table(room, words),
        *(f"<p>{line}</p>" for line in _knox(room, words)),
        f"<h2>{say(says.trend_unknowns())}</h2>",
        _list(_unknowns(room, words)),
        f"<h2>{say(says.trend_how())}</h2>",
        *(f"<p>{say(text())}</p>" for text in _HOW),
        "</section>",
    ]
    return "\n".join(part for part in parts if part)


def _list(points: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{point}</li>" for point in points) + "</ul>"


def _where(area: AreaLine) -> Told:
    """Return an area's name; the control room as a whole has none of its own."""
    return area.name or says.trend_whole()


def _short(room: RoomSummary, words: Words) -> str:
    say = words.say
    weeks = max((line.weeks_known for line in room.total.lines), default=0)
    usual = sum(line.usual or 0.0 for line in room.total.lines)
    known = says.trend_short_usual(usual, weeks) if weeks else says.trend_short_no_usual()
    points = [f"{say(says.trend_short_count(room.total.count))} {say(known)}"]
    points += [f"{_target_name(target, words)}: {_target_sentence(target, words)}" for target in room.targets]
    if room.surges:
        what = tuple(says.trend_in_area(_category(line.category), _where(area)) for area, line in room.surges)
        points.append(say(says.trend_short_surges(what)))
    else:
        points.append(say(says.trend_short_no_surge()))
    for pairs in room.repeats:
        where, count = area_name(pairs.area_code, room, words), pairs.to_100_m + pairs.to_200_m
        points.append(say(says.trend_short_repeats(_category(pairs.category), where, pairs.within_days, count)))
    if not room.repeats:
        points.append(say(says.trend_short_no_repeats()))
    return f'<div class="box"><h2>{say(says.trend_short())}</h2>{_list(points)}</div>'


def _target_name(target: TargetLine, words: Words) -> str:
    return words.say(says.trend_target(_category(target.category), target.below_per_year, str(target.year)))


def _target_sentence(target: TargetLine, words: Words) -> str:
    counted = words.say(says.trend_target_count(target.count, target.since))
    if target.missed:
        return f"{counted} <strong>{words.say(says.trend_target_over())}</strong>"
    say = says.trend_target_off if target.above_share else says.trend_target_on
    return f"{counted} {words.say(say(target.expected))}"


def _target(target: TargetLine, words: Words, first: bool) -> str:
    say = words.say
    label = say(says.trend_target_bar(target.count, target.below_per_year - 1, target.expected))
    parts = [
        f"<h2>{say(says.trend_targets())}</h2>" if first else "",
        f"<h3>{_target_name(target, words)}</h3>",
        target_bar(target.count, target.expected, target.below_per_year, label),
        f'<p class="soft"><span class="key count"></span>{say(says.trend_bar_count())}',
        f'<span class="key mark"></span>{say(says.trend_bar_expected())}</p>',
        f"<p>{_target_sentence(target, words)}</p>",
    ]
    if (target.since.month, target.since.day) != (1, 1):
        parts.append(f"<p>{say(says.trend_target_part(target.since))}</p>")
    parts.append(f'<p class="soft">{say(says.trend_target_as_of(target.as_of))}</p>')
    return "\n".join(part for part in parts if part)


def _surges(room: RoomSummary, words: Words) -> str:
    say = words.say
    parts = [f"<h2>{say(says.trend_surges())}</h2>"]
    for area, line in room.surges:
        told = say(says.trend_surge(_where(area), line.count, _category(line.category), line.usual or 0.0))
        chance, limit = (probability(each or 0.0) for each in (line.probability, line.limit))
        reason = say(says.trend_surge_reason(chance, limit))
        parts.append(f'<div class="note"><p><strong>{told}</strong></p><p>{reason}</p></div>')
    if not room.surges:
        parts.append(f"<p>{say(says.trend_no_surges())}</p>")
    parts.append(f'<p class="soft">{say(says.trend_surge_tested(room.tested))}</p>')
    if room.unjudged:
        told_of = [say(_unjudged(area, line)) for area, line in room.unjudged]
        parts.append(f"<h3>{say(says.trend_not_judged())}</h3>{_list(told_of)}")
    return "\n".join(parts)


def _unjudged(area: AreaLine, line: CountLine) -> Phrase:
    """Return why nothing can be said of a count: too short a history, or too little in it."""
    told = (_where(area), line.count, _category(line.category), line.weeks_known)
    if line.judged is Judgement.SHORT_HISTORY:
        return says.trend_short_history(*told, LEAST_WEEKS)
    return says.trend_small_base(*told, line.base_total)


def _category(category: Category) -> Phrase:
    return category_name(category.value)


def _knox(room: RoomSummary, words: Words) -> list[str]:
    lines = []
    for test in room.knox:
        told = words.say(says.trend_knox(_category(test.category), test.pairs, test.events))
        if test.expected is None or test.probability is None:
            lines.append(f"{told} {words.say(says.trend_knox_few())}")
        else:
            chance = says.trend_knox_chance(test.expected, test.pairs, probability(test.probability))
            lines.append(f"{told} {words.say(chance)}")
    return lines


def _unknowns(room: RoomSummary, words: Words) -> list[str]:
    counts = {area.code: area.count for area in room.areas}
    weeks = max((line.weeks_known for line in room.total.lines), default=0)
    return [
        words.say(says.trend_unknown_reported()),
        words.say(says.trend_unknown_late()),
        words.say(says.trend_unknown_place(counts.get(UNKNOWN, 0), counts.get(ELSEWHERE, 0))),
        words.say(says.trend_unknown_since(room.known_since, weeks)),
        words.say(says.trend_unknown_season()),
        words.say(says.trend_unknown_why()),
    ]
