"""The safety team's report as one HTML file: no scripts, nothing from a network, readable with a screen reader and on paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape
from importlib.resources import files
from typing import Final

from schemas.phrases.language import Language
from streams.domain.trends.areas import ELSEWHERE, UNKNOWN
from streams.domain.trends.summary import AreaLine, RoomSummary, TargetLine
from streams.domain.trends.surges import LEAST_WEEKS
from streams.presentation.trends.svg import target_bar
from streams.presentation.trends.tables import area_name, areas_table, categories_table, repeats_table
from streams.presentation.trends.words import Words

STYLE: Final = "trend_report.css"


def report_html(rooms: Sequence[RoomSummary], language: Language, made_on: date) -> str:
    """Return the report of these control rooms, one after the other, as a whole HTML document."""
    words = Words(language)
    style = files("streams.presentation.trends").joinpath(STYLE).read_text(encoding="utf-8")
    weeks = ", ".join(dict.fromkeys(room.week for room in rooms))
    body = [_room(room, words, made_on) for room in rooms] or [f"<p>{words.say('no_rooms')}</p>"]
    lines = [
        "<!DOCTYPE html>",
        f'<html lang="{language.value}">',
        '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{words.say('title')} {escape(weeks)}</title>",
        f"<style>\n{style}</style></head>",
        f"<body><main>\n<h1>{words.say('title')}</h1>",
        *body,
        "</main></body>\n</html>\n",
    ]
    return "\n".join(lines)


def _room(room: RoomSummary, words: Words, made_on: date) -> str:
    say = words.say
    name = say("room", room=room.room)
    week = say("week", number=int(room.week[6:]), year=room.week[:4])
    period = say("period", first=words.day(room.first_day), last=words.day(room.last_day))
    parts = [
        f'<section aria-label="{name}">',
        f"<p>{name}. <strong>{week}</strong>, {period}.</p>",
        f'<p class="soft">{say("made", day=words.day(made_on), since=words.day(room.known_since))}</p>',
        "" if room.complete else f'<p class="note">{say("open")}</p>',
        _short(room, words),
        *(_target(target, words, first=not number) for number, target in enumerate(room.targets)),
        _surges(room, words),
        f"<h2>{say('categories')}</h2>",
        categories_table(room, words),
        f"<h2>{say('areas')}</h2>",
        areas_table(room, words),
        f"<h2>{say('repeats')}</h2>",
        repeats_table(room, words),
        *(f"<p>{line}</p>" for line in _knox(room, words)),
        f"<h2>{say('unknowns')}</h2>",
        _list(_unknowns(room, words)),
        f"<h2>{say('how')}</h2>",
        *(f"<p>{say(text)}</p>" for text in ("how_surge", "how_small", "how_repeats", "how_privacy")),
        "</section>",
    ]
    return "\n".join(part for part in parts if part)


def _list(points: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{point}</li>" for point in points) + "</ul>"


def _where(area: AreaLine, words: Words) -> str:
    """Return an area's name, not escaped; the control room as a whole has none of its own."""
    return area.name or words.raw("whole")


def _short(room: RoomSummary, words: Words) -> str:
    say = words.say
    weeks = max((line.weeks_known for line in room.total.lines), default=0)
    usual = words.number(sum(line.usual or 0.0 for line in room.total.lines))
    points = [
        say("short_count", count=room.total.count)
        + " "
        + (say("short_usual", usual=usual, weeks=weeks) if weeks else say("short_no_usual"))
    ]
    points += [f"{_target_name(target, words)}: {_target_sentence(target, words)}" for target in room.targets]
    if room.surges:
        what = "; ".join(f"{words.category(line.category)}, {_where(area, words)}" for area, line in room.surges)
        points.append(say("short_surges", count=len(room.surges), what=what))
    else:
        points.append(say("short_no_surge"))
    for pairs in room.repeats:
        where, name = area_name(pairs.area_code, room, words), words.category(pairs.category)
        count = pairs.to_100_m + pairs.to_200_m
        points.append(say("short_repeats", where=where, category=name, count=count, days=pairs.within_days))
    if not room.repeats:
        points.append(say("short_no_repeats"))
    return f'<div class="box"><h2>{say("short")}</h2>{_list(points)}</div>'


