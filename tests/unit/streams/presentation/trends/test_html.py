"""The report as a document: well formed, readable without eyes and without a network, and nothing unescaped."""

from __future__ import annotations

import re
import string
from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.categories import Category
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes.titles import category_name
from schemas.phrases.codes.trends import trend_judged, trend_target_as_of
from schemas.phrases.language import Language
from schemas.trends import AreaName, Judgement, NearRepeats, Trend, TrendTarget, TrendWeek
from streams.domain.trends.summary import RoomSummary, summaries
from streams.presentation.trends.html import report_html
from streams.presentation.trends.svg import sparkline, target_bar
from streams.presentation.trends.words import Words, probability
from tests.support.messages import example
from tests.support.trend_year import MADE, ZONE, summary

MADE_ON = date(2026, 11, 30)
VOID = {"meta", "rect", "line"}
MAY = {"html", "head", "title", "style", "body", "main", "section", "h1", "h2", "h3", "p", "div", "ul", "li", "strong",
       "span", "abbr", "table", "caption", "thead", "tbody", "tr", "th", "td", "svg", *VOID}  # fmt: skip


class Document(HTMLParser):
    """Reads a document strictly: every element is closed in its turn, and is of the few that the report has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in MAY, tag
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in MAY, tag
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of every element of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]

    def said(self) -> str:
        """Return what a reader reads."""
        return " ".join(" ".join(text.split()) for tag, text in self.texts if tag != "style" and text.strip())


def document(*rooms: RoomSummary, language: Language = Language.NL) -> Document:
    return Document(report_html(rooms, language, MADE_ON))


@pytest.mark.parametrize("language", Language)
def test_the_report_is_whole_in_both_languages(language: Language) -> None:
    """One heading of the first level, each table with a caption and headers, each drawing in words."""
    found = document(summary(), language=language)
    assert found.all("html") == [{"lang": language.value}]
    assert len(found.all("h1")) == 1
    assert len(found.all("h2")) == 8
    assert len(found.all("table")) == len(found.all("caption")) == 3
    assert {attributes.get("scope") for attributes in found.all("th")} == {"col", "row"}
    assert found.all("svg")
    for drawing in found.all("svg"):
        assert drawing["role"] == "img"
        assert re.search(r"\d", drawing["aria-label"] or "")


def test_nothing_comes_from_a_network_and_nothing_runs() -> None:
    """No address, no script, no handler, no style that loads anything."""
    text = report_html([summary()], Language.NL, MADE_ON)
    assert not re.search(r"https?:|//[a-z]|url\(|@import|<script|javascript:|\son\w+=|<link|<img|<iframe", text)


def test_the_report_says_what_stands_out_and_why() -> None:
    """Golden sentences of the made-up year."""
    said = document(summary()).said()
    for golden in (
        "Week 48 van 2026 , 23 november 2026 t/m 29 november 2026.",
        "39 meldingen geteld deze week. Gebruikelijk is 23,5 per week (gemiddelde van 46 weken).",
        "Uilenstede/Kronenburg: 8 keer jeugdoverlast. Gebruikelijk is 0,7 per week.",
        "Zo veel of meer komt bij het gebruikelijke aantal voor met kans 1 op 200.000; de grens is 1 op 560.",
        "265 geteld sinds 1 januari 2026. Naar rato mogen het er nu 320 zijn; het aantal ligt daar niet boven.",
        "woninginbraak, Elsrijk: paren binnen 200 meter en 14 dagen: 5.",
        "uit 255 gevallen. Bij toeval zouden dat er 9,7 zijn.",
        "Zonder bruikbare plaats: 2. Buiten de buurten: 6.",
    ):
        assert golden in said


def test_no_address_place_or_person_of_an_alert_is_in_it() -> None:
    """The year's alerts have a street in their title, positions and partners."""
    text = report_html([summary()], Language.NL, MADE_ON)
    for hidden in ("Kerkstraat", "52.3", "4.88", "politie-gms", "alert-", "operator"):
        assert hidden not in text


def made(area: str = "Stadshart", **counts: int) -> RoomSummary:
    """Return the figures of one area of this name."""
    whole = {"area_code": "all", "area_year": None, "area_name": "all"}
    [found] = summaries(
        [
            example(TrendWeek, areas=(AreaName(code="BU03620401", name=area),)),
            example(TrendTarget, **counts),
            example(Trend, area_name=area, judged=Judgement.SURGE, count=9, probability=1e-9, limit=0.001),
            example(Trend, count=8, judged=Judgement.SHORT_HISTORY, **whole),
            example(NearRepeats, area_name=area),
        ],
        "2026-W48",
        MADE,
        ZONE,
    )
    return found


