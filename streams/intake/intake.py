"""Reports in: lines of a feed become incidents on the topic, or dead letters; nothing is read faster than it is confirmed.

`Intake` keeps the newest incident of each report in memory, to know an update from a new report. The topic is that
memory's home: `streams/kafka/reader.py` reads its last hours when a process starts.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter as Tally
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from prometheus_client import Counter

from schemas.base import derive_id
from schemas.codec import OCTETS, Encoded, encode
from schemas.dead_letters import DeadLetterReason, DeadLetterReference
from schemas.incidents import Incident, ReportNote, incident_identity
from schemas.phrases.catalogue import phrase_of, text_of
from schemas.phrases.codes import faults as says
from schemas.phrases.phrase import Told
from streams import metrics
from streams.clock import Clock
from streams.domain.incidents.raw_report import NotForUs, RawReport, Reading, Unreadable
from streams.domain.incidents.revisions import LATE, AcceptedReport, IntakeResult, NothingNew, RefusedReport, normalise
from streams.domain.incidents.urgency import MOST_URGENT, may_be_urgent, urgency
from streams.intake.lines import Line
from streams.intake.sources.base import IncidentSource
from streams.kafka.send_window import SendWindow
from streams.topics import DEAD_LETTERS, INCIDENTS

log = logging.getLogger(__name__)

STAGE: Final = "intake"
MEMORY: Final = timedelta(hours=24)
"""How long a report can be changed or withdrawn after its newest message."""
OTHER_RESULTS: Final = ("not_for_us", "unreadable", "late", "urgent_dead_letter")
"""Labels of what was read, beside an `IntakeResult`, a `ReportNote`, and a source's own words for what it leaves out."""
PARTNERS: Final = 50
"""How many partners' names become labels of a metric."""
LOOK_S: Final = 0.2
"""How often a full window is left to see whether to stop."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One record to send."""

    topic: str
    record: Encoded


@dataclass(frozen=True, slots=True)
class Taken:
    """Taken: what became of one document or line, for a sender that waits for an answer.

    Attributes:
        result: A bounded code: an `IntakeResult`, `not_for_us`, or `refused`.
        incident_id: The report's identity; empty where it is none.
        revision: The newest that is known of it; None where it is no report.
        notes: What could not be read as it was meant.
        reason: Why it was refused, or is not for us: a bounded code.
        detail: The same in one English line, without the sender's values.
    """

    result: str
    incident_id: str = ""
    revision: int | None = None
    notes: tuple[ReportNote, ...] = ()
    reason: str = ""
    detail: str = ""


