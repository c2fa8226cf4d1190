"""A partner's view holds nothing beyond its grant, and no place finer than its grain, whatever the alert is."""

from __future__ import annotations

import json
from itertools import pairwise
from math import dist, sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.alerts import AlertState
from schemas.base import json_document
from schemas.categories import Category, Priority
from schemas.codec import encode
from schemas.dispatch import DispatchRequest
from schemas.evidence import Verdict
from schemas.geo import Position
from schemas.phrases.catalogue import in_words
from schemas.phrases.language import Language
from schemas.sharing import PartnerAlert, SharedField
from schemas.size import MOST_BYTES, message_bytes
from streams.config.partners import load_partners
from streams.domain.geometry.ground import GroundPoint, distance_m, to_ground, to_lat_lon
from streams.domain.partners.need_to_know import GRAINS_M, Grant
from streams.domain.partners.view import (
    digest,
    facts_of,
    facts_of_request,
    grant_for,
    partner_alert,
    partner_dispatch,
    square_of,
    told_place,
    told_position,
    withdrawn,
)
from tests.support.messages import NOON, STADSHART, example
from tests.support.sharing import ALERT, SECRET, alerts, beyond, default_document, granted, partners_of

PARTNERS = load_partners()
DOCUMENT = default_document()
TOWNS = frozenset(PARTNERS.towns)
PARTNER = st.sampled_from([*PARTNERS.partners])
GRAIN = st.sampled_from(GRAINS_M)


def topic_of(grant: Grant) -> str:
    """Return where a partner is told it."""
    return f"partner-{grant.partner}{'-health' if grant.health else ''}"


@given(alerts(), PARTNER)
def test_no_field_beyond_the_grant_is_ever_filled(alert, partner) -> None:  # type: ignore[no-untyped-def]
    """Told by a check of the raw JSON that knows the file alone, and nothing of how views are made."""
    facts = facts_of(alert)
    grant = grant_for(facts, PARTNERS, partner)
    if grant is None:
        assert not {alert.category, *(each.category for each in alert.reports if not each.cancelled)} & {
            category for each, category in PARTNERS.grants if each == partner
        }
        return
    message, _ = partner_alert(facts, grant, PARTNERS)
    told = json.loads(json_document(message))
    assert beyond(topic_of(grant), told, DOCUMENT, TOWNS) == []
    assert SECRET not in json.dumps(told)


@given(alerts(), PARTNER)
def test_a_dispatch_holds_no_more_than_the_alert_does(alert, partner) -> None:  # type: ignore[no-untyped-def]
    """The same view, with the request's ids and times; who confirmed it is not told."""
    facts = facts_of(alert)
    grant = grant_for(facts, PARTNERS, partner)
    if grant is None:
        return
    request = example(DispatchRequest, alert_id=alert.alert_id, recipient=partner, confirmed_by=SECRET, place=SECRET)
    told = json.loads(json_document(partner_dispatch(request, facts, grant, PARTNERS)))
    assert beyond(topic_of(grant), told, DOCUMENT, TOWNS) == []
    assert SECRET not in json.dumps(told)
    alone = json.loads(json_document(partner_dispatch(request, facts_of_request(request), grant, PARTNERS)))
    assert alone["position"] is None
    assert [each for each in beyond(topic_of(grant), alone, DOCUMENT, TOWNS) if "street" in each] == []


@given(alerts(), PARTNER, st.integers(0, 40), st.integers(0, 25))
def test_each_message_is_below_64_kb(alert, partner, reports, cameras) -> None:  # type: ignore[no-untyped-def]
    """Headers included, up to the largest alerts: forty reports, twenty-five cameras, all names as long as they can be."""
    camera = ALERT.cameras[0].model_copy(update={"camera_id": "c" * 80})
    facts = facts_of(alert.model_copy(update={"reports": ALERT.reports * reports, "cameras": (camera,) * cameras}))
    grant = grant_for(facts, PARTNERS, partner)
    for message in [
        withdrawn(facts, partner, PARTNERS),
        *([partner_alert(facts, grant, PARTNERS)[0]] if grant else []),
    ]:
        sent = encode(message, stage="share", handled_at=NOON, entered_at=NOON)
        assert message_bytes(message) < MOST_BYTES / 2
        assert PartnerAlert.model_validate_json(sent.value, strict=True) == message


@given(st.floats(52.2, 52.4), st.floats(4.7, 5.0), st.floats(1, 300), GRAIN)
def test_a_place_is_told_in_its_square_and_no_finer(lat: float, lon: float, accuracy_m: float, grain_m: int) -> None:
    """The true place lies within the accuracy told, and the accuracy is no better than the square's side."""
    at = Position(lat=lat, lon=lon, accuracy_m=accuracy_m)
    square = square_of(at, grain_m)
    assert square is not None
    told = told_position(square, accuracy_m)
    assert told.accuracy_m >= grain_m
    assert told.accuracy_m % grain_m == 0
    assert distance_m(to_ground(at), to_ground(told)) <= grain_m / sqrt(2) + 0.5
    assert distance_m(to_ground(at), to_ground(told)) + accuracy_m <= told.accuracy_m + 0.5