@settings(max_examples=30, deadline=None)
@given(st.text(alphabet=string.printable + "é<>&\"'`{}", min_size=1, max_size=80))
def test_whatever_an_area_is_called_it_is_text(name: str) -> None:
    """Names come from a file of the municipality: markup in one is shown, not obeyed; braces are no placeholders."""
    shown = " ".join(name.split())
    assert shown in document(made(name)).said()


def test_markup_in_a_name_is_escaped() -> None:
    """Once, and once only."""
    text = report_html([made("<b>A&B</b>")], Language.NL, MADE_ON)
    assert "<b>" not in text
    assert "&lt;b&gt;A&amp;B&lt;/b&gt;" in text
    assert "&amp;lt;" not in text


def test_an_empty_report_says_so() -> None:
    """No room, or a room without any count."""
    assert "Er is nog niets geteld." in document().said()
    [room] = summaries([example(TrendWeek, areas=(), area_year=None, knox=())], None, MADE, ZONE)
    said = document(room).said()
    assert "Er is deze week niets geteld" in said
    assert "TOEZICHT_AREAS" in said
    assert "Wat gebruikelijk is, is nog niet bekend." in said


@pytest.mark.parametrize(
    ("count", "sentence"),
    [(290, "ligt daar niet boven"), (330, "ligt daarboven"), (350, "Het doel van dit jaar is niet gehaald.")],
)
def test_a_target_says_how_it_stands(count: int, sentence: str) -> None:
    """Below its share, above it, missed."""
    assert sentence in document(made(count=count)).said()


def test_a_week_that_is_open_and_a_year_that_is_not_whole_are_said() -> None:
    """In the same place each time."""
    [room] = summaries([example(TrendWeek), example(TrendTarget, since=date(2026, 11, 24))], "2026-W49", MADE, ZONE)
    said = document(room).said()
    assert "Deze week is nog niet voorbij" in said
    assert "Er is pas geteld vanaf 24 november 2026: het jaar is niet volledig." in said


@pytest.mark.parametrize("language", Language)
def test_every_judgement_and_category_has_words(language: Language) -> None:
    """A new one must be named."""
    for said in (
        [sentence(trend_judged(judgement.value), language) for judgement in Judgement],
        [sentence(category_name(category.value), language) for category in Category],
    ):
        assert len(set(said)) == len(said)
        assert not any("_" in each for each in said)


@pytest.mark.parametrize(
    ("value", "dutch", "english"),
    [
        (1.0, "100 %", "100 %"),
        (0.1, "10 %", "10 %"),
        (0.0999, "1 op 10", "1 in 10"),
        (1 / 1234, "1 op 1.200", "1 in 1,200"),
        (1e-7, "minder dan 1 op een miljoen", "less than 1 in a million"),
        (0.0, "minder dan 1 op een miljoen", "less than 1 in a million"),
    ],
)
def test_probabilities_are_said_as_people_say_them(value: float, dutch: str, english: str) -> None:
    """In two figures."""
    said = probability(value)
    assert (sentence(said, Language.NL), sentence(said, Language.EN)) == (dutch, english)


def test_numbers_and_days() -> None:
    """The language's decimal mark; no decimals that say nothing."""
    assert [Words(Language.NL).number(value) for value in (0, 2.04, 23.46)] == ["0", "2", "23,5"]
    assert Words(Language.EN).number(10.0, 0) == "10"
    day = trend_target_as_of(date(2026, 3, 9))
    assert (sentence(day, Language.EN), sentence(day, Language.NL)) == (
        "As of 9 March 2026.",
        "Stand van 9 maart 2026.",
    )


@pytest.mark.parametrize("counts", [(), (None,), (0,), (None, 0, 3), (5,) * 52])
def test_bars_stay_within_their_drawing(counts: tuple[int | None, ...]) -> None:
    """Also where there is nothing to draw, and where what is usual is higher than all."""
    for usual in (None, 0.0, 9.0):
        for x, y, width, height in re.findall(
            r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', sparkline(counts, usual, "x")
        ):
            assert float(x) + float(width) <= 4 * len(counts)
            assert float(y) + float(height) <= 33


@pytest.mark.parametrize(
    ("count", "expected", "colour"), [(0, 0, "#1f5fa8"), (10, 9, "#b3261e"), (900, 350, "#b3261e")]
)
def test_a_target_bar_is_red_beyond_its_share_and_never_too_long(count: int, expected: float, colour: str) -> None:
    """A missed target fills it."""
    drawn = target_bar(count, expected, 350, "x")
    assert colour in drawn
    assert all(float(width) <= 640 for width in re.findall(r'width="([\d.]+)" height="20"', drawn))
