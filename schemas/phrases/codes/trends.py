"""Codes of the safety team's report: trends, targets and what is not known of them."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from schemas.phrases.declare import Count, Day, Name, Said, Several, UpToTenths, Whole, phrase
from schemas.phrases.phrase import Phrase


@phrase
def trend_title() -> Phrase: ...


@phrase
def trend_week(number: Whole, year: Name) -> Phrase: ...


@phrase
def trend_period(first: Day, last: Day) -> Phrase: ...


@phrase
def trend_open() -> Phrase: ...


@phrase
def trend_made(day: Day, since: Day) -> Phrase: ...


@phrase
def trend_short() -> Phrase: ...


@phrase
def trend_short_count(count: Count) -> Phrase: ...


@phrase
def trend_short_usual(usual: UpToTenths, weeks: Count) -> Phrase: ...


@phrase
def trend_short_no_usual() -> Phrase: ...


@phrase
def trend_short_surges(what: Several) -> Phrase: ...


@phrase
def trend_short_no_surge() -> Phrase: ...


@phrase
def trend_short_repeats(category: Said, where: Said, days: Count, count: Count) -> Phrase: ...


@phrase
def trend_short_no_repeats() -> Phrase: ...


@phrase
def trend_targets() -> Phrase: ...


@phrase
def trend_target(category: Said, below: Count, year: Name) -> Phrase: ...


@phrase
def trend_target_count(count: Count, since: Day) -> Phrase: ...


@phrase
def trend_target_on(expected: Whole) -> Phrase: ...


@phrase
def trend_target_off(expected: Whole) -> Phrase: ...


@phrase
def trend_target_over() -> Phrase: ...


@phrase
def trend_target_as_of(day: Day) -> Phrase: ...


@phrase
def trend_target_part(since: Day) -> Phrase: ...


@phrase
def trend_target_bar(count: Count, most: Count, expected: Whole) -> Phrase: ...


@phrase
def trend_bar_count() -> Phrase: ...


@phrase
def trend_bar_expected() -> Phrase: ...


@phrase
def trend_categories() -> Phrase: ...


@phrase
def trend_categories_caption() -> Phrase: ...


@phrase
def trend_category() -> Phrase: ...


@phrase
def trend_this_week() -> Phrase: ...


@phrase
def trend_usual() -> Phrase: ...


@phrase
def trend_change() -> Phrase: ...


@phrase
def trend_last_weeks() -> Phrase: ...


@phrase
def trend_says() -> Phrase: ...


@phrase
def trend_nothing() -> Phrase: ...


@phrase
def trend_unknown_usual() -> Phrase: ...


@phrase
def trend_areas() -> Phrase: ...


@phrase
def trend_areas_caption() -> Phrase: ...


@phrase
def trend_area() -> Phrase: ...


@phrase
def trend_all_categories() -> Phrase: ...


@phrase
def trend_whole() -> Phrase: ...


@phrase
def trend_no_areas() -> Phrase: ...


@phrase
def trend_unknown() -> Phrase: ...


@phrase
def trend_elsewhere() -> Phrase: ...


@phrase
def trend_small_mark() -> Phrase: ...


@phrase
def trend_small_note() -> Phrase: ...


@phrase
def trend_surges() -> Phrase: ...


@phrase
def trend_surge(where: Said, count: Count, category: Said, usual: UpToTenths) -> Phrase: ...


@phrase
def trend_surge_reason(probability: Said, limit: Said) -> Phrase: ...


@phrase
def trend_no_surges() -> Phrase: ...


@phrase
def trend_surge_tested(tested: Count) -> Phrase: ...


@phrase
def trend_not_judged() -> Phrase: ...


@phrase
def trend_short_history(where: Said, count: Count, category: Said, weeks: Count, least: Count) -> Phrase: ...


@phrase
def trend_small_base(where: Said, count: Count, category: Said, weeks: Count, total: Count) -> Phrase: ...


@phrase
def trend_repeats() -> Phrase: ...


@phrase
def trend_repeats_caption() -> Phrase: ...


@phrase
def trend_to_100() -> Phrase: ...


@phrase
def trend_to_200() -> Phrase: ...


@phrase
def trend_no_repeats() -> Phrase: ...


@phrase
def trend_knox(category: Said, pairs: Count, events: Count) -> Phrase: ...


@phrase
def trend_knox_chance(expected: UpToTenths, pairs: Count, probability: Said) -> Phrase: ...


@phrase
def trend_knox_few() -> Phrase: ...


@phrase
def trend_unknowns() -> Phrase: ...


@phrase
def trend_unknown_reported() -> Phrase: ...


@phrase
def trend_unknown_late() -> Phrase: ...


@phrase
def trend_unknown_place(count: Count, elsewhere: Count) -> Phrase: ...


@phrase
def trend_unknown_season() -> Phrase: ...


@phrase
def trend_unknown_since(since: Day, weeks: Count) -> Phrase: ...


@phrase
def trend_unknown_why() -> Phrase: ...


@phrase
def trend_how() -> Phrase: ...


@phrase
def trend_how_surge() -> Phrase: ...


@phrase
def trend_how_small() -> Phrase: ...


@phrase
def trend_how_repeats() -> Phrase: ...


@phrase
def trend_how_privacy() -> Phrase: ...


@phrase
def trend_sparkline(low: Count, high: Count, count: Count) -> Phrase: ...


@phrase
def trend_room(room: Name) -> Phrase: ...


@phrase
def trend_no_rooms() -> Phrase: ...


@phrase
def trend_one_in(number: Whole) -> Phrase: ...


@phrase
def trend_less_than_one_in_a_million() -> Phrase: ...


@phrase
def trend_judged(judgement: Name) -> Phrase: ...


@phrase
def trend_in_area(category: Said, where: Said) -> Phrase: ...


@phrase
def trend_percent(percent: Whole) -> Phrase: ...
