"""The tables of the safety team's report. Each has a caption, and headers for its columns and rows."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from schemas.phrases.codes import trends as says
from schemas.trends import Judgement
from streams.domain.trends.areas import ELSEWHERE, UNKNOWN
from streams.domain.trends.summary import CountLine, RoomSummary
from streams.domain.trends.surges import SMALL
from streams.presentation.trends.svg import sparkline
from streams.presentation.trends.words import Words


def area_name(code: str, room: RoomSummary, words: Words) -> str:
    """Return what an area is called, not escaped."""
    named = {area.code: area.name for area in room.areas}
    special = {UNKNOWN: says.trend_unknown(), ELSEWHERE: says.trend_elsewhere(), room.room: says.trend_whole()}
    return words.raw(special[code]) if code in special else named.get(code, code)


def categories_table(room: RoomSummary, words: Words) -> str:
    """Return each category in the control room as a whole, the most frequent first."""
    say = words.say
    if not room.total.lines:
        return f"<p>{say(says.trend_nothing())}</p>"
    heads = [_head(say(says.trend_category()))]
    heads += [_head(say(each()), number=True) for each in (says.trend_this_week, says.trend_usual, says.trend_change)]
    heads += [_head(say(says.trend_last_weeks())), _head(say(says.trend_says()))]
    lines = sorted(room.total.lines, key=lambda line: (-line.count, line.category.value))
    table = _table(say(says.trend_categories_caption()), heads, [_category_row(line, words) for line in lines])
    return f'{table}<p class="soft">{say(says.trend_small_note())}</p>'


def areas_table(room: RoomSummary, words: Words) -> str:
    """Return each area with this week's counts of the categories that any area has."""
    say = words.say
    note = f"<p>{say(says.trend_no_areas())}</p>" if room.area_year is None else ""
    if not room.areas:
        return note
    counted = sorted({line.category for area in room.areas for line in area.lines if line.count})
    heads = [_head(say(says.trend_area())), *(_head(escape(words.category(each)), number=True) for each in counted)]
    rows = []
    for area in room.areas:
        lines = {line.category: line for line in area.lines}
        cells = "".join(_count(lines.get(category), words) for category in counted)
        rows.append(_row(escape(area_name(area.code, room, words)), cells + _number(area.count, words)))
    return note + _table(
        say(says.trend_areas_caption()), [*heads, _head(say(says.trend_all_categories()), number=True)], rows
    )


def repeats_table(room: RoomSummary, words: Words) -> str:
    """Return the near-repeats of the week by area and distance class."""
    say = words.say
    if not room.repeats:
        return f"<p>{say(says.trend_no_repeats())}</p>"
    heads = [_head(say(each())) for each in (says.trend_category, says.trend_area)]
    heads += [_head(say(each()), number=True) for each in (says.trend_to_100, says.trend_to_200)]
    rows = [
        _row(
            escape(words.category(pairs.category)),
            f"<td>{escape(area_name(pairs.area_code, room, words))}</td>"
            f"{_number(pairs.to_100_m, words)}{_number(pairs.to_200_m, words)}",
        )
        for pairs in room.repeats
    ]
    return _table(say(says.trend_repeats_caption()), heads, rows)


def _category_row(line: CountLine, words: Words) -> str:
    usual = words.say(says.trend_unknown_usual()) if line.usual is None else words.number(line.usual)
    change = "" if line.change_percent is None else f"{line.change_percent:+d} %".replace("-", "−")
    known = [count for count in line.last if count is not None]
    label = words.say(says.trend_sparkline(min(known, default=0), max(known, default=0), line.count))
    cells = (
        f'{_count(line, words)}<td class="n">{usual}</td><td class="n">{change}</td>'
        f"<td>{sparkline(line.last, line.usual, label)}</td><td>{words.say(says.trend_judged(line.judged.value))}</td>"
    )
    return _row(escape(words.category(line.category)), cells)


def _count(line: CountLine | None, words: Words) -> str:
    if line is not None and line.judged is Judgement.SURGE:
        return f'<td class="n hot">{line.count} <abbr title="{words.say(says.trend_judged(Judgement.SURGE.value))}">▲</abbr></td>'
    return _number(0 if line is None else line.count, words)


def _number(count: int, words: Words) -> str:
    if count == 0:
        return '<td class="n zero">0</td>'
    mark = f'<abbr title="{words.say(says.trend_small_mark())}">°</abbr>' if count < SMALL else ""
    return f'<td class="n">{count}{mark}</td>'


def _head(text: str, number: bool = False) -> str:
    return f'<th scope="col" class="n">{text}</th>' if number else f'<th scope="col">{text}</th>'


def _row(name: str, cells: str) -> str:
    return f'<tr><th scope="row">{name}</th>{cells}</tr>'


def _table(caption: str, heads: Sequence[str], rows: Sequence[str]) -> str:
    head, body = "".join(heads), "\n".join(rows)
    table = f"<caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody>"
    return f'<div class="wide"><table>{table}</table></div>'
