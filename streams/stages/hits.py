"""The stage `hits`: two partners with something at one place and time learn that, and whom to ask.

It reads reports, and keeps those of partners that a line of the file of partners names, as long as that line looks back. Both
partners are told on their own topics, and the audit once for each hit. A hit is withdrawn when a report of it is cancelled or
moves away, and when it expires: at the next report of anybody (the canary's come by the minute); it says itself when that is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from math import floor, sqrt
from typing import Final

from pydantic import Field

from schemas.audit import AuditEvent
from schemas.base import Part, Utc
from schemas.deletion import Deletion
from schemas.incidents import Incident, Operation
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes.sharing import hit_of_pair
from streams import topics
from streams.domain.cameras.registry import Registry
from streams.domain.corroboration.coverage import CoverageMap
from streams.domain.geometry.ground import to_ground
from streams.domain.partners.hits import (
    HITS_AT_MOST,
    ROUGH_AT_MOST_M,
    Found,
    HeldReport,
    HitRow,
    HitWithdrawal,
    NoHit,
    OpenHit,
    compare,
    fits,
    held_report,
    hit_identity,
    new_hit,
    says_more,
    told,
)
from streams.domain.partners.need_to_know import Partners
from streams.domain.partners.pairs import WITHIN_AT_MOST_S
from streams.stages.base import Input, Output, Rows
from streams.stages.timers import Timers

NAME: Final = "hits"
CELL_M: Final = 500
"""Side of the cells in which reports are kept, in metres; never change it for state that exists."""
HELD_AT_MOST: Final = 200
"""Reports of one cell: two weeks of cases in a busy quarter [own]; of more, those that happened first are not looked at."""
_DUE_S: Final = 10
"""Width of the timers' buckets; must never change."""
_WHILE_HITS: Final = timedelta(minutes=10)
_AFTER: Final = timedelta(seconds=WITHIN_AT_MOST_S)
"""How long a hit that holds no longer is known, so that no number of a message comes twice."""


class HeldRow(Part):
    """Held row: the newest revision of a partner's report, what of it can give a hit, and the hits that it has."""

    revision: int
    report: HeldReport | None
    hits: tuple[OpenHit, ...] = Field(default=(), max_length=HITS_AT_MOST)
    keep_until: Utc


class NearRow(Part):
    """Near row: the reports of one cell."""

    reports: tuple[HeldReport, ...] = Field(max_length=HELD_AT_MOST)


class Hits:
    """Tells partners of each other."""

    name: str = NAME
    inputs: tuple[str, ...] = (topics.INCIDENTS, topics.REPORT_DELETIONS)
    stateful: bool = True
    max_late: timedelta | None = None
    ticks: str | None = None

    def __init__(self, partners: Partners, registry: Registry) -> None:
        """Take the file of partners, and the registry, which has the control rooms."""
        self._partners = partners
        self._pairs = partners.pairs
        self._rooms = CoverageMap(registry)

    def handle(self, item: Input, rows: Rows, now: datetime) -> Sequence[Output]:
        """Return what partners and the audit are told of a report, and of hits that are over by now.

        Raises:
            TypeError: The message is neither an incident nor a deletion.
        """
        incident = item.message
        run = _Run(self._partners, rows, now)
        if isinstance(incident, Deletion):
            for incident_id in incident.fact_ids:
                run.delete(incident_id)
            return run.outputs
        if not isinstance(incident, Incident):
            raise TypeError(f"expected an incident or a deletion, got a {incident.name}")
        run.sweep()
        if self._pairs.partner_of(incident.source) is not None:
            run.take(incident, held_report(incident, self._pairs, self._room(incident)))
        return run.outputs

    def _room(self, incident: Incident) -> str:
        if incident.position is None:
            return self._rooms.rooms[0]
        return self._rooms.room_of(to_ground(incident.position))[0]


