"""Who else knows: what gives a hit, why something gives none, and that a pair without a ground never does."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any, Final

import pytest

from schemas.categories import Category
from schemas.incidents import Operation
from streams.config.partners import load_partners
from streams.domain.partners.hits import (
    Found,
    HeldReport,
    HitRow,
    NoHit,
    OpenHit,
    ReportFit,
    compare,
    fits,
    held_report,
    hit_identity,
    new_hit,
    says_more,
    told,
)
from streams.domain.partners.pairs import PairTable
from tests.support.hits import FILE, KINDS, at, hits_file, reported
from tests.support.messages import NOON, ROOM
from tests.support.sharing import partners_of

PARTNERS: Final = partners_of(FILE)
CASES: Final = 100_000


def held(name: str, source: str = "politie-gms", pairs: PairTable = PARTNERS.pairs, **changes: Any) -> HeldReport:
    """Return what is kept of a report."""
    found = held_report(reported(name, source, **changes), pairs, ROOM)
    assert found is not None
    return found


def verdict(pairs: PairTable = PARTNERS.pairs, source: str = "brandweer-gms", **changes: Any) -> ReportFit | NoHit:
    """Return how a report of the fire brigade fits one of the police at the same place and time; each says it of the other."""
    one, other = held("p", pairs=pairs), held("b", source, pairs, **changes)
    found, back = compare(one, other, pairs), compare(other, one, pairs)
    if isinstance(found, NoHit):
        assert back is found
    else:
        assert not isinstance(back, NoHit)
        assert (back.misfit, back.pair.ground) == (found.misfit, found.pair.ground)
    return found


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"category": "straatroof"}, None),
        ({"position": at(57)}, None),
        ({"position": at(58)}, NoHit.TOO_FAR),
        ({"position": at(70, accuracy_m=60)}, None),
        ({"position": at(0, accuracy_m=249)}, None),
        ({"position": at(300, accuracy_m=250)}, None),
        ({"position": at(302, accuracy_m=250)}, NoHit.TOO_FAR),
        ({"position": at(0, accuracy_m=250), "occurred_at": NOON + timedelta(seconds=600)}, None),
        ({"position": at(0, accuracy_m=250), "occurred_at": NOON + timedelta(seconds=601)}, NoHit.TOO_COARSE),
        ({"occurred_at": NOON - timedelta(seconds=1_800)}, None),
        ({"occurred_at": NOON + timedelta(seconds=1_801)}, NoHit.OTHER_TIME),
        ({"occurred_at": NOON - timedelta(days=1)}, NoHit.OTHER_TIME),
        ({"exercise": True}, NoHit.EXERCISE),
        ({"source": "politie"}, NoHit.SAME_PARTNER),
    ],
)
def test_what_gives_a_hit(changes: dict[str, Any], expected: NoHit | None) -> None:
    """One place and one time, as the line says, and else the reason why not."""
    found = verdict(**changes)
    assert isinstance(found, ReportFit) if expected is None else found is expected


@pytest.mark.parametrize(
    "changes",
    [
        {"source": "p2000"},
        {"source": "operator"},
        {"position": None},
        {"position": at(0, accuracy_m=801)},
        {"category": "overig"},
        {"operation": Operation.CANCEL},
    ],
)
def test_what_can_give_none_is_not_kept(changes: dict[str, Any]) -> None:
    """Nobody's, nowhere, anywhere, about something else, or withdrawn."""
    source = changes.pop("source", "politie-gms")
    assert held_report(reported("p", source, **changes), PARTNERS.pairs, ROOM) is None


def test_a_report_is_kept_without_its_content() -> None:
    """No street, no words, no priority: what decides, and the reference that its own partner knows."""
    assert set(HeldReport.model_fields) == {
        "incident_id", "revision", "partner", "reference", "control_room_id", "category", "x_m", "y_m", "accuracy_m",
        "occurred_at", "exercise",
    }  # fmt: skip


def test_a_home_is_told_by_its_square_however_many_reports_are_made_up() -> None:
    """Probes at every metre of a line change their answer at the borders of squares alone."""
    homes = {name: ["brand", "woonoverlast"] for name in ("politie", "brandweer")}
    pairs = partners_of(
        hits_file(
            [FILE["hits"]["pairs"][0] | {"near_m": 100, "categories": homes}]
        )
    ).pairs  # fmt: skip
    for home_m in (0.0, 5.0, -35.0, 50.0):
        home = held("home", pairs=pairs, category="woonoverlast", position=at(home_m))
        answers = [
            isinstance(compare(held("probe", "brandweer-gms", pairs, position=at(east_m)), home, pairs), ReportFit)
            for east_m in range(-250, 250)
        ]
        changes = [n - 250 for n in range(1, 500) if answers[n] is not answers[n - 1]]
        assert changes == [-140, 160], home_m


