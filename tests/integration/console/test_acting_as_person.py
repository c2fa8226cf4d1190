"""Each action of the page, by key and by mouse, over the real pipeline; and two operators who see each other."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.support.console.browser import Person
from tests.support.console.capture import Capture
from tests.support.console.running import ControlRoom
from tests.support.console.seats import TALL, People

pytestmark = [pytest.mark.integration, pytest.mark.slow]
WAYS = pytest.mark.parametrize("way", ["key", "mouse"])
KEYS = {
    "acknowledge": "a", "release": "r", "assign": "t", "shelve": "u", "false_alarm": "v", "close": "s", "merge": "m",
    "split": "p", "note": "w", "confirm_dispatch": "i",
}  # fmt: skip


def begin(person: Person, way: str, action: str) -> None:
    """Begin an action on the alert under the cursor."""
    if way == "mouse":
        person.do(action)
    else:
        person.press(KEYS[action])


def choose_option(person: Person, way: str, number: int = 1) -> str:
    """Choose an option of the open dialog, and return its words."""
    button = person.dialog.locator("li button").nth(number - 1)
    words = button.locator(".text").inner_text()
    if way == "mouse":
        button.click()
    else:
        person.option(number)
    return words


def undo(person: Person, way: str) -> None:
    """Take back what was done last."""
    if way == "mouse":
        person.notices.get_by_role("button", name=re.compile("Ongedaan maken")).click()
    else:
        person.press("z")


@WAYS
def test_acknowledge_and_give_back(anna: Person, room: ControlRoom, way: str) -> None:
    """The row says who has it; given back it asks again."""
    street = room.report()
    row = anna.choose(street)
    begin(anna, way, "acknowledge")
    expect(row.locator(".who")).to_have_text("u")
    expect(anna.detail.locator("header")).to_contain_text("in behandeling, anna, sinds")
    expect(anna.detail.locator('[data-action="release"]')).to_be_visible()
    begin(anna, way, "release")
    expect(row.locator(".who")).to_have_text("nieuw")


@WAYS
def test_undo_of_what_went_out_at_once(anna: Person, room: ControlRoom, way: str) -> None:
    """It sends the inverse: what was acknowledged is new again."""
    street = room.report()
    row = anna.choose(street)
    begin(anna, way, "acknowledge")
    expect(row.locator(".who")).to_have_text("u")
    undo(anna, way)
    expect(row.locator(".who")).to_have_text("nieuw")


@WAYS
def test_assign(anna: Person, room: ControlRoom, way: str) -> None:
    """Somebody else's name is put to it; they are offered with their names."""
    street = room.report()
    row = anna.choose(street)
    begin(anna, way, "assign")
    expect(anna.dialog).to_contain_text("bram")
    names = anna.dialog.locator("li .text").all_inner_texts()
    choose_option(anna, way, names.index("bram") + 1)
    expect(row.locator(".who")).to_have_text(re.compile("bram"))


@WAYS
def test_shelve_and_take_back(anna: Person, room: ControlRoom, way: str) -> None:
    """A reason and an end; it leaves the list for its tab; from there it comes back."""
    street = room.report()
    anna.choose(street)
    begin(anna, way, "shelve")
    expect(anna.dialog.locator("li").first).to_be_visible()
    choose_option(anna, way, 1)
    expect(anna.dialog).to_contain_text("15 min")
    choose_option(anna, way, 1)
    expect(anna.row(street)).to_have_count(0)
    anna.page.locator("#tab-shelved").click()
    anna.choose(street)
    expect(anna.detail).to_contain_text(re.compile("uitgesteld tot"))
    anna.do("unshelve")
    expect(anna.row(street)).to_have_count(0)
    anna.page.locator("#tab-open").click()
    anna.shown(street)


@WAYS
def test_close_waits_and_can_be_taken_back(anna: Person, room: ControlRoom, way: str) -> None:
    """Nothing is sent in the first seconds; taken back it stays; sent by the next action it is closed, and may be reopened."""
    street, other = room.report(), room.report()
    anna.choose(street)
    begin(anna, way, "close")
    expect(anna.dialog).to_contain_text("Afsluiten: hoe liep het af?")
    assert choose_option(anna, way, 2) == "niet waar"
    anna.expect_told(re.compile(r"wordt over \d s afgesloten als “niet waar”"))
    undo(anna, way)
    expect(anna.notices.filter(has_text="teruggenomen")).to_be_visible()
    expect(anna.row(street).locator(".who")).to_have_text("nieuw")
    begin(anna, way, "close")
    choose_option(anna, way, 1)
    anna.choose(other)
    begin(anna, way, "acknowledge")  # another action sends what waits
    expect(anna.row(street)).to_have_count(0)
    anna.page.locator("#tab-ended").click()
    anna.choose(street)
    expect(anna.row(street).locator(".who")).to_have_text("waar")
    anna.do("reopen")
    anna.page.locator("#tab-open").click()
    anna.shown(street)


