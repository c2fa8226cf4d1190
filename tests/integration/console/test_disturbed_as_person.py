"""What goes wrong around a person: a cut connection, a console that is killed or frozen, many windows, an ended session."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.support.console.access import PASSWORD
from tests.support.console.browser import Person
from tests.support.console.proxy import running_proxy
from tests.support.console.running import ROOM, ControlRoom
from tests.support.console.seats import People

pytestmark = [pytest.mark.integration, pytest.mark.slow]
OLD = re.compile("Niet actueel: dit is het beeld van")


def ids(person: Person) -> list[str]:
    """Return the ids of the alerts on the list, in its order."""
    found: list[str] = person.page.locator("#alert-list .row").evaluate_all("all => all.map((each) => each.dataset.id)")
    return found


def expect_old(page: Page) -> None:
    """Expect the page to say that it is old, since when, and to keep its list under a frame of its own."""
    expect(page.locator(".banner")).to_contain_text(OLD)
    expect(page.locator(".pulse")).to_contain_text("Niet actueel")
    expect(page.locator("#alert-list")).to_have_class(re.compile(r"\bold\b"))
    expect(page).to_have_title(re.compile("iet actueel"))


def expect_live(page: Page) -> None:
    """Expect the page to say that it is of now."""
    expect(page.locator(".pulse")).to_contain_text("Actueel")
    expect(page.locator("#alert-list")).not_to_have_class(re.compile(r"\bold\b"))


def test_a_cut_connection_is_told_and_what_was_missed_comes(people: People, room: ControlRoom) -> None:
    """An action meanwhile waits, is sent once, and done; the alerts of the meantime are there."""
    with running_proxy(room.console.port) as proxy:
        person = people("anna", address=proxy.address)
        street = room.report()
        row = person.choose(street)
        proxy.cut()
        person.press("a")
        person.expect_told("geen verbinding, wordt verstuurd zodra het kan")
        missed = room.report()
        expect_old(person.page)
        expect(row.locator(".who")).not_to_have_text("u")
        proxy.mend()
        expect_live(person.page)
        expect(person.page.locator(".banner")).to_contain_text("Weer actueel sinds")
        expect(row.locator(".who")).to_have_text("u")
        person.shown(missed)
        client = room.console.client()
        [alert] = [each for each in ids(person) if each == row.get_attribute("data-id")]
        history = client.get(f"/rooms/{ROOM}/alerts/{alert}/history").json()
        assert [line["user"] for line in history if line["change"] == "action"] == ["anna"]
        people.leave()


def test_a_killed_console_comes_back_with_the_same_list(anna: Person, room: ControlRoom) -> None:
    """Its page says since when it is old, joins again by itself, and the streams' ids go on."""
    street = room.report()
    anna.choose(street)
    anna.press("Escape")
    before, position = ids(anna), room.console.client().get(f"/rooms/{ROOM}/rows").headers["x-position"]
    room.console.kill()
    missed = room.report()
    expect_old(anna.page)
    assert ids(anna) == before
    room.console.start()
    expect_live(anna.page)
    anna.shown(missed)
    assert [each for each in ids(anna) if each in before] == before
    after = room.console.client().get(f"/rooms/{ROOM}/rows").headers["x-position"]
    assert [int(part) for part in after.split(".")] > [int(part) for part in position.split(".")]


def test_a_frozen_console_gives_no_error_and_is_noticed(anna: Person, room: ControlRoom) -> None:
    """The page's own watchdog says it, and opens its stream anew; what was pressed meanwhile is done once it goes on."""
    street = room.report()
    row = anna.choose(street)
    room.console.freeze()
    try:
        expect_old(anna.page)
        anna.press("a")
        expect(anna.notices.first).to_be_visible()
        expect(row.locator(".who")).not_to_have_text("u")
    finally:
        room.console.thaw()
    expect_live(anna.page)
    expect(row.locator(".who")).to_have_text("u")


def test_a_stage_that_stands_still_is_named(anna: Person, room: ControlRoom) -> None:
    """Never old data as if it were live: an empty list then says that it means nothing."""
    with room.worker_frozen():
        expect(anna.page.locator(".pulse")).to_contain_text("Niet actueel")
        expect(anna.page.locator(".banner")).to_contain_text(re.compile("staat stil sinds"))
    expect_live(anna.page)


