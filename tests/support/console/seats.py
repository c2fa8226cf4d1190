"""Seats: people at browsers of their own, before a control room that runs."""

from __future__ import annotations

from typing import Any, Final

from playwright.sync_api import Browser

from tests.support.console.browser import Person
from tests.support.console.running import ControlRoom

TALL: Final = {"width": 1366, "height": 2_400}
"""Some thirty rows are in the document at 768 px, however many there are."""


class People:
    """People at browsers of their own."""

    def __init__(self, room: ControlRoom, chromium: Browser) -> None:
        self._room, self._chromium = room, chromium
        self._seated: list[Person] = []

    def __call__(self, user: str, path: str = "/", address: str = "", **options: Any) -> Person:
        """Seat somebody who is logged in already; without a name nobody is."""
        person = Person(self._chromium, address or self._room.console.address, **options)
        self._seated.append(person)
        if user:
            person.context.add_cookies([self._room.cookie(user)])
            person.go(path)
        else:
            person.page.goto(person.address + path)
        return person

    def leave(self) -> None:
        """Close all; in none of them may anything have gone wrong."""
        seated, self._seated = self._seated, []
        for person in seated:
            person.leave()