@WAYS
def test_false_alarm_has_a_reason(anna: Person, room: ControlRoom, way: str) -> None:
    """From the list; after its seconds it goes by itself."""
    street = room.report()
    anna.choose(street)
    begin(anna, way, "false_alarm")
    reason = choose_option(anna, way, 1)
    anna.expect_told("afgesloten als vals alarm")
    expect(anna.row(street)).to_have_count(0)
    anna.page.locator("#tab-ended").click()
    anna.choose(street)
    expect(anna.detail).to_contain_text(re.compile(re.escape(reason), re.IGNORECASE))
    anna.page.locator("#tab-open").click()


@WAYS
def test_merge_and_split(anna: Person, room: ControlRoom, way: str) -> None:
    """Two become one with both reports; one report goes its own way again."""
    street, other = room.report(), room.report()
    anna.choose(other)
    anna.choose(street)
    begin(anna, way, "merge")
    anna.await_dialog("Samenvoegen")
    anna.dialog.get_by_label("Zoeken").fill(other)
    expect(anna.dialog.locator("li")).to_have_count(1)
    anna.dialog.locator("li button").click() if way == "mouse" else anna.press("Shift+Tab", "Enter")
    anna.expect_told("samengevoegd")
    expect(anna.row(street).locator(".counts")).to_have_text("2 m")
    expect(anna.row(other)).to_have_count(0)
    expect(anna.detail.locator('[data-action="split"]')).to_be_visible()
    begin(anna, way, "split")
    expect(anna.dialog.locator("li")).to_have_count(2)
    choose_option(anna, way, 2)
    anna.expect_told("afgesplitst")
    expect(anna.row(street).locator(".counts")).to_have_text("1 m")
    expect(anna.row(other)).to_have_count(1)


@WAYS
def test_note_of_a_list(anna: Person, room: ControlRoom, way: str) -> None:
    """One of a list: there is no field for words about persons."""
    street = room.report()
    anna.choose(street)
    begin(anna, way, "note")
    words = choose_option(anna, way, 1)
    if anna.dialog.count():
        anna.dialog.locator("input, li button").first.fill("3")
        anna.press("Enter")
    expect(anna.detail.locator('[aria-labelledby="notes"]')).to_contain_text(re.compile(words[:8], re.IGNORECASE))


@WAYS
def test_dispatch_is_confirmed_and_its_answers_are_seen(anna: Person, room: ControlRoom, way: str) -> None:
    """The first partner is proposed, the others may be asked after it; who comes and who does not stands in the detail."""
    street = room.report("brand", "P 1")
    row = anna.choose(street)
    begin(anna, way, "confirm_dispatch")
    anna.await_dialog("Inzet vragen")
    expect(anna.dialog).to_contain_text("Inzet vragen aan de brandweer")
    next_too = anna.dialog.get_by_label(re.compile("vraag dan daarna de politie en de ambulance"))
    if way == "mouse":
        next_too.check()
        anna.dialog.get_by_role("button", name="Inzet vragen (Ctrl+Enter)").click()
    else:
        next_too.focus()
        anna.press("Space", "Control+Enter")
    expect(row.locator(".who")).to_have_text("u")
    asked = anna.detail.locator('[aria-labelledby="dispatches"] li')
    expect(asked).to_have_count(1)
    expect(asked.first).to_contain_text("De brandweer: gevraagd")
    room.answer(street, "brandweer", "rejected", reason_code="no_unit")
    expect(asked).to_have_count(2)
    expect(asked.nth(1)).to_contain_text("De brandweer: komt niet, er is geen eenheid vrij")
    room.answer(street, "politie", "accepted")
    expect(asked.first).to_contain_text("De politie: komt")
    room.answer(street, "politie", "arrived")
    expect(asked.first).to_contain_text("De politie: ter plaatse")


@WAYS
def test_an_alert_to_which_nobody_comes_is_back_and_says_so(anna: Person, room: ControlRoom, way: str) -> None:
    """A partner that was not reached, and nobody whom the person allowed: it waits again, and names whom to ask."""
    street = room.report("brand", "P 1")
    row = anna.choose(street)
    begin(anna, way, "confirm_dispatch")
    anna.await_dialog("Inzet vragen")
    anna.press("Control+Enter")
    expect(row.locator(".who")).to_have_text("u")
    room.answer(street, "brandweer", "expired")
    expect(row.locator(".who")).to_have_text("niemand komt")
    expect(anna.detail.locator(".advice")).to_contain_text("geen hulp van de brandweer: vraag de politie of bel")
    expect(anna.detail.locator('[data-state="expired"]')).to_contain_text("De brandweer: niet bereikt")


