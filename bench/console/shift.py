"""Shift: many operators in a flood: what each knows after a break, what the server takes, and whether a P1 goes unseen."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import httpx2

from bench.console.browser import ProbedPage
from bench.console.figures import ratio, spread
from bench.console.full_room import ROOM, FullRoom
from bench.console.page import ENDED, LimitRows, seen_ms
from bench.console.readers import Noted, ReadersAsked
from bench.console.running import COOKIE, Served, cpu_s

ALERTS_PER_MIN: Final = 500.0
STAYS_S: Final = 8.0
ANSWERED_S: Final = 6.0
"""After how long somebody has an alert of the flood: a second version of it."""
P1_EVERY: Final = 40
"""Every so manieth alert of the flood is a P1: one in five seconds, fewer than the band has rows for until each is answered."""
SEEN_WITHIN_S: Final = 5.0
KNOWN_WITHIN_S: Final = 1.0
SETTLE_S: Final = 2.0


@dataclass(slots=True)
class SentAlert:
    """Sent alert: one record of the flood: when the broker had it (s since 1970), its alert and its offset."""

    at_s: float
    alert_id: str
    offset: int


@dataclass(slots=True)
class ShiftFlood:
    """Shift flood: what was sent, and which of it are new P1."""

    sent: list[SentAlert] = field(default_factory=list)
    p1: list[SentAlert] = field(default_factory=list)


def shift(
    page: ProbedPage, room: FullRoom, served: Served, limit: LimitRows, readers: int, seconds: float
) -> dict[str, Any]:
    """Return what a shift of so many operators and one browser, in a flood of so many seconds, takes and misses."""
    path = f"/api/v1/rooms/{ROOM}/stream"
    asked = ReadersAsked(served.address, path, served.cookie, position_of(served), readers, seconds, STAYS_S)
    reading = _start(asked)
    time.sleep(SETTLE_S)
    flood, core = _measured(served, lambda: _flood(page, room, seconds - 2 * SETTLE_S))
    noted = _end(reading)
    breaks_s = [min(each, seconds) for each in after_break_s(noted, flood.sent)]  # what never came is late by all of it
    seen = [
        None if at_ms is None else at_ms - 1_000 * p1.at_s
        for at_ms, p1 in zip(seen_ms(page, [each.alert_id for each in flood.p1]), flood.p1, strict=True)
    ]
    plain = _start(ReadersAsked(limit.served.address, "/stream", "", "", readers, seconds, STAYS_S))
    time.sleep(SETTLE_S)
    _, plain_core = _measured(limit.served, lambda: _plain_flood(limit, seconds - 2 * SETTLE_S))
    _end(plain)
    return {
        "readers": readers, "alerts_per_min": ALERTS_PER_MIN, "events": len(flood.sent),
        **spread("after_break", [1_000 * each for each in breaks_s]),
        "after_break_highest_ms": round(1_000 * max(breaks_s, default=0.0), 1),
        "after_break_late": sum(each > KNOWN_WITHIN_S for each in breaks_s),
        "server_core": round(core, 3), "server_core_limit": round(plain_core, 3), "server_core_ratio": ratio(core, plain_core),
        **spread("p1_seen", [each for each in seen if each is not None]),
        "p1_unseen": sum(each is None or each > 1_000 * SEEN_WITHIN_S for each in seen), "p1": len(seen),
    }  # fmt: skip


def after_break_s(noted: Iterable[Noted], sent: Sequence[SentAlert]) -> list[float]:
    """Return for each return of each reader after how long (s) it had the newest row of every alert that was there when it came.

    Infinity where it never had one of them.
    """
    found: list[float] = []
    for reader in noted:
        knew: dict[str, list[tuple[int, float]]] = {}
        for at, alert_id, offset in reader.rows:
            knew.setdefault(alert_id, []).append((offset, at))
        for back_at in reader.back_at:
            newest = {each.alert_id: each.offset for each in sent if each.at_s <= back_at}
            late_s = 0.0
            for alert_id, offset in newest.items():
                times = (at for row, at in knew.get(alert_id, ()) if row >= offset)
                late_s = max(late_s, min(times, default=float("inf")) - back_at)
            found.append(late_s)
    return found


def position_of(served: Served) -> str:
    """Return where a room's stream goes on."""
    path = f"{served.address}/api/v1/rooms/{ROOM}/rows"
    with httpx2.stream("GET", path, cookies={COOKIE: served.cookie}, timeout=60) as answer:
        return str(answer.headers["X-Position"])


def _measured(served: Served, work: Any) -> tuple[Any, float]:
    began_s, used_s = time.monotonic(), cpu_s(served.pid)
    found = work()
    return found, (cpu_s(served.pid) - used_s) / (time.monotonic() - began_s)


def _flood(page: ProbedPage, room: FullRoom, seconds: float) -> ShiftFlood:
    """Send alerts at their rate, each answered some seconds later, while somebody's pointer holds the list."""
    flood, began_s, number = ShiftFlood(), time.monotonic(), 0
    answers: list[tuple[float, str, dict[str, Any]]] = []
    run = f"{time.time():.0f}"
    while (now_s := time.monotonic() - began_s) < seconds or answers:
        while answers and answers[0][0] <= now_s:
            _, name, fields = answers.pop(0)
            flood.sent.append(_send(room, name, 1, fields | ENDED))
        if now_s < seconds and now_s >= number * 60 / ALERTS_PER_MIN:
            name = f"flood-{run}-{number}"
            is_p1 = number % P1_EVERY == 0
            fields = {"priority": "P1" if is_p1 else "P3", "state": "new", "score": number % 100}
            sent = _send(room, name, 0, fields)
            flood.sent.append(sent)
            if is_p1:
                flood.p1.append(sent)
            answers.append((now_s + ANSWERED_S, name, fields))
            number += 1
        page.page.mouse.move(400 + number % 50, 500)
        page.page.wait_for_timeout(20)
    return flood


def _send(room: FullRoom, name: str, revision: int, fields: dict[str, Any]) -> SentAlert:
    told = room.tell(name, revision, **fields).get(timeout=30)
    return SentAlert(told.timestamp / 1_000, room.id_of(name), told.offset)


def _plain_flood(limit: LimitRows, seconds: float) -> None:
    """Tell the limit's streams as much: two events for each alert."""
    began_s, number = time.monotonic(), 0
    while (now_s := time.monotonic() - began_s) < seconds:
        if now_s >= number * 30 / ALERTS_PER_MIN:
            limit.tell()
            number += 1
        time.sleep(0.01)


def _start(asked: ReadersAsked) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bench.console.readers"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    process.stdin.write(json.dumps(asdict(asked)))
    process.stdin.close()
    process.stdin = None
    return process


def _end(process: subprocess.Popen[str]) -> list[Noted]:
    told, _ = process.communicate()
    if process.returncode:
        raise RuntimeError("the readers failed")
    return [Noted(**each) for each in json.loads(told)]