@given(st.integers(0, 10**6), GRAIN)
def test_repeated_messages_do_not_let_a_place_be_averaged_back(seed: int, grain_m: int) -> None:
    """A hundred reports of one place, each some metres off, of one alert: one square, or two where they scatter wider than it."""
    chance = Random(seed)
    true = GroundPoint(chance.uniform(116_000, 121_000), chance.uniform(476_000, 482_000))
    before, squares = None, set()
    for _ in range(100):
        lat, lon = to_lat_lon(GroundPoint(*(at + chance.uniform(-grain_m / 4, grain_m / 4) for at in true)))
        before = square_of(Position(lat=lat, lon=lon, accuracy_m=30), grain_m, before)
        squares.add(before)
    assert len(squares) == 1


def test_without_keeping_the_square_an_edge_would_show() -> None:
    """What the test above guards against: reports on both sides of an edge tell both squares, and so the edge."""
    edge = GroundPoint(118_800.0, 479_950.0)
    sides = [to_lat_lon(GroundPoint(edge.x_m + off, edge.y_m)) for off in (-5, 5)]
    apart = {square_of(Position(lat=lat, lon=lon, accuracy_m=5), 100) for lat, lon in sides}
    assert len(apart) == 2
    first, second = (Position(lat=lat, lon=lon, accuracy_m=5) for lat, lon in sides)
    assert square_of(second, 100, square_of(first, 100)) == square_of(first, 100)


def test_what_moved_away_gets_another_square_and_another_grain_too() -> None:
    """A square is kept for its edge alone."""
    here = square_of(STADSHART, 100)
    assert here is not None
    lat, lon = to_lat_lon(GroundPoint(here.middle.x_m + 101, here.middle.y_m))
    moved = square_of(Position(lat=lat, lon=lon, accuracy_m=5), 100, here)
    assert moved is not None
    assert (moved.column, moved.row) == (here.column + 1, here.row)
    coarser = square_of(STADSHART, 500, here)
    assert coarser is not None
    assert coarser.grain_m == 500