def _target_name(target: TargetLine, words: Words) -> str:
    name = words.category(target.category)
    return words.say("target", category=name, below=target.below_per_year, year=target.year)


def _target_sentence(target: TargetLine, words: Words) -> str:
    counted = words.say("target_count", count=target.count, since=words.day(target.since))
    if target.missed:
        return f"{counted} <strong>{words.say('target_over')}</strong>"
    verdict = "target_off" if target.above_share else "target_on"
    return f"{counted} {words.say(verdict, expected=words.number(target.expected, 0))}"


def _target(target: TargetLine, words: Words, first: bool) -> str:
    say = words.say
    expected = words.number(target.expected, 0)
    label = say("target_bar", count=target.count, most=target.below_per_year - 1, expected=expected)
    parts = [
        f"<h2>{say('targets')}</h2>" if first else "",
        f"<h3>{_target_name(target, words)}</h3>",
        target_bar(target.count, target.expected, target.below_per_year, label),
        f'<p class="soft"><span class="key count"></span>{say("bar_count")}',
        f'<span class="key mark"></span>{say("bar_expected")}</p>',
        f"<p>{_target_sentence(target, words)}</p>",
    ]
    if (target.since.month, target.since.day) != (1, 1):
        parts.append(f"<p>{say('target_part', since=words.day(target.since))}</p>")
    parts.append(f'<p class="soft">{say("target_as_of", day=words.day(target.as_of))}</p>')
    return "\n".join(part for part in parts if part)


def _surges(room: RoomSummary, words: Words) -> str:
    say = words.say
    parts = [f"<h2>{say('surges')}</h2>"]
    for area, line in room.surges:
        usual, name = words.number(line.usual or 0.0), words.category(line.category)
        told = say("surge", where=_where(area, words), count=line.count, category=name, usual=usual)
        probability, limit = (words.probability(each or 0.0) for each in (line.probability, line.limit))
        reason = say("surge_reason", probability=probability, limit=limit)
        parts.append(f'<div class="note"><p><strong>{told}</strong></p><p>{reason}</p></div>')
    if not room.surges:
        parts.append(f"<p>{say('no_surges')}</p>")
    parts.append(f'<p class="soft">{say("surge_tested", tested=room.tested)}</p>')
    if room.unjudged:
        told_of = [
            say(
                line.judged.value,
                where=_where(area, words),
                category=words.category(line.category),
                count=line.count,
                weeks=line.weeks_known,
                least=LEAST_WEEKS,
                total=line.base_total,
            )
            for area, line in room.unjudged
        ]
        parts.append(f"<h3>{say('not_judged')}</h3>{_list(told_of)}")
    return "\n".join(parts)


def _knox(room: RoomSummary, words: Words) -> list[str]:
    lines = []
    for test in room.knox:
        told = words.say("knox", category=words.category(test.category), pairs=test.pairs, events=test.events)
        if test.expected is None or test.probability is None:
            lines.append(f"{told} {words.say('knox_few')}")
        else:
            expected, chance = words.number(test.expected), words.probability(test.probability)
            said = words.say("knox_chance", expected=expected, pairs=test.pairs, probability=chance)
            lines.append(f"{told} {said}")
    return lines


def _unknowns(room: RoomSummary, words: Words) -> list[str]:
    counts = {area.code: area.count for area in room.areas}
    weeks = max((line.weeks_known for line in room.total.lines), default=0)
    return [
        words.say("unknown_reported"),
        words.say("unknown_late"),
        words.say("unknown_place", count=counts.get(UNKNOWN, 0), elsewhere=counts.get(ELSEWHERE, 0)),
        words.say("unknown_since", since=words.day(room.known_since), weeks=weeks),
        words.say("unknown_season"),
        words.say("unknown_why"),
    ]