@pytest.mark.parametrize(
    ("east_m", "apart_s", "expected"),
    [
        (0.0, 86_401, None),
        (0.0, 604_800, None),
        (0.0, 604_801, NoHit.OTHER_TIME),
        (100.0, 86_400, None),
        (100.0, 86_401, NoHit.OTHER_TIME),
    ],
)
def test_homes_in_the_next_square_fit_within_a_day_only(east_m: float, apart_s: int, expected: NoHit | None) -> None:
    """What is days later and a square further is mostly another home; in its own square the line's time holds."""
    homes = {name: ["brand", "woonoverlast"] for name in ("politie", "brandweer")}
    line = FILE["hits"]["pairs"][0] | {"near_m": 100, "within_s": 604_800, "expires_s": 604_800, "categories": homes}
    pairs = partners_of(hits_file([line])).pairs
    when = NOON + timedelta(seconds=apart_s)
    found = verdict(
        pairs, category="woonoverlast", position=at(east_m), occurred_at=when, reported_at=when, received_at=when
    )
    assert isinstance(found, ReportFit) if expected is None else found is expected


def document(random: Random) -> dict[str, Any]:
    """Return a file with lines of any two partners that says nothing wrong, as far as it can be told here."""
    found = copy.deepcopy(FILE)
    found["hits"] = {
        "partners": {name: {"sources": [name], "contact": "a desk"} for name in KINDS},
        "pairs": [],
    }
    found["grounds"]["refer"] |= {"kinds": sorted(set(KINDS.values())), "categories": "all"}
    names = sorted(KINDS)
    for one in names:
        for other in names[names.index(one) + 1 :]:
            if random.random() < 0.4:
                found["hits"]["pairs"].append(_line(random, one, other))
    return found


def _line(random: Random, one: str, other: str) -> dict[str, Any]:
    categories = {}
    for name, of in ((one, other), (other, one)):
        never = {"verward_persoon", "medisch_onwel"} if KINDS[of] in {"housing", "organiser"} else set()
        if KINDS[of] == "organiser":
            never |= {"woninginbraak", "ondermijning_pand", "woonfraude_overbewoning", "woonoverlast"}
        allowed = [each.value for each in Category if each.value not in never]
        categories[name] = random.sample(allowed, random.randint(2, 5))
    return {"categories": categories, "ground": "refer", "near_m": 100, "within_s": 1_800, "expires_s": 3_600}


def granted(file: dict[str, Any]) -> set[tuple[str, str, str, str]]:
    """Return the pairs of partners and categories that have a ground, from the file as it is written."""
    found = set()
    for line in file["hits"]["pairs"]:
        (one, mine), (other, theirs) = line["categories"].items()
        assert file["grounds"][line["ground"]]["hits"]
        for a in mine:
            for b in theirs:
                found |= {(one, a, other, b), (other, b, one, a)}
    return found


def test_a_pair_without_a_ground_never_gives_a_hit() -> None:
    """100,000 reports at one place and time, by a thousand files: only a line's own two partners and categories give a hit."""
    random, cases, hits = Random(17), 0, 0
    everything = tuple(Category)
    while cases < CASES:
        file = document(random)
        table, may = partners_of(file).pairs, granted(file)
        for _ in range(100):
            one, other = (_any(random, everything) for _ in range(2))
            found = compare(one, other, table)
            best = fits(one, [other], table)
            allowed = (one.partner, one.category.value, other.partner, other.category.value) in may
            assert isinstance(found, ReportFit) is allowed, (one, other)
            assert list(best) == ([other.partner] if allowed else [])
            cases, hits = cases + 1, hits + allowed
    assert cases == CASES
    assert hits > CASES / 200


_NAMES: Final = sorted(KINDS)


def _any(random: Random, categories: tuple[Category, ...]) -> HeldReport:
    return HeldReport(
        incident_id=f"incident-{random.random()}", revision=0, partner=random.choice(_NAMES), reference="r", control_room_id=ROOM,
        category=random.choice(categories), x_m=0, y_m=0, accuracy_m=10, occurred_at=NOON,
    )  # fmt: skip


def test_the_best_of_each_partner_is_taken() -> None:
    """The nearest in place and time together; equal ones by their ids, in whatever order they come."""
    report = held("p")
    near, far = held("near", "brandweer-gms", position=at(10)), held("far", "brandweer-gms", position=at(30))
    later = held("later", "brandweer-gms", occurred_at=NOON + timedelta(seconds=900))
    for order in ([near, far, later], [later, far, near]):
        found = fits(report, order, PARTNERS.pairs)["brandweer"]
        assert found[0].other is near
        assert len(found) == 3
    same = [held(name, "brandweer-gms") for name in ("x", "y")]
    assert fits(report, same, PARTNERS.pairs) == fits(report, same[::-1], PARTNERS.pairs)
    assert fits(report, [report, held("q")], PARTNERS.pairs) == {}


