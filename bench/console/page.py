"""Page: how fast it shows an alert and confirms an action, how fast it loads, and what hours of changes leave in its memory.

Each is measured on the console's page and on the limit's, which has the same rows and the same marks.
"""

from __future__ import annotations

import random
import statistics
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import httpx2
import orjson

from bench.console.browser import ProbedPage
from bench.console.figures import beside, ratio, spread
from bench.console.full_room import FullRoom
from bench.console.running import Served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TOP: Final = {"priority": "P2", "state": "new"}
TOP_SCORE: Final = 1_000.0
"""Above all others of their priority: what is told stands on the screen."""
PAUSE_S: Final = 0.1
"""Between two alerts: none is to wait for the one before it."""
READS_S: Final = 0.5
"""Between choosing an alert and acting on it: what it is has come by then, which nobody acts without."""
BULK: Final = 1_000
"""Changes that are sent before the page is waited for: a fifth of what the server lets wait for a reader."""
WARM_UP: Final = 0.05
"""Share of the changes before the memory is looked at first: the page's own caches are filled by then."""
MARK: Final = "mark"


def told_top(number: int) -> dict[str, Any]:
    """Return the fields of an alert that stands above those before it."""
    return {**TOP, "score": TOP_SCORE + number}


@dataclass(frozen=True, slots=True)
class LimitRows:
    """Limit rows: rows as the console renders them, told by the server of the limit."""

    served: Served
    row: dict[str, Any]

    def tell(self, **fields: Any) -> tuple[str, float]:
        """Tell a row to the page; return its id, and when it was told (ms since 1970)."""
        row = self.row | {"id": str(uuid.uuid4())} | fields
        answer = httpx2.post(f"{self.served.address}/event", content=orjson.dumps(row))
        return str(row["id"]), float(answer.json()["at_ms"])


def loading(browser: Browser, served: Served, limit: Served, wanted: int, times: int) -> dict[str, Any]:
    """Return how long the first rows and the whole list take, each time with an empty cache, and what the page weighs."""
    real: list[tuple[float, float]] = []
    plain: list[tuple[float, float]] = []
    weights_kb: list[float] = []
    for _ in range(times):
        with ProbedPage(browser, served, wanted) as page:
            real.append(page.loaded_s())
            weights_kb.append(page.weight_kb())
        with ProbedPage(browser, limit, wanted) as page:
            plain.append(page.loaded_s())
    found: dict[str, Any] = {"loads": times, "page_kb": round(statistics.median(weights_kb), 1)}
    for name, which in (("first_rows", 0), ("whole_list", 1)):
        took, least = (statistics.median(each[which] for each in pages) for pages in (real, plain))
        slowest = max(each[which] for each in real)
        found |= {f"{name}_s": round(took, 3), f"{name}_highest_s": round(slowest, 3)}
        found |= {f"{name}_limit_s": round(least, 3), f"{name}_ratio": ratio(took, least)}
    return found


def visible(page: ProbedPage, plain: ProbedPage, room: FullRoom, limit: LimitRows, number: int) -> dict[str, Any]:
    """Return how long alerts take from their record on the topic, by the broker's clock, until they are painted."""
    shown, least = list[float](), list[float]()
    for each in range(number):
        sent = room.tell(f"visible-{each}", **told_top(each)).get(timeout=30)
        shown.append(page.wait_noted("seen", room.id_of(f"visible-{each}")) - sent.timestamp)
        time.sleep(PAUSE_S)
        alert_id, at_ms = limit.tell(**told_top(each))
        least.append(plain.wait_noted("seen", alert_id) - at_ms)
        time.sleep(PAUSE_S)
    for each in range(number):
        room.tell(f"visible-{each}", 1, **(told_top(each) | ENDED))
    room.flush()
    return beside("visible", shown, least)


ENDED: Final = {"state": "closed", "change": "action", "closing": "true", "handled_by": "jan", "asks": False}