@given(st.floats(52.2, 52.4), st.floats(4.7, 5.0))
def test_the_views_of_several_partners_tell_no_more_than_the_finest(lat: float, lon: float) -> None:
    """Each square lies wholly in the next coarser one, so that laying them over each other gives nothing."""
    at = Position(lat=lat, lon=lon, accuracy_m=10)
    squares = [square_of(at, grain_m) for grain_m in GRAINS_M]
    for finer, coarser in pairwise(squares):
        assert finer is not None
        assert coarser is not None
        factor = coarser.grain_m // finer.grain_m
        assert (finer.column // factor, finer.row // factor) == (coarser.column, coarser.row)


@pytest.mark.parametrize(("lat", "lon"), [(90.0, 0.0), (-90.0, 180.0), (0.0, -180.0), (-52.0, 4.8)])
def test_a_place_at_the_end_of_the_world_breaks_nothing(lat: float, lon: float) -> None:
    """What cannot be told in squares is not told."""
    square = square_of(Position(lat=lat, lon=lon, accuracy_m=5), 100)
    assert square is None or dist(square.middle, square.middle) == 0


@pytest.mark.parametrize(
    ("place", "grain_m", "told"),
    [
        ("Stadsplein, Amstelveen", 10, "Stadsplein, Amstelveen"),
        ("Stadsplein, Amstelveen", 50, "Stadsplein, Amstelveen"),
        ("Stadsplein, Amstelveen", 100, "Amstelveen"),
        ("Stadsplein", 100, ""),
        ("Amstelveen", 1_000, "Amstelveen"),
        ("Amstelveenseweg", 100, ""),
        ("Hoofdweg, Elders", 500, ""),
        ("", 10, ""),
    ],
)
def test_words_of_a_place_follow_the_grain(place: str, grain_m: int, told: str) -> None:
    """From a hundred metres on a street is too exact, and what is no known town might be one."""
    assert told_place(place, grain_m, ["Amstelveen"]) == told


def test_what_only_a_camera_placed_has_no_words() -> None:
    """Zone and camera are the control room's."""
    place = ALERT.model_copy(update={"place": "zone plein of stadshart-01", "place_phrase": ALERT.factors[0].phrase})
    assert facts_of(place).place == ""


@pytest.mark.parametrize("hidden", [Category.WONINGINBRAAK, Category.VERWARD_PERSOON])
def test_a_report_about_a_home_makes_the_whole_alert_coarser(hidden: Category) -> None:
    """Also for whoever is told of it by another category: the place is that of the home."""
    report = ALERT.reports[0].model_copy(update={"category": hidden})
    facts = facts_of(ALERT.model_copy(update={"reports": (*ALERT.reports, report)}))
    grant = PARTNERS.grant("politie", Category.STRAATROOF)
    assert grant is not None
    assert grant.grain_m == 10
    message, square = partner_alert(facts, grant, PARTNERS)
    assert square is not None
    assert square.grain_m == 100
    assert message.place == "Amstelveen"


def test_who_gets_nothing_of_the_leading_category_is_told_by_a_report_that_holds() -> None:
    """By its own category, which alone is named; once that report is withdrawn, by nothing."""
    report = ALERT.reports[0].model_copy(update={"category": Category.JEUGDOVERLAST})
    alert = ALERT.model_copy(update={"reports": (*ALERT.reports, report)})
    grant = grant_for(facts_of(alert), PARTNERS, "hor")
    assert grant is not None
    assert partner_alert(facts_of(alert), grant, PARTNERS)[0].category is Category.JEUGDOVERLAST
    gone = report.model_copy(update={"cancelled": True})
    assert grant_for(facts_of(alert.model_copy(update={"reports": (*ALERT.reports, gone)})), PARTNERS, "hor") is None


def test_the_ground_and_the_title_are_told_in_words_of_ours() -> None:
    """The ground's code with the file's version; the title in both languages, of category and granted place."""
    facts = facts_of(ALERT)
    grant = grant_for(facts, PARTNERS, "politie")
    assert grant is not None
    message, _ = partner_alert(facts, grant, PARTNERS)
    assert (message.ground, message.partners_version) == ("politiewet-3", PARTNERS.version)
    assert message.title_phrase is not None
    assert in_words(message.title_phrase, Language.NL) == "straatroof, Stadsplein, Amstelveen"
    assert message.title == in_words(message.title_phrase, Language.EN)


def test_how_many_reported_it_counts_sources_that_hold() -> None:
    """Two reports of one partner are one, a withdrawn one is none."""
    first = ALERT.reports[0]
    others = (
        first,
        first.model_copy(update={"source": "other"}),
        first.model_copy(update={"source": "x", "cancelled": True}),
    )
    assert facts_of(ALERT.model_copy(update={"reports": others})).reports == 2


def test_cameras_that_said_nothing_are_not_told() -> None:
    """Where cameras hang is not what a partner needs."""
    silent = ALERT.cameras[0].model_copy(update={"verdict": Verdict.PENDING})
    assert (
        facts_of(ALERT.model_copy(update={"cameras": (silent, *ALERT.cameras)})).cameras[0].verdict
        is Verdict.CORROBORATED
    )
    assert facts_of(ALERT.model_copy(update={"cameras": (silent,)})).cameras == ()


def test_what_is_withdrawn_tells_nothing_but_that() -> None:
    """Neither what it is now nor what it was."""
    told = json.loads(json_document(withdrawn(facts_of(ALERT), "hor", PARTNERS)))
    assert beyond("partner-hor", told, DOCUMENT, TOWNS) == []
    assert told["withdrawn"]
    assert told["alert_id"] == ALERT.alert_id


def test_a_digest_changes_with_what_is_told_alone() -> None:
    """Not with revisions, their times, or another number of the file."""
    facts = facts_of(ALERT)
    grant = grant_for(facts, PARTNERS, "hor") or PARTNERS.grants["hor", Category.CROWD_DENSITY]
    message, _ = partner_alert(facts, grant, PARTNERS)
    later = message.model_copy(update={"revision": 9, "changed_at": ALERT.opened_at, "partners_version": "2"})
    assert digest(later) == digest(message)
    for change in ({"state": AlertState.CLOSED}, {"priority": Priority.P4}, {"exercise": True}, {"ground": "other"}):
        assert digest(message.model_copy(update=change)) != digest(message)


def test_a_grant_of_one_field_gives_that_field(  # each field by itself
) -> None:
    """Every field that the list has can be granted, and fills what it names."""
    for field in SharedField:
        placed = {SharedField.PLACE, SharedField.POSITION} & {field}
        footage = field in {SharedField.VERDICT, SharedField.CAMERAS, SharedField.MOVEMENTS}
        partners = partners_of(
            granted(
                fields=["state", field.value], grain_m=10 if placed else None, ground="footage" if footage else "law"
            )
            if field is not SharedField.STATE
            else granted(fields=["state"], grain_m=None)
        )
        facts = facts_of(ALERT).model_copy(update={"movements": ("running",)})
        told = json.loads(
            json_document(partner_alert(facts, partners.grants["politie", Category.STRAATROOF], partners)[0])
        )
        names = {each.value for each in SharedField if told[each.value]}
        assert names == {"state", field.value}