def test_a_second_report_of_one_partner_says_more_only_if_it_fits_far_better() -> None:
    """A call that either wrote down twice tells nothing new; one at the very place does, beside one at a distance."""
    report = held("p")
    near, far = held("near", "brandweer-gms", position=at(5)), held("far", "brandweer-gms", position=at(40))
    found = fits(report, [near, far], PARTNERS.pairs)["brandweer"]
    names = [each.other.incident_id for each in found]

    def more(mine: Sequence[OpenHit] = (), of_near: Sequence[OpenHit] = (), of_far: Sequence[OpenHit] = ()) -> bool:
        return says_more(report, found, mine, dict(zip(names, (of_near, of_far), strict=True)))

    def open_hit(other: str, misfit: float) -> list[OpenHit]:
        return [OpenHit(hit_id="h", other=other, misfit=misfit)]

    assert more()
    assert more(mine=open_hit("ggd", 0.0), of_near=open_hit("ggd", 0.0), of_far=open_hit("ggd", 0.0))
    assert more(mine=open_hit("brandweer", 0.9))
    assert not more(mine=open_hit("brandweer", 0.1))
    assert more(of_near=open_hit("politie", 0.9))
    assert not more(of_near=open_hit("politie", 0.1))
    assert more(of_far=open_hit("politie", 0.0))
    found = fits(report, [far, held("far-2", "brandweer-gms", position=at(45))], PARTNERS.pairs)["brandweer"]
    names = [each.other.incident_id for each in found]
    assert not more(of_far=open_hit("politie", 0.0))


def test_a_coarse_place_fits_only_where_it_can_be_no_other() -> None:
    """All that fits lies at one place; an exact fit needs no such thing."""
    report = held("p", position=at(100, accuracy_m=400))
    one, twice, elsewhere = (held(f"b-{m}", "brandweer-gms", position=at(m)) for m in (0, 20, 300))
    for others, expected in (([one], True), ([one, twice], True), ([one, elsewhere], False)):
        found = fits(report, others, PARTNERS.pairs)["brandweer"]
        assert len(found) == len(others)
        assert says_more(report, found, [], {each.incident_id: [] for each in others}) is expected


def hit() -> HitRow:
    """Return a hit of police and fire brigade."""
    one, other = held("p"), held("b", "brandweer-gms")
    fit = compare(one, other, PARTNERS.pairs)
    assert isinstance(fit, ReportFit)
    return new_hit(one, Found(other, fit), None, NOON)


def test_both_are_told_the_other_and_their_own_reference() -> None:
    """One handle, one ground, one expiry; neither has the other's reference."""
    row = hit()
    messages = {each.partner: each for each in told(row, PARTNERS, NOON)}
    police, fire = messages["politie"], messages["brandweer"]
    assert (police.your_reference, police.other, police.contact) == ("p", "brandweer", "the desk of the fire brigade")
    assert (fire.your_reference, fire.other, fire.other_name) == ("b", "politie", "Politie")
    assert police.hit_id == fire.hit_id == hit_identity(*(side.incident_id for side in row.sides))
    assert police.expires_at == NOON + timedelta(hours=1)
    assert police.message_id() != fire.message_id()


def test_nothing_of_the_other_is_told() -> None:
    """Whatever it is: two reports that differ in all but whose they are are told with the same words to the one who asks."""
    said = []
    for category, east_m, minutes, name in (("brand", 0, 0, "b-1"), ("straatroof", 40, 25, "somebody's name")):
        mine = held("p")
        theirs = held(
            name, "brandweer-gms", category=category, position=at(east_m), occurred_at=NOON + timedelta(minutes=minutes)
        )
        fit = compare(mine, theirs, PARTNERS.pairs)
        assert isinstance(fit, ReportFit)
        row = new_hit(mine, Found(theirs, fit), None, NOON)
        (to_police,) = [each for each in told(row, PARTNERS, NOON) if each.partner == "politie"]
        said.append(to_police.model_copy(update={"hit_id": "-"}))
    assert said[0] == said[1]


def test_what_is_withdrawn_is_its_handle_alone() -> None:
    """Not even who the other was."""
    row = hit().model_copy(update={"withdrawn": True, "revision": 1})
    for message in told(row, PARTNERS, NOON):
        assert message.withdrawn
        assert (message.your_reference, message.other, message.other_name, message.contact) == ("", None, "", "")
        assert (message.ground, message.expires_at) == (None, None)


def test_the_built_in_file_gives_hits() -> None:
    """A fight that the police and an ambulance come for; on the topic about health, since the line has such categories."""
    partners = load_partners()
    police = held("p", pairs=partners.pairs, category="geweld_vechtpartij")
    ambulance = held("a", "ambulance-gms", partners.pairs, category="medisch_onwel", position=at(20))
    found = compare(police, ambulance, partners.pairs)
    assert isinstance(found, ReportFit)
    assert found.pair.health
    assert found.pair.ground == "verwijs-meldkamer"