class _Run:
    """One input's work on the rows."""

    def __init__(self, partners: Partners, rows: Rows, now: datetime) -> None:
        self._partners, self._pairs, self._rows, self._now = partners, partners.pairs, rows, now
        self._timers = Timers(rows, _DUE_S)
        self.outputs: list[Output] = []

    def sweep(self) -> None:
        """Withdraw what expired, and forget what nothing can fit any more."""
        for key in self._timers.take(self._now):
            if key.startswith("hit/"):
                self._sweep_hit(key)
            else:
                self._sweep_report(key)

    def _sweep_hit(self, key: str) -> None:
        hit = self._rows.get(key, HitRow)
        if hit is None:
            return
        if hit.expires_at > self._now:
            self._timers.add(hit.expires_at, key)
        elif not hit.withdrawn:
            self._withdraw(hit, HitWithdrawal.EXPIRED)
            self._timers.add(self._now + _AFTER, key)
        elif hit.expires_at + _AFTER <= self._now:
            self._rows.delete(key)
        else:
            self._timers.add(hit.expires_at + _AFTER, key)

    def _sweep_report(self, key: str) -> None:
        row = self._rows.get(key, HeldRow)
        if row is None:
            return
        if row.keep_until > self._now:
            self._timers.add(row.keep_until, key)
            return
        if row.report is not None:
            self._leave_cell(row.report)
        if row.hits:  # a report that is cancelled still takes its hits with it
            self._timers.add(self._now + _WHILE_HITS, key)
        else:
            self._rows.delete(key)

    def delete(self, incident_id: str) -> None:
        """Delete what is kept of a report, and its hits: partners are told that they hold no longer, as of one cancelled."""
        row = self._rows.get(_held(incident_id), HeldRow)
        if row is None:
            return
        for each in row.hits:
            hit = self._rows.get(_hit(each.hit_id), HitRow)
            if hit is not None:
                self._withdraw(hit, HitWithdrawal.CANCELLED)
                self._rows.delete(_hit(each.hit_id))
        if row.report is not None:
            self._leave_cell(row.report)
        self._rows.delete(_held(incident_id))

    def take(self, incident: Incident, report: HeldReport | None) -> None:
        """Take a report's revision: hits that hold no longer are withdrawn, new ones told."""
        key = _held(incident.incident_id)
        before = self._rows.get(key, HeldRow)
        if before is not None and before.revision >= incident.revision:
            return
        old = before.report if before else None
        if before is None and report is None:
            return
        hits = before.hits if before else ()
        keep_until = self._keep_until(report, before)
        row = HeldRow(revision=incident.revision, report=report, hits=hits, keep_until=keep_until)
        if before is None:
            self._timers.add(keep_until, key)
        self._rows.put(key, row)
        if old is not None and report is not None and report.same_matter(old):
            return
        if old is not None:
            self._leave_cell(old)
        if report is not None:
            self._enter_cell(report)
        why = HitWithdrawal.CANCELLED if incident.operation is Operation.CANCEL else HitWithdrawal.CHANGED
        left = [other for hit in hits if (other := self._unfit(hit, report, why)) is not None]
        for each in ([report] if report is not None else []) + left:
            self._match(each)

    def _keep_until(self, report: HeldReport | None, before: HeldRow | None) -> datetime:
        until = before.keep_until if before else self._now
        if report is None:
            return until
        reach = self._pairs.reach(report.partner, report.category)
        return max(until, max(self._now, report.occurred_at) + timedelta(seconds=reach[1] if reach else 0))

    def _unfit(self, open_hit: OpenHit, report: HeldReport | None, why: HitWithdrawal) -> HeldReport | None:
        """Withdraw a hit that holds no longer; return the other report of it, which may fit another one now."""
        hit = self._rows.get(_hit(open_hit.hit_id), HitRow)
        if hit is None:
            return None
        other = next((self._report(side.incident_id) for side in hit.sides if side.partner == open_hit.other), None)
        if report is not None and other is not None and not isinstance(compare(report, other, self._pairs), NoHit):
            return None
        self._withdraw(hit, why)
        return other

    def _match(self, report: HeldReport) -> None:
        for found in fits(report, self._nearby(report), self._pairs).values():
            theirs = {each.other.incident_id: self._hits(each.other.incident_id) for each in found}
            if says_more(report, found, self._hits(report.incident_id), theirs):
                self._tell_new(report, found[0])

    def _hits(self, incident_id: str) -> tuple[OpenHit, ...]:
        row = self._rows.get(_held(incident_id), HeldRow)
        return row.hits if row else ()

    def _tell_new(self, report: HeldReport, found: Found) -> None:
        key = _hit(hit_identity(report.incident_id, found.other.incident_id))
        before = self._rows.get(key, HitRow)
        if before is not None and (not before.withdrawn or before.expires_at <= self._now):
            return
        mine, theirs = (self._rows.get(_held(each.incident_id), HeldRow) for each in (report, found.other))
        if mine is None or theirs is None or HITS_AT_MOST in (len(mine.hits), len(theirs.hits)):
            return
        back = Found(report, found.fit)
        hit = new_hit(report, found, before, self._now)
        self._rows.put(key, hit)
        if before is None:
            self._timers.add(hit.expires_at, key)
        for row, each in ((mine, found), (theirs, back)):
            opened = OpenHit(hit_id=hit.hit_id, other=each.other.partner, misfit=round(found.fit.misfit, 4))
            which = report if each is found else found.other
            self._rows.put(_held(which.incident_id), row.model_copy(update={"hits": (*row.hits, opened)}))
        self._say(hit, "told")

    def _withdraw(self, hit: HitRow, why: HitWithdrawal) -> None:
        gone = hit.model_copy(update={"withdrawn": True, "revision": hit.revision + 1})
        self._rows.put(_hit(hit.hit_id), gone)
        for side in hit.sides:
            row = self._rows.get(_held(side.incident_id), HeldRow)
            if row is not None:
                kept = tuple(each for each in row.hits if each.hit_id != hit.hit_id)
                self._rows.put(_held(side.incident_id), row.model_copy(update={"hits": kept}))
        self._say(gone, why.value)

    def _say(self, hit: HitRow, result: str) -> None:
        """Tell both partners, and the audit."""
        topic = topics.health_topic if hit.health else topics.partner_topic
        self.outputs += [Output(topic(each.partner), each) for each in told(hit, self._partners, self._now)]
        one, other = hit.sides
        phrase = hit_of_pair(one.partner, other.partner, hit.ground)
        event = AuditEvent(
            cause_id=f"{hit.hit_id}.{hit.revision}",
            actor=NAME,
            action="hit",
            object_type="hit",
            object_id=hit.hit_id,
            control_room_id=one.control_room_id,
            reason=sentence(phrase),
            phrase=phrase,
            result=result,
            at=self._now,
        )
        self.outputs.append(Output(topics.AUDIT, event))

    def _report(self, incident_id: str) -> HeldReport | None:
        row = self._rows.get(_held(incident_id), HeldRow)
        return row.report if row else None

    def _nearby(self, report: HeldReport) -> Iterator[HeldReport]:
        reach = self._pairs.reach(report.partner, report.category)
        if reach is None:
            return
        reach_m = reach[0] + sqrt(2) * ROUGH_AT_MOST_M + _SQUARES_APART_M
        columns, lines = (
            range(floor((at_m - reach_m) / CELL_M), floor((at_m + reach_m) / CELL_M) + 1)
            for at_m in (report.x_m, report.y_m)
        )
        for column in columns:
            for line in lines:
                row = self._rows.get(f"near/{column}/{line}", NearRow)
                yield from row.reports if row else ()

    def _enter_cell(self, report: HeldReport) -> None:
        key = _cell(report)
        row = self._rows.get(key, NearRow)
        reports = sorted((*(row.reports if row else ()), report), key=lambda each: (each.occurred_at, each.incident_id))
        self._rows.put(key, NearRow(reports=tuple(reports[-HELD_AT_MOST:])))

    def _leave_cell(self, report: HeldReport) -> None:
        key = _cell(report)
        row = self._rows.get(key, NearRow)
        if row is None:
            return
        left = tuple(each for each in row.reports if each.incident_id != report.incident_id)
        if left:
            self._rows.put(key, NearRow(reports=left))
        else:
            self._rows.delete(key)


_SQUARES_APART_M: Final = 142.0
"""How much nearer the middles of two squares of 100 m can be than the places in them."""


def _held(incident_id: str) -> str:
    return f"held/{incident_id}"


def _hit(hit_id: str) -> str:
    return f"hit/{hit_id}"


def _cell(report: HeldReport) -> str:
    return f"near/{floor(report.x_m / CELL_M)}/{floor(report.y_m / CELL_M)}"
