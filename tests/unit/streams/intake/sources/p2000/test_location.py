"""Location: ours, elsewhere, or not to be told, each by its reason; and the room's file says what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.config.yaml import FileError
from streams.domain.incidents.raw_report import NotForUs, RawReport
from streams.intake.sources.gazetteer import NO_GAZETTEER
from streams.intake.sources.p2000.location import locate
from streams.intake.sources.p2000.message import parse
from streams.intake.sources.p2000.regions import REGIONS
from streams.intake.sources.p2000.room import Room, load_room
from streams.intake.sources.p2000.streets import PlaceFinder
from tests.support.pages import NOW, PLACES, p2000, page, read_text

ROOM = load_room()


@pytest.mark.parametrize(
    ("text", "where", "reason"),
    [
        ("P 1 BAD-01 Startbaan Amstelveen 131231", "ours", "town"),
        ("P 1 BAD-01 STARTBAAN AMSTELVEEN 131231", "ours", "town"),
        ("P 1 Startbaan AMSTVN", "ours", "town"),
        ("A1 13105 Startbaan Amstelveen AMSTVN bon 40556", "ours", "town"),
        ("P 1 BNH-01 Startbaan Amstelveen 123131", "ours", "town"),  # a neighbour's crew
        ("P 1 BDH-01 Startbaan Amstelveen 130131", "ours", "town"),  # the page that the audio has
        ("P 1 Amsteldijk Nes aan de Amstel", "ours", "town"),
        ("P 1 BRT-01 Startbaan Amstelveen 173131", "elsewhere", "region"),  # two things say another end of the country
        ("P 1 Startbaan Amstelveen ZH", "elsewhere", "province"),
        ("P 1 BAD-01 Kerkweg Bovenkerk 131231", "ours", "town"),
        ("P 1 BDH-01 Kerkweg Bovenkerk 161231", "elsewhere", "region"),
        ("P 1 BAD-01 Amstelveenseweg Amsterdam 131231", "elsewhere", "town"),
        ("P 1 BAD-01 Restaurant Amstelveen Kerkstraat Aalsmeer 131231", "elsewhere", "town"),
        ("A2 13105 Dorpsstraat Uithoorn naar Ziekenhuis Amstelveen", "elsewhere", "town"),
        ("P 1 BAD-30 Kerkstraat Ouderkerk aan den IJssel 174131", "elsewhere", "town"),
        ("P 1 BAD-30 Kerkstraat Ouderkerk a/d IJssel 174131", "elsewhere", "town"),
        ("A1 13105 Rit 40556 Startbaan 1181AB", "ours", "postcode"),
        ("A1 13105 Startbaan 1189 40556", "ours", "postcode"),
        ("P 1 Startbaan 1181 AB", "ours", "postcode"),
        ("A1 13105 Startbaan 1114AB", "elsewhere", "postcode"),
        ("A1 17105 Startbaan 1181 40556", "elsewhere", "region"),
        ("P 1 BAD-01 Startbaan Amstelven 131231", "ours", "town_misspelt"),
        ("P 1 BAD-01 Startbaan Amstleveen 131231", "ours", "town_misspelt"),
        ("P 1 BNN-01 Startbaan Amstelven 011231", "elsewhere", "region"),
        ("P 1 BLB-02 Kloosterlaan 235231", "elsewhere", "region"),
        ("P 1 Kloosterlaan Ergens 23-27-001", "elsewhere", "region"),
        ("P 1 BXX-02 Kloosterlaan Ergens", "elsewhere", "region"),
        ("P 1 Amstelveen graag spoed", "ours", "town"),
        ("B1 Startbaan Amstelveen Westwijk : 13121", "ours", "town"),
        ("P 1 BAD-01 HV Amstelveen 131231", "ours", "town"),
        ("P 1 BNH-01 Kerkstraat TS Amstelveen 121231", "elsewhere", "region"),
        ("B1 Amstelveen Ooij : 08121", "not_located", "town_inside"),
        ("P 1 BAD-01 Startbaan Amstelveen - Aalsmeer 131231", "ours", "town_beside"),
        ("P 1 BMD-01 Startbaan Amstelveen - Mijdrecht 091231", "elsewhere", "town"),
        ("P 1 BAD-01 Kloosterlaan 131231", "not_located", "region_alone"),
        ("P 1 Kloosterlaan", "not_located", "nothing"),
        ("P 1", "not_located", "nothing"),
    ],
)
def test_locations(text: str, where: str, reason: str) -> None:
    """By town, postcode, and the regions of group, numbers and objects, in this order."""
    message = parse(text)
    found = locate(message, PlaceFinder(ROOM, NO_GAZETTEER).find(message.words), ROOM)
    assert (found.where.value, found.reason) == (where, reason)


def test_a_street_that_the_gazetteer_knows_in_our_town_alone() -> None:
    """Is ours where the region is; the report says that its place is uncertain."""
    report = read_text("P 1 BAD-07 BR woning Stadsplein 131431")
    assert [note.value for note in report.notes] == ["place_uncertain"]
    assert p2000(gazetteer=NO_GAZETTEER).read(page("P 1 BAD-07 BR woning Stadsplein 131431"), NOW) == NotForUs(
        "not_located"
    )
    assert p2000().read(page("P 1 BON-07 BR woning Stadsplein 071431"), NOW) == NotForUs("elsewhere")


@pytest.mark.parametrize(
    ("capcodes", "pagers", "where", "reason"),
    [
        (("100100", "1300000-1300999"), ("100100",), "ours", "street"),
        (("100100", "1300000-1300999"), ("2029568", "1300999"), "ours", "street"),
        (("100100", "1300000-1300999"), ("1301000",), "not_located", "nothing"),
        ((), ("100100",), "not_located", "nothing"),
        (("100100",), (), "not_located", "nothing"),
    ],
)
def test_a_pager_of_the_rooms_own_crews_says_its_region(
    capcodes: tuple[str, ...], pagers: tuple[str, ...], where: str, reason: str
) -> None:
    """Where the room has a list of them; with it a street that is known here alone is ours without a group."""
    room = Room.model_validate(ROOM.model_dump() | {"capcodes": capcodes})
    message = parse("P 1 BR woning Stadsplein")
    found = locate(message, PlaceFinder(room, PLACES).find(["Stadsplein"]), room, pagers)
    assert (found.where.value, found.reason) == (where, reason)


def test_what_cannot_be_located_can_be_kept() -> None:
    """Marked as uncertain; what is elsewhere is left whatever the setting."""
    keeps = p2000(room=ROOM.model_copy(update={"unlocated": "keep"}))
    kept = keeps.read(page("P 1 BAD-01 BR woning Kloosterlaan 131231"), NOW)
    assert isinstance(kept, RawReport)
    assert [note.value for note in kept.notes] == ["place_uncertain"]
    assert keeps.read(page("P 1 BLB-02 BR woning Kloosterlaan 235231"), NOW) == NotForUs("elsewhere")


GOOD = "version: '1'\nregion: 13\ntowns: {Amstelveen: [amstvn]}\npostcodes: ['1180-1189']\n"


@pytest.mark.parametrize(
    ("changed", "to", "said"),
    [
        ("region: 13", "region: 26", r"room\.yaml:2: region"),
        ("Amstelveen: [amstvn]", "Groningen: []", r"'Groningen' lies in region 1 \(Groningen\), expected one of 13"),
        ("[amstvn]", "[Uithoorn]", r"'Uithoorn' is a town of its own, expected another way to write 'Amstelveen'"),
        ("[amstvn]", "[amstvn, Amstvn]", r"'Amstvn' stands twice"),
        ("{Amstelveen: [amstvn]}", "{Amstelveen: [bovenk], Bovenkerk: [bovenk]}", r"'bovenk' stands twice"),
        ("{Amstelveen: [amstvn]}", "{Amstelveen: [bovenk], Bovenk: []}", r"'Bovenk' stands twice"),
        ("'1180-1189'", "'1189-1180'", r"'1189-1180': expected the lower one first"),
        ("'1180-1189'", "'118'", r"room\.yaml:4: postcodes"),
        ("towns: {Amstelveen: [amstvn]}", "towns: {}", r"room\.yaml:3: towns"),
        ("region: 13\n", "region: 13\nunlocated: maybe\n", r"room\.yaml:3: unlocated"),
        ("region: 13\n", "region: 13\ncapcodes: ['9-1']\n", r"capcodes '9-1': expected the lower one first"),
        ("region: 13\n", "region: 13\ncapcodes: ['BAD']\n", r"room\.yaml:3: capcodes"),
        ("region: 13\n", "region: 13\nneighbours: [99]\n", r"room\.yaml:3: neighbours"),
    ],
)
def test_a_room_that_is_wrong_says_so(tmp_path: Path, changed: str, to: str, said: str) -> None:
    """With the file, the field and what was expected."""
    file = tmp_path / "room.yaml"
    file.write_text(GOOD)
    assert load_room(file).region == 13
    file.write_text(GOOD.replace(changed, to))
    with pytest.raises(FileError, match=said):
        load_room(file)


def test_a_town_that_no_list_has_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It may be a slip, with which no call of the town would be found; a village that no list has is right."""
    file = tmp_path / "room.yaml"
    file.write_text(GOOD)
    load_room(file)
    assert caplog.text == ""
    file.write_text(GOOD.replace("Amstelveen:", "Amstelven:"))
    load_room(file)
    assert "room.yaml: towns: 'Amstelven' is in no list of towns" in caplog.text


def test_another_room() -> None:
    """A room of another region takes its own calls and leaves Amstelveen's."""
    room = load_room().model_copy(
        update={"region": 1, "towns": {"Groningen": ()}, "postcodes": ("9700-9799",), "neighbours": ()}
    )
    source = p2000(room=room, gazetteer=PLACES)
    assert isinstance(source.read(page("P 1 BNN-01 Reanimatie Waterlaan Groningen 011831"), NOW), RawReport)
    assert source.read(page("P 1 BAD-01 Reanimatie Waterlaan Amstelveen 131831"), NOW) == NotForUs("elsewhere")


def test_each_radio_group_has_its_regions() -> None:
    """And each region one group at least; the list is of all 25."""
    assert {region.number for region in REGIONS.regions} == set(range(1, 26))
    assert all(region.groups for region in REGIONS.regions)
    assert REGIONS.of_group("BAD") == {13}
    assert REGIONS.of_group("BLB") == {23, 24}
    assert REGIONS.of_group("BXX") == frozenset()
