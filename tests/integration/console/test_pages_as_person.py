"""Every page and dialog: by axe in each look, in Dutch without English, under its own policy; and roles, and bad input."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from schemas.base import derive_id
from tests.support.console.access import PASSWORD
from tests.support.console.browser import Person, axe_findings
from tests.support.console.openid_provider import CLIENT_ID, SECRET, running_provider
from tests.support.console.running import BEGINNER, OTHER_ROOM, ROOM, ControlRoom, named_camera, registry_of_two_rooms
from tests.support.console.seats import People
from tests.support.words import english_in

pytestmark = [pytest.mark.integration, pytest.mark.slow]
PAGES = {
    "/": "sara", "/kaart": "sara", "/drukte": "sara", "/overdracht": "sara", "/cameras": "sara", "/systeem": "sara",
    "/audit": "sara", "/instellingen": "sara", "/overzicht": "sara", "/gebruikers": "beheerder",
}  # fmt: skip
LOOKS: dict[str, dict[str, Any]] = {
    "dark": {},
    "light": {},
    "zoomed": {"viewport": {"width": 683, "height": 384}, "device_scale_factor": 2},
}
DIALOGS = {
    "t": "Toewijzen aan", "u": "Uitstellen", "v": "Vals alarm", "s": "Afsluiten", "m": "Samenvoegen", "w": "Notitie",
    "+": "Melding invoeren", "q": "Geluid dempen", "?": "Alle toetsen",
}  # fmt: skip
NAMES = re.compile("Laan|straat|politie-gms|meldpunt|cam-\\d|R-\\d+")
MAY_BE_ENGLISH = {
    "anna",
    "bram",
    "sara",
    "kees",
    "agnes",
    "udo",
    "stadsplein",
    "toezicht",
    "letter",
    "home",
    "end",
    "shift",
}
"""Names, that of the product too, a word that Dutch has as well, and what stands on keys."""


@pytest.fixture(scope="module", autouse=True)
def reported(room: ControlRoom) -> list[str]:
    """Return the streets of some alerts, one of each kind."""
    at = {"lat": 52.3025, "lon": 4.853, "accuracy_m": 20}
    made = [room.report("straatroof", "P 1", position=at), room.report(), room.report("overig", "P 3")]
    room.report_again(made[1])
    return made


class Looking:
    """Those who look at pages in one look: each at a browser of their own, from page to page."""

    def __init__(self, people: People, look: str) -> None:
        self._people, self._look = people, look
        self._seated: dict[str, Person] = {}

    def at(self, path: str) -> Person:
        """Return who may see a page, at it."""
        user = PAGES[path]
        if user not in self._seated:
            self._seated[user] = self._people(user, path, **LOOKS[self._look])
            theme = "light" if self._look == "light" else "dark"
            chosen = json.dumps({"theme": theme, "language": "nl"})
            self._seated[user].page.evaluate("(chosen) => localStorage.setItem('toezicht.settings', chosen)", chosen)
        person = self._seated[user]
        person.go(path)
        expect(person.page.locator("#content h1").first).to_be_attached()
        if user != "beheerder":
            person.settled()
        return person


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_on_any_page_or_dialog(people: People, look: str) -> None:
    """WCAG's rules that a program can try, in each look: no finding."""
    looking = Looking(people, look)
    found: dict[str, list[str]] = {}
    for path in PAGES:
        person = looking.at(path)
        if path == "/":
            person.press("j", "j")
            expect(person.detail.locator("[data-action]").first).to_be_attached()
            found |= {title: axe_findings(person.page) for title in dialogs(person)}
        found[path] = axe_findings(person.page)
    assert {path: each for path, each in found.items() if each} == {}


def dialogs(person: Person) -> Iterator[str]:
    """Open each dialog that a key opens, over the list, and yield its title."""
    for key, title in DIALOGS.items():
        person.press(key)
        expect(person.dialog).to_contain_text(title)
        yield title
        person.close_dialog()


def test_axe_would_find_something(people: People) -> None:
    """A button without a name is found: what found nothing did look."""
    person = people("kees")
    person.page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert any(each.startswith("button-name") for each in axe_findings(person.page))


def test_no_word_of_english_stands_on_a_page_in_dutch(people: People, reported: list[str]) -> None:
    """Words, labels, titles and what only readers of the screen hear."""
    looking = Looking(people, "dark")
    said: dict[str, str] = {}
    for path in PAGES:
        person = looking.at(path)
        if path == "/":
            person.choose(reported[1])
            person.press("e")
            said |= {title: person.dialog.inner_text() for title in dialogs(person)}
        said[path] = person.all_words()
    found = {path: english_in(NAMES.sub(" ", text)) - MAY_BE_ENGLISH for path, text in said.items()}
    assert {path: words for path, words in found.items() if words} == {}