@dataclass
class Summary:
    """Summary: what was read and what became of it; `results` counts each line once, `notes` what else is worth knowing."""

    read: int = 0
    results: Tally[str] = field(default_factory=Tally)
    notes: Tally[str] = field(default_factory=Tally)
    unconfirmed: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return the fields for a program."""
        return {
            "read": self.read,
            "results": dict(sorted(self.results.items())),
            "notes": dict(sorted(self.notes.items())),
            "unconfirmed": self.unconfirmed,
        }

    def __str__(self) -> str:
        """Return one line for a person."""
        counts = [f"{count} {name}" for name, count in sorted((self.results + self.notes).items())]
        lost = [f"{self.unconfirmed} NOT CONFIRMED"] if self.unconfirmed else []
        return f"{self.read} lines read: {', '.join(counts + lost) or 'nothing in them'}"


class Intake:
    """Turns lines into records, and sends them in order.

    Args:
        source: The feed.
        window: Where records go and are kept until they are confirmed; `prepare` alone needs none.
        clock: Tells when a line was read.
        report_clock: What reports' times are judged by, where that is another time: a scenario played faster.
        stopping: Whether it is time to stop; a full window then no longer waits.
        memory: How long a report can be changed or withdrawn after its newest message.
        silent_after_s: How long the source may say nothing before operations are told; 0 for as long as it likes.
        keeps_content: Whether a dead letter holds what was read. Not where its sender is told and still has it: a document
            may be full of personal data.
    """

    def __init__(
        self,
        source: IncidentSource,
        window: SendWindow | None,
        clock: Clock,
        report_clock: Clock | None = None,
        stopping: Callable[[], bool] = lambda: False,
        memory: timedelta = MEMORY,
        silent_after_s: float = 0.0,
        keeps_content: bool = True,
    ) -> None:
        self.summary = Summary()
        self.taken = Taken("")
        self.turned: Callable[[], None] = lambda: None  # at each turn, also while a broker that is gone is waited for
        self.quiet_s: Callable[[], float] = lambda: 0.0 if window is None else window.quiet_s
        self._keeps_content = keeps_content
        self._source = source
        self._window = window
        self._clock = clock
        self._report_clock = report_clock or clock
        self._stopping = stopping
        self._memory = memory
        metrics.failures_from_zero(STAGE)
        metrics.from_zero(metrics.MESSAGES_OUT, [STAGE], (INCIDENTS, DEAD_LETTERS))
        metrics.from_zero(metrics.REPORTS_READ, [source.name], (*IntakeResult, *ReportNote, *OTHER_RESULTS))
        self._heard_at = metrics.SOURCE_HEARD_AT.labels(source.name)
        metrics.SOURCE_SILENT_AFTER.labels(source.name).set(silent_after_s)
        if (
            silent_after_s > 0
        ):  # a source that may be silent needs no beginning, and whoever reads lines again has no clock yet
            self.heard()
        self._known: OrderedDict[str, Incident] = OrderedDict()
        self._told_at: dict[str, datetime] = {}
        self._counters: dict[str, Counter] = {}
        self._partners: set[str] = set()
        self._line_number = 0

    @property
    def name(self) -> str:
        """Return the feed's name."""
        return self._source.name

    def heard(self) -> None:
        """Note that the source said something: a line, or an answer that there is nothing new."""
        self._heard_at.set(self._clock().timestamp())

    def recall(self, incident: Incident) -> None:
        """Learn of an incident that was sent before, oldest first; one that was sent again later is not the newest."""
        known = self._known.get(incident.incident_id)
        if known is None or known.revision <= incident.revision:
            self._remember(incident)
        self._source.recall(incident)

    def run(self, lines: Iterable[Line]) -> None:
        """Take all lines.

        Raises:
            DeliveryError: The broker refused a record for good.
        """
        for line in lines:
            self.take(line)
        self._release(ending=True)

    def take(self, line: Line) -> None:
        """Read one line and send what it causes; waits while the window is full.

        Raises:
            DeliveryError: See `run`.
        """
        self._line_number = line.number
        self._send(self.prepare(line))
        self._release()

    def answer(self, line: Line) -> Taken:
        """Take one document as `take` does, and return what became of it; nothing of it is confirmed yet.

        Raises:
            DeliveryError: See `run`.
        """
        self._line_number = line.number
        outgoing = self.prepare(line)
        taken = self.taken
        self._send(outgoing)
        self._release()
        return taken

    def _release(self, *, ending: bool = False) -> None:
        """Send what lines say whose rest did not come: the second half of a long page that the receiver missed."""
        self.turned()
        now = self._report_clock()
        line = Line(self._line_number, b"", 0)
        for reading in self._overdue(now, ending=ending):
            if isinstance(reading, Unreadable):  # which page it was cannot be told, so that it may be an urgent one
                self._send(self._dead_letter(line, reading.reason, reading.what, self._clock(), urgent=True))
            elif isinstance(reading, RawReport):
                self._send(self._decide(line, reading, now, self._clock()))

    def _overdue(self, now: datetime, *, ending: bool) -> Iterator[Reading]:
        """Yield what the source has that is overdue; behind a fault the rest comes at the next call."""
        try:
            yield from self._source.overdue(now, ending=ending)
        except Exception as error:  # as in `prepare`
            yield Unreadable(DeadLetterReason.HANDLER_FAILED, says.overdue_failed(type(error).__name__))

    def _send(self, outgoing: Outgoing | None) -> None:
        if outgoing is None or self._window is None:
            return
        while self._window.full and not self._stopping():
            self.turned()
            self._window.turn(LOOK_S)
        self._window.put(outgoing.topic, outgoing.record, self._line_number)
        if not self._stopping():  # then the end is waited for once, not at every line that is still in hand
            self._window.turn(0.0)

    def tend(self, wait_s: float = 0.0) -> None:
        """Go on with what is not sent or not confirmed, while no line comes; wait at most so long (s) for the oldest.

        Raises:
            DeliveryError: See `run`.
        """
        self._release()
        if self._window is not None:
            self._window.turn(wait_s)

    @property
    def unconfirmed(self) -> int:
        """Return how many records the broker has not confirmed."""
        return 0 if self._window is None else len(self._window)

    def prepare(self, line: Line) -> Outgoing | None:
        """Read one line and return the record that it causes, if any, without sending it."""
        entered_at = self._clock()
        now = self._report_clock()
        self._heard_at.set(entered_at.timestamp())
        self.summary.read += 1
        if line.too_large:
            what = says.line_too_large(line.size_bytes, len(line.content))
            return self._dead_letter(line, DeadLetterReason.TOO_LARGE, what, entered_at, may_be_urgent(line.content))
        try:
            reading = self._source.read(line.content, now)
        except Exception as error:  # a fault in one source's code must not stop the reports behind this line
            reading = Unreadable(DeadLetterReason.HANDLER_FAILED, says.reading_failed(type(error).__name__))
        if isinstance(reading, Unreadable):
            urgent = may_be_urgent(line.content)
            return self._dead_letter(line, reading.reason, reading.what, entered_at, urgent)
        if isinstance(reading, NotForUs):
            self.taken = Taken("not_for_us", reason=reading.reason)
            self._count("not_for_us")
            self._count_note(reading.reason)
            return None
        return self._decide(line, reading, now, entered_at)

    def flush(self, timeout_s: float, now_s: Callable[[], float]) -> int:
        """Wait for the confirmations that are still out, and return how many did not come in time.

        Raises:
            DeliveryError: The broker refused a record.
        """
        deadline_s = now_s() + timeout_s
        while self._window and now_s() < deadline_s:
            self.turned()
            self._window.turn(LOOK_S)
        return len(self._window or ())

    def close(self) -> str:
        """Disconnect, note in the summary how many records are not confirmed, and return which they are; empty for none."""
        if self._window is None:
            return ""
        self._window.close()
        self.summary.unconfirmed = len(self._window)
        if not self._window:
            return ""
        first, last = self._window.numbers
        return f"{len(self._window)} of what lines {first} to {last} told"

    def _decide(self, line: Line, report: RawReport, now: datetime, entered_at: datetime) -> Outgoing | None:
        incident_id = incident_identity(report.source, report.source_id)
        told_at = self._told_at.get(incident_id)
        decision = normalise(report, self._known.get(incident_id), now, told_at)
        if isinstance(decision, RefusedReport):
            urgent = urgency(report.source_priority) <= MOST_URGENT
            return self._dead_letter(line, decision.reason, decision.what, entered_at, urgent)
        self._count(decision.result)
        self.taken = self._accepted(incident_id, decision)
        if (
            report.reported_at is not None and report.reported_at - now < LATE
        ):  # a clock that is off by days tells nothing
            self._told_at[incident_id] = max(report.reported_at, told_at or report.reported_at)
        if isinstance(decision, NothingNew):
            return None
        self._note(decision, report)
        self._remember(decision.incident)
        record = encode(decision.incident, stage=STAGE, handled_at=self._clock(), entered_at=entered_at)
        return Outgoing(INCIDENTS, record)

    def _accepted(self, incident_id: str, decision: AcceptedReport | NothingNew) -> Taken:
        """Return what became of a report that is one."""
        if isinstance(decision, AcceptedReport):
            return Taken(decision.result, incident_id, decision.incident.revision, decision.notes)
        known = self._known.get(incident_id)
        return Taken(decision.result, incident_id, None if known is None else known.revision)

    def _dead_letter(
        self, line: Line, reason: DeadLetterReason, what: Told, entered_at: datetime, urgent: bool
    ) -> Outgoing:
        detail = text_of(what)
        self.taken = Taken("refused", reason=reason.value, detail=detail)
        self._count("unreadable")
        metrics.count_failure(STAGE, reason, urgent)
        if urgent:
            self._count_note("urgent_dead_letter")
        level, words = (logging.ERROR, "URGENT, ") if urgent else (logging.WARNING, "")
        log.log(level, "%s, line %d: %s%s: %s", self._source.name, line.number, words, reason, detail)
        letter = DeadLetterReference(
            stage=STAGE,
            reason=reason,
            detail=detail,
            phrase=phrase_of(what),
            topic=self._source.name,
            partition=-1,
            offset=line.number,
            original_key=derive_id("line", hashlib.sha256(line.content).hexdigest()),
            original_bytes=line.size_bytes,
            failed_at=entered_at,
            urgent=urgent,
        )
        record = encode(
            letter,
            stage=STAGE,
            handled_at=self._clock(),
            entered_at=entered_at,
            payload=line.content if self._keeps_content else b"",
            payload_type=OCTETS,
        )
        return Outgoing(DEAD_LETTERS, record)

    def _remember(self, incident: Incident) -> None:
        """Keep the newest of each report, and forget those whose newest is older than the memory is long."""
        self._known.pop(incident.incident_id, None)
        self._known[incident.incident_id] = incident
        forgotten_before = incident.received_at - self._memory
        while self._known and next(iter(self._known.values())).received_at < forgotten_before:
            self._told_at.pop(self._known.popitem(last=False)[0], None)

    def _note(self, decision: AcceptedReport, report: RawReport) -> None:
        if decision.late:
            self._count_note("late")
        for note in decision.notes:
            self._count_note(note)
            metrics.REPORT_NOTES.labels(self._partner(report.source), note).inc()

    def _partner(self, source: str) -> str:
        """Return a partner as a metric's label; a feed may name any number of them."""
        if len(self._partners) < PARTNERS:
            self._partners.add(source)
        return source if source in self._partners else "other"

    def _count(self, result: str) -> None:
        self.summary.results[str(result)] += 1
        self._increment(str(result))

    def _count_note(self, note: str) -> None:
        self.summary.notes[str(note)] += 1
        self._increment(str(note))

    def _increment(self, label: str) -> None:
        if label not in self._counters:
            self._counters[label] = metrics.REPORTS_READ.labels(self._source.name, label)
        self._counters[label].inc()


def count_confirmed(topic: str) -> None:
    """Count a record of intake that the broker confirmed."""
    metrics.MESSAGES_OUT.labels(STAGE, topic).inc()