@WAYS
def test_report_by_hand(anna: Person, room: ControlRoom, way: str) -> None:
    """What somebody told comes to the list like any partner's report, near the alert that it is about."""
    street = room.report()
    anna.choose(street)
    if way == "mouse":
        anna.page.get_by_role("button", name="Melding invoeren").click()
    else:
        anna.press("+")
    anna.await_dialog("Melding invoeren")
    anna.dialog.get_by_label("Soort").select_option("woninginbraak")
    anna.dialog.get_by_label("Spoed").select_option("2: gewoon")
    place = anna.dialog.get_by_label("Plaats")
    expect(place).to_have_value("")
    anna.dialog.get_by_role("button", name="Melding versturen").click()
    expect(anna.dialog).to_have_count(1)  # nowhere is no place, and the alert's is not assumed
    place.select_option(value="alert")
    expect(place.locator("option:checked")).to_contain_text("neem de plaats van de gekozen melding over")
    anna.dialog.get_by_role("button", name="Melding versturen").click()
    expect(anna.dialog).to_have_count(0)
    expect(anna.row(street).locator(".counts")).to_have_text("2 m")


@WAYS
def test_ticks_act_on_all(anna: Person, room: ControlRoom, way: str) -> None:
    """Ticked alerts are acknowledged together."""
    streets = [room.report(), room.report()]
    for street in streets:
        row = anna.choose(street)
        if way == "mouse":
            row.locator(".tick").click()
        else:
            anna.press("x")
        expect(row).to_have_class(re.compile(r"\bticked\b"))
    if way == "mouse":
        anna.page.locator(".bar").get_by_role("button", name="In behandeling").click()
    else:
        anna.press("a")
    for street in streets:
        expect(anna.row(street).locator(".who")).to_have_text("u")


@WAYS
def test_a_picture_that_is_asked_for(anna: Person, room: ControlRoom, capture: Capture, way: str) -> None:
    """Of the best camera at the reported second; an image, and a note that it was written down."""
    category = {"key": "fietsdiefstal", "mouse": "geweld_vechtpartij"}[way]  # the same there would be one alert
    street = room.report(category, "P 2", position={"lat": 52.3025, "lon": 4.853, "accuracy_m": 20})
    anna.choose(street)
    ask = anna.detail.get_by_role("button", name=re.compile("Vraag beeld van"))
    expect(ask).to_be_visible()
    if way == "mouse":
        ask.click()
    else:
        anna.press("f")
    image = anna.detail.locator("img")
    expect(image).to_be_visible()
    anna.until(lambda: image.evaluate("each => each.complete && each.naturalWidth > 0"))
    assert {request.camera_id for request in capture.requests} <= {"cam-1", "cam-2"}


def test_moving_searching_and_looking_by_key(anna: Person, room: ControlRoom) -> None:
    """Without a mouse: to the newest P1, through the list, into the detail and back, to each page, help and search."""
    street = room.report("straatroof", "P 1")
    anna.shown(street)
    anna.press("n")
    expect(anna.row(street)).to_have_class(re.compile(r"\bchosen\b"))
    anna.press("Enter")
    expect(anna.detail).to_be_focused()
    anna.press("Escape")
    expect(anna.page.locator("#alert-list")).to_be_focused()
    anna.press("/")
    anna.page.keyboard.type("zzz")
    expect(anna.page.locator(".list-place")).to_contain_text("Geen melding gevonden voor “zzz”")
    anna.press("Escape")
    anna.press("?")
    anna.await_dialog("Alle toetsen")
    anna.press("Escape")
    expect(anna.dialog).to_have_count(0)
    for keys, heading in (("k", "Kaart"), ("d", "Drukte"), ("o", "Overdracht"), ("c", "Camera's")):
        anna.press("g", keys)
        expect(anna.page.locator("h1")).to_contain_text(heading)
    anna.press("g", "l")
    expect(anna.row(street)).to_be_visible()
    anna.press("q")
    anna.await_dialog("Geluid dempen")
    anna.press("Escape")


def test_two_operators_see_each_other_and_one_is_refused_in_words(
    anna: Person, people: People, room: ControlRoom
) -> None:
    """Who comes second is told who has it, and is offered to take it over; the first then sees that."""
    street = room.report()
    bram = people("bram", viewport=TALL)
    anna.choose(street)
    bram.choose(street)
    with room.worker_frozen():  # both act on what both saw
        anna.press("a")
        bram.press("a")
    both = [anna, bram]
    anna.until(lambda: any(each.row(street).locator(".who").inner_text() == "u" for each in both))
    first, second = both if anna.row(street).locator(".who").inner_text() == "u" else both[::-1]
    expect(first.row(street).locator(".who")).to_have_text("u")
    name = {id(anna): "anna", id(bram): "bram"}[id(first)]
    expect(second.row(street).locator(".who")).to_have_text(name)
    second.expect_told(f"{name} heeft deze melding sinds")
    second.notices.get_by_role("button", name="Overnemen").click()
    expect(second.row(street).locator(".who")).to_have_text("u")
    expect(first.row(street).locator(".who")).not_to_have_text("u")