def test_each_role_sees_and_may_what_it_should(people: People, room: ControlRoom, reported: list[str]) -> None:
    """Buttons are offered to those alone who may press them, and keys say why they do nothing."""
    kees = people("kees")
    kees.shown(reported[1]).locator(".what").click()
    expect(kees.detail.locator("header")).to_contain_text(reported[1])
    expect(kees.detail.locator("[data-action]")).to_have_count(0)
    kees.press("a")
    kees.expect_told("U mag meldingen bekijken, maar niets doen.")
    expect(kees.shown(reported[1]).locator(".who")).to_have_text("nieuw")
    agnes = people("agnes", "/audit")
    expect(agnes.page.locator("#content h1").first).to_contain_text("Audit")
    sara = people("sara")
    sara.choose(reported[1])
    expect(sara.detail.locator('[data-action="acknowledge"]')).to_be_visible()
    chief = people("beheerder", "/")
    expect(chief.page.locator("#content")).to_contain_text("anna")
    expect(chief.page.locator(".strip")).to_have_count(0)
    udo = people("udo")
    expect(udo.page.locator(".list-place")).to_contain_text("Geen openstaande meldingen. Laatste controle")
    expect(udo.row(reported[1])).to_have_count(0)


def test_an_alert_of_another_room_and_one_that_is_none(people: People, room: ControlRoom, reported: list[str]) -> None:
    """Both are answered as what does not exist, in the API and on the page."""
    anna = people("anna")
    alert = anna.shown(reported[1]).get_attribute("data-id")
    udo = people("udo", f"/melding/{alert}")
    expect(udo.detail).to_contain_text("Deze melding bestaat niet, of is ouder dan 28 dagen.")
    client = room.console.client("udo")
    assert client.get(f"/rooms/{ROOM}/alerts/{alert}").status_code == 404
    assert client.get(f"/rooms/{OTHER_ROOM}/alerts/{alert}").status_code == 404
    action = {"action_id": "x-1", "alert_id": alert, "seen_revision": 0, "action": "acknowledge"}
    answer = client.post(f"/rooms/{OTHER_ROOM}/actions", json=action)
    assert answer.status_code in {202, 404}
    anna.go("/melding/<script>alert(1)")
    expect(anna.detail).to_contain_text("Deze melding bestaat niet")
    expect(anna.shown(reported[1]).locator(".who")).to_have_text("nieuw")


def test_text_is_text_whatever_stands_in_it(people: People, room: ControlRoom) -> None:
    """Script, right to left, control characters and 10,000 characters in a place and an id: shown, never obeyed."""
    bad = [
        "<img src=x onerror=alert(1)>",
        "<script>alert(1)</script>",
        "\u202egnirts\u202c",
        "a\u0007b\u001b[31mc",
        "x" * 10_000,
    ]
    for text in bad:
        room.report(
            "woninginbraak", "P 2", place={"street": text, "town": "Amstelveen"}, source_id=derive_id("bad", text)
        )
    last = room.report()
    sara = people("sara")
    sara.shown(last)
    sara.press("Home")
    for _ in range(len(bad) + 3):
        expect(sara.detail.locator("header")).to_be_visible()
        sara.press("j")
    assert sara.page.locator("#alert-list img, #alert-list script, #detail script, #detail img[src=x]").count() == 0
    assert sara.page.locator(".row").evaluate_all("all => Math.max(...all.map((each) => each.offsetHeight))") <= 40
    assert sara.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"seen_revision": 10**9}, 202), ({"seen_revision": -1}, 422), ({"seen_revision": False}, 422),
        ({"unknown": 1}, 422), ({"action": "explode"}, 422), ({"alert_id": "x" * 10_000}, 422),
    ],
)  # fmt: skip
def test_a_bad_action_changes_nothing(
    people: People, room: ControlRoom, reported: list[str], change: dict[str, Any], status: int
) -> None:
    """A revision of the future is refused by decide; what is no action by the API, with the field's name."""
    anna = people("anna")
    alert = anna.shown(reported[2]).get_attribute("data-id")
    key = derive_id("bad-action", json.dumps(change))
    action = {"action_id": key, "alert_id": alert, "seen_revision": 0, "action": "acknowledge"} | change
    client = room.console.client()
    answer = client.post(f"/rooms/{ROOM}/actions", json=action)
    assert answer.status_code == status, answer.text
    if status == 202:
        anna.until(lambda: client.get(f"/actions/{key}").json()["state"] == "refused")
    expect(anna.shown(reported[2]).locator(".who")).to_have_text("nieuw")