def acting(
    page: ProbedPage, plain: ProbedPage, others: tuple[ProbedPage, ProbedPage], room: FullRoom, number: int
) -> dict[str, Any]:
    """Return how long `a` takes from the key until the page shows that the alert is in hand, and that it is asked for.

    And until `decide` has written it, by the broker's clock: what of it no page can mend, and until another's page shows it.

    Args:
        page: The console's.
        plain: The limit's.
        others: The same in browsers of somebody else, who looks at the same alert.
        room: The room.
        number: How many alerts are acted on.
    """
    decided = room.follow()
    names = ("action", "action_limit")
    times: dict[str, dict[str, list[float]]] = {name: {"pending": [], "confirmed": []} for name in names}
    written_ms: list[float] = []
    elsewhere: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(number):
        for name, one, other in (("action", page, others[0]), ("action_limit", plain, others[1])):
            other.page.keyboard.press("j")  # the same row is on their screen, wherever in the list it is
            alert_id, pressed_ms, took_ms = _acknowledge(one)
            elsewhere[name].append(other.wait_noted("confirmed", alert_id) - pressed_ms)
            for what, each_ms in took_ms.items():
                times[name][what].append(each_ms)
            if one is page:
                written_ms.append(decided(alert_id) - pressed_ms)
    found = beside("action", times["action"]["confirmed"], times["action_limit"]["confirmed"])
    found |= beside("pending", times["action"]["pending"], times["action_limit"]["pending"])
    found |= beside("seen_by_other", elsewhere["action"], elsewhere["action_limit"])
    return found | spread("decided", written_ms)


def _acknowledge(page: ProbedPage) -> tuple[str, float, dict[str, float]]:
    """Act on the next alert; return its id, when the key was pressed, and how long each of two things took."""
    page.page.keyboard.press("j")
    page.page.wait_for_timeout(1_000 * READS_S)
    known = len(page.noted("pending"))
    page.page.keyboard.press("a")
    pressed_ms = page.noted("keys").pop()[1]
    look = "(known) => Object.keys(window.bench.pending)[known] ?? null"
    alert_id = page.wait(lambda: page.page.evaluate(look, known))
    return (
        alert_id,
        pressed_ms,
        {what: page.wait_noted(what, alert_id) - pressed_ms for what in ("pending", "confirmed")},
    )


def memory(page: ProbedPage, room: FullRoom, changes: int, progress: Callable[[str], None]) -> dict[str, Any]:
    """Return how the page's heap and document grow over so many changes: nine in ten in place, the others come or go."""
    chance = random.Random(1)  # noqa: S311 - a load, not a secret
    names = [f"memory-{number}" for number in range(max(10, changes // 100))]
    revisions = dict.fromkeys(names, 0)
    before: tuple[float, int] | None = None
    for begin in range(0, changes, BULK):
        for _ in range(min(BULK, changes - begin)):
            name = chance.choice(names)
            revisions[name] += 1
            ends = ENDED if chance.random() < 0.1 else {"state": "new"}
            room.tell(name, revisions[name], **{"score": chance.randrange(100), "priority": "P3", **ends})
        _mark(page, room, begin)
        if before is None and begin >= WARM_UP * changes:
            before = page.heap()
        if begin % (20 * BULK) == 0:
            progress(f"{begin} of {changes} changes")
    assert before is not None
    after = page.heap()
    return {
        "changes": changes, "heap_before_mb": round(before[0], 2), "heap_after_mb": round(after[0], 2),
        "heap_growth": round(after[0] / before[0] - 1, 3), "dom_before": before[1], "dom_after": after[1],
    }  # fmt: skip


def _mark(page: ProbedPage, room: FullRoom, number: int) -> None:
    """Wait until the page has all that was told before: an alert at the top, which leaves again."""
    name = f"{MARK}-{number}"
    room.tell(name, **told_top(number))
    room.flush()
    page.wait_noted("seen", room.id_of(name))
    room.tell(name, 1, **(told_top(number) | ENDED))


def seen_ms(page: ProbedPage, ids: Sequence[str]) -> list[float | None]:
    """Return when alerts were first painted (ms since 1970), None where they never were."""
    return list(page.page.evaluate("(ids) => ids.map((id) => window.bench.seen[id] ?? null)", list(ids)))