def test_a_second_console_is_interchangeable(anna: Person, people: People, room: ControlRoom) -> None:
    """Another process with the same session: the same list, and what is done at one is seen at the other."""
    street = room.report()
    row = anna.choose(street)
    second = room.another_console("second")
    second.begin()
    try:
        second.await_ready()
        other = people("anna", address=second.address)
        anna.until(lambda: ids(other) == ids(anna))
        other.choose(street)
        other.press("a")
        expect(row.locator(".who")).to_have_text("u")
        anna.press("r")
        expect(other.row(street).locator(".who")).to_have_text("nieuw")
        one, two = room.console.client(), second.client()
        position = one.get(f"/rooms/{ROOM}/rows").headers["x-position"]
        anna.until(lambda: two.get(f"/rooms/{ROOM}/rows").headers["x-position"] == position)
        assert one.get(f"/rooms/{ROOM}/rows").content == two.get(f"/rooms/{ROOM}/rows").content
    finally:
        people.leave()
        second.kill()


def test_eight_windows_share_one_stream_and_none_of_them_hangs(people: People, room: ControlRoom) -> None:
    """From the seventh connection on nothing would load, and actions of the first window would hang."""
    before = room.console.measured("toezicht_console_streams")
    bram = people("bram")
    windows = [bram.opened("/") for _ in range(7)]
    for page in windows:
        expect_live(page)
    street = room.report()
    row = bram.choose(street)
    bram.press("a")
    expect(row.locator(".who")).to_have_text("u")
    for page in windows:
        expect(page.locator(".row", has_text=street).locator(".who")).to_have_text("u")
    asked = [
        each
        for page in bram.context.pages
        for each in page.evaluate("performance.getEntriesByType('resource').map((each) => each.name)")
    ]
    assert [each for each in asked if "/stream" in each] == []  # it is the shared worker's
    assert room.console.measured("toezicht_console_streams") <= before + 1


def test_a_session_that_ends_in_mid_action_loses_neither_list_nor_action(people: People, room: ControlRoom) -> None:
    """A dialog comes over the list; the action is kept, and goes out after the login."""
    sara = people("sara")
    street = room.report()
    row = sara.choose(street)
    room.end_session("sara")
    sara.press("a")
    sara.await_dialog("Uw sessie is afgelopen")
    expect(sara.dialog).to_contain_text("1 handeling is bewaard")
    expect(row).to_be_visible()
    sara.dialog.get_by_label("Wachtwoord").fill(PASSWORD)
    sara.press("Enter")
    expect(sara.dialog).to_have_count(0)
    expect(row.locator(".who")).to_have_text("u")
    expect_live(sara.page)


def test_a_clock_that_is_an_hour_off_shows_right_ages_and_is_told(people: People, room: ControlRoom) -> None:
    """All times are the server's."""
    street = room.report()
    bram = people("bram", clock_off=timedelta(hours=1))
    expect(bram.row(street).locator(".age")).to_have_text(re.compile(r"^\d+ s$"))
    expect(bram.page.locator(".banner")).to_contain_text(
        re.compile(r"De klok van deze computer loopt (59 min|1 u.*|60 min) voor")
    )
    expect(bram.page.locator(".pulse")).to_contain_text("Actueel")


def test_a_new_p1_is_in_every_window_of_everybody_on_shift(people: People, room: ControlRoom) -> None:
    """In a window behind others, on another page, under a dialog, a filter and a held order: its title says it, and it rings."""
    anna, bram = people("anna"), people("bram", "/kaart")
    hidden = anna.opened("/")
    expect_live(hidden)
    anna.page.bring_to_front()
    for street in [room.report(), room.report()]:
        anna.shown(street)
    anna.page.locator("#search").fill("zzz")
    anna.press("Enter", "?")
    expect(anna.dialog).to_be_visible()
    street = room.report("straatroof", "P 1")
    for page in (anna.page, hidden, bram.page):
        expect(page).to_have_title(re.compile(r"^\(\d+!\) P1 "))
        expect(page.locator("[role=alert]").first).to_contain_text(street)
    expect(anna.page.locator(".band .row", has_text=street)).to_be_visible()
    for person in (anna, bram):
        person.until(person.rung)
