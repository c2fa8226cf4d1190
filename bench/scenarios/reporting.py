"""Reporting: what partners say of what happens: late, at the wrong place, twice, under another code, and withdrawn again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import cos, pi, sin
from typing import Any, Final

import numpy as np

from bench.scenarios.assumptions import Assumptions, Reporting, ReportingPartner
from bench.scenarios.happening import Happened
from schemas.base import iso_utc
from streams.domain.geometry.ground import GroundPoint, to_lat_lon

CLOCK_AT_MOST_S: Final = 240.0
"""Intake refuses what lies more than five minutes ahead; these clocks are wrong by less."""
RADIUS_95: Final = 2.448
"""The radius that holds 95 % of a two-dimensional normal error, in standard deviations: sqrt(-2 ln 0.05)."""
SOONEST_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Sent:
    """One line of a partner, and about which thing; `call` counts its reports, revisions of one report share it."""

    at_s: float
    thing: int
    call: int
    partner: str
    line: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Call:
    """One report and what can be said of it later."""

    at_s: float
    reported_s: float
    code: str
    says: str
    happened_s: float | None


class ReportingPartners:
    """The partners of one scenario, with their clocks."""

    def __init__(self, chance: np.random.Generator, assumed: Assumptions, start: datetime) -> None:
        """Set each partner's clock."""
        self._chance = chance
        self._assumed = assumed
        self._start = start
        self._calls = 0
        self._ahead_s = {
            name: float(np.clip(chance.normal(0, partner.clock_sd_s), -CLOCK_AT_MOST_S, CLOCK_AT_MOST_S))
            for name, partner in assumed.partners.items()
        }

    def lines(self, number: int, thing: Happened, duration_s: float) -> list[Sent]:
        """Return what partners send about a thing within the scenario; a report and what belongs to it, or nothing of it."""
        found: list[Sent] = []
        for reporting in thing.reports:
            if self._chance.random() < reporting.share:
                said_s = thing.from_s
                for _ in range(1 + int(self._chance.poisson(reporting.callers))):
                    said_s += SOONEST_S + float(self._chance.exponential(reporting.delay_s))
                    lines = self._report(number, thing, reporting, said_s)
                    if min(each.at_s for each in lines) >= 0:
                        found += lines
        return found

    def _report(self, number: int, thing: Happened, reporting: Reporting, said_s: float) -> list[Sent]:
        """Return the report, perhaps with a duplicate, an update and a cancellation. Held up, it comes after those."""
        chance, assumed = self._chance, self._assumed
        partner = assumed.partners[reporting.partner]
        self._calls += 1
        at_s = said_s + partner.transport_s * float(chance.uniform(0.5, 1.5))
        if chance.random() < partner.late_share:
            at_s += float(chance.uniform(*assumed.late_s))
        wrong = thing.wrong and reporting is thing.reports[0] and chance.random() < assumed.wrong_code_share
        code = str(chance.choice(list(thing.wrong))) if wrong else reporting.code
        says = "" if chance.random() < partner.unsaid_share else reporting.says
        happened_s = thing.from_s if chance.random() < partner.when_share else None
        call = _Call(at_s, said_s, code, says, happened_s)
        name = (number, self._calls, reporting.partner)
        line = self._line(reporting.partner, call, thing.point, partner, 1.0)
        first = [Sent(at_s, *name, line)]
        if chance.random() < partner.duplicate_share:
            first.append(Sent(at_s + float(chance.uniform(1, 120)), *name, line))
        later: list[Sent] = []
        if chance.random() < partner.update_share:
            later_s = float(chance.uniform(60, 600))
            update = _Call(at_s + later_s, said_s + later_s, reporting.code, reporting.says, happened_s)
            better = self._line(reporting.partner, update, thing.point, partner, 0.5)
            later.append(Sent(at_s + later_s, *name, better))
        if thing.nothing and chance.random() < assumed.withdrawn_share:
            later_s = float(chance.uniform(*assumed.withdrawn_after_s))
            cancel = dict(line) | {
                "operation": "cancel",
                "reported_at": self._time(reporting.partner, said_s + later_s),
            }
            later.append(Sent(at_s + later_s, *name, cancel))
        if later and chance.random() < assumed.out_of_order_share:
            held_up_s = max(each.at_s for each in later) - at_s + SOONEST_S
            first = [replace(each, at_s=each.at_s + held_up_s) for each in first]
        return first + later

    def _line(
        self, name: str, call: _Call, point: GroundPoint, partner: ReportingPartner, share: float
    ) -> Mapping[str, Any]:
        """Return a line; `share` of the partner's inaccuracy is left."""
        line: dict[str, Any] = {"source": name, "category": call.code, "priority": call.says}
        line["reported_at"] = self._time(name, call.reported_s)
        if call.happened_s is not None:
            line["occurred_at"] = self._time(name, call.happened_s)
        if self._chance.random() >= partner.missing_share:
            line["position"] = self._position(point, partner, share)
        return line

    def _position(self, point: GroundPoint, partner: ReportingPartner, share: float) -> dict[str, float]:
        accuracy_m = partner.accuracy_m * share
        east_m, north_m = (float(each) for each in self._chance.normal(0, accuracy_m / RADIUS_95, 2))
        if share == 1.0 and self._chance.random() < partner.gross_share:
            far_m, angle = float(self._chance.uniform(*self._assumed.gross_error_m)), 2 * pi * self._chance.random()
            east_m, north_m = far_m * cos(angle), far_m * sin(angle)
        lat, lon = to_lat_lon(GroundPoint(point.x_m + east_m, point.y_m + north_m))
        return {"lat": round(lat, 6), "lon": round(lon, 6), "accuracy_m": accuracy_m}

    def _time(self, name: str, second_s: float) -> str:
        return iso_utc(self._start + timedelta(seconds=round(second_s + self._ahead_s[name])))


def numbered(sent: Sequence[Sent]) -> dict[int, str]:
    """Return each call's id at its partner: numbers in the order of arrival, which say nothing of what they belong to."""
    ids: dict[int, str] = {}
    counts: dict[str, int] = {}
    for each in sorted(sent, key=lambda each: (each.at_s, each.call)):
        if each.call not in ids:
            counts[each.partner] = counts.get(each.partner, 0) + 1
            ids[each.call] = f"{each.partner}-{counts[each.partner]:05d}"
    return ids