def test_three_hundred_cameras_are_on_the_map(people: People, room: ControlRoom) -> None:
    """And in the table beside it, where no keyboard user needs the canvas."""
    points = [(52.25 + 0.004 * (number // 20), 4.80 + 0.004 * (number % 20)) for number in range(300)]
    cameras = [
        named_camera(f"cam-{number}", f"Camera <b>{number}</b>", position={"lat": lat, "lon": lon})
        for number, (lat, lon) in enumerate(points)
    ]
    many = room.another_console("many", registry_of_two_rooms(room.folder / "many.yaml", cameras))
    many.begin()
    try:
        many.await_ready()
        anna = people("anna", "/kaart", address=many.address)
        expect(anna.page.get_by_role("heading", name="Camera's (300)")).to_be_visible()
        expect(anna.page.locator(".leaflet-container canvas").first).to_be_visible()
        assert anna.page.locator("b", has_text=re.compile(r"^\d+$")).count() == 0
        people.leave()
    finally:
        many.kill()


def test_a_provider_that_is_down_keeps_nobody_from_working(people: People, room: ControlRoom) -> None:
    """Who is logged in goes on; who wants to log in is told why that fails, in words."""
    with running_provider() as provider:
        provider.away = True
        client = {"OPENID_CLIENT_ID": CLIENT_ID, "OPENID_CLIENT_SECRET": SECRET}
        console = room.another_console("openid", settings={"OPENID_ISSUER": provider.address, **client})
        console.set("ADDRESS", console.address)
        console.begin()
        try:
            console.await_ready()
            street = room.report()
            anna = people("anna", address=console.address)
            row = anna.choose(street)
            anna.press("a")
            expect(row.locator(".who")).to_have_text("u")
            nobody = people("", address=console.address)
            nobody.page.get_by_role("link", name="Inloggen bij uw organisatie").click()
            expect(nobody.page.get_by_role("alert").first).to_contain_text("geeft geen antwoord")
            people.leave()
        finally:
            console.kill()


def test_a_first_password_opens_nothing_but_its_change(chromium: Browser, room: ControlRoom) -> None:
    """Whoever made it knows it: no list is shown, and none is answered, before another is chosen."""
    person = Person(chromium, room.console.address)
    page = person.page
    page.goto(person.address + "/kaart")
    page.get_by_label("Gebruikersnaam").fill(BEGINNER)
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Kies eerst een eigen wachtwoord")).to_be_visible()
    assert axe_findings(page) == []
    assert page.locator("header nav").count() == 0
    read = "async (path) => (await fetch(path)).status"
    assert page.evaluate(read, f"/api/v1/rooms/{ROOM}/rows") == 403
    old, new, change = (
        page.get_by_label("Wachtwoord van nu"),
        page.get_by_label("Nieuw wachtwoord"),
        page.get_by_role("button", name="Wachtwoord wijzigen"),
    )
    for wrong, wanted, told in (
        ("not this one at all", "een eigen wachtwoord", "klopt niet"),
        (PASSWORD, PASSWORD, "Kies een ander"),
    ):
        old.fill(wrong)
        new.fill(wanted)
        change.click()
        expect(page.get_by_role("status")).to_contain_text(told)
    old.fill(PASSWORD)
    new.fill("een eigen wachtwoord")
    change.click()
    expect(page.locator("header nav")).to_be_visible()
    assert page.evaluate(read, f"/api/v1/rooms/{ROOM}/rows") == 200
    person.leave()


def test_a_room_with_no_alerts_and_no_cameras_says_so(people: People, room: ControlRoom) -> None:
    """Nothing is wrong there, and nothing is claimed of it that nobody could know."""
    bare = room.another_console("bare", registry_of_two_rooms(room.folder / "bare.yaml", []))
    bare.begin()
    try:
        bare.await_ready()
        udo = people("udo", address=bare.address)
        expect(udo.page.locator("#content")).to_contain_text("Geen openstaande meldingen")
        for path in ("/kaart", "/drukte", "/overdracht", "/cameras", "/overzicht", "/systeem"):
            udo.go(path)
            expect(udo.page.locator("#content h1").first).to_be_attached()
            udo.settled()
        udo.go("/kaart")
        expect(udo.page.get_by_role("heading", name="Camera's (0)")).to_be_visible()
        people.leave()
    finally:
        bare.kill()
