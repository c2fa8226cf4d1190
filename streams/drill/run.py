"""One drill: a report, its alert, a scripted confirmation, the request, the partner told, its answer, the alert that shows it.

Each leg has its time. A leg that does not come ends the drill with what to look at; the alert is closed all the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final, Protocol, TypeVar

from schemas.actions import OperatorAction
from schemas.alerts import Alert, AlertState
from schemas.base import Message
from schemas.categories import Priority
from schemas.decisions import DecisionLog
from schemas.dispatch import DispatchOutcome, DispatchReceipt, DispatchRequest
from schemas.sharing import PartnerAlert, PartnerDispatch
from streams import topics
from streams.clock import Clock
from streams.domain.drill import SOURCE, answer, closing, confirmation, report, require_exercise
from streams.domain.incidents.revisions import AcceptedReport, normalise
from streams.drill.plan import DrillPlan
from streams.errors import ToezichtError

REPORTED, ALERT, OPERATOR, REQUEST, PARTNER, RECEIPT, SHOWN, CLOSED = (
    "reported", "alert", "operator", "request", "partner", "receipt", "shown", "closed",
)  # fmt: skip
LEGS: Final = {
    REPORTED: "the report is on Kafka",
    ALERT: "its alert is on the list",
    OPERATOR: "confirmed, by the drill in place of a person",
    REQUEST: "the request is made",
    PARTNER: "the partner is told",
    RECEIPT: "the partner's answer is taken",
    SHOWN: "the alert shows the answer",
    CLOSED: "the alert is closed as a test",
}
"""The legs in their order: what has come when each is over."""
INFORMED: Final = (REPORTED, ALERT, OPERATOR, REQUEST, PARTNER)
"""The legs until the partner is told."""
POLL_S: Final = 0.1
SETTLE_S: Final = 1.0
TRIES: Final = 5
"""How often an action is sent again since the alert changed meanwhile."""

T = TypeVar("T")


class DrillError(ToezichtError):
    """A leg of a drill did not come. One line with what was waited for, how long, and what to look at."""


class DrillLines(Protocol):
    """Drill lines: what a drill needs of Kafka."""

    def send(self, topic: str, message: Message) -> None:
        """Send a message, and return when the broker has it."""

    def came(self, wait_s: float) -> Iterable[tuple[str, Message]]:
        """Return what came, each with its topic, waiting at most this long (s) for the first."""


@dataclass
class DrillResult:
    """Drill result: what came, as far as it came.

    Attributes:
        name: The drill's name, the source's own id of its report.
        plan: What was asked for.
        legs_ms: The time of each leg that came, in milliseconds, in their order.
        alert_id: The alert; empty where none came.
        priority: Its priority when it came.
        dispatch_id: The request; empty where none came.
        outcome: What the partner answered.
    """

    name: str
    plan: DrillPlan
    legs_ms: dict[str, float] = field(default_factory=dict)
    alert_id: str = ""
    priority: Priority | None = None
    dispatch_id: str = ""
    outcome: DispatchOutcome | None = None

    @property
    def informed_ms(self) -> float | None:
        """Return the time from the report to the partner who is told, the operator's included (ms); None where it was not."""
        return round(sum(self.legs_ms[leg] for leg in INFORMED), 1) if self.legs_ms.keys() >= set(INFORMED) else None


class Drill:
    """One drill.

    Args:
        lines: Where it sends and reads.
        plan: What it asks for.
        name: Its name; another one each time.
        clock: Tells the time.
        within_s: How long each leg may take (s).
        operator_s: How long the scripted operator takes to confirm (s).
        told: Is given each leg that came, with its time (ms).
        timer: Tells the seconds that legs are timed by.
        pause: Waits so many seconds.
    """

    def __init__(
        self,
        lines: DrillLines,
        plan: DrillPlan,
        name: str,
        clock: Clock,
        within_s: float,
        operator_s: float = 0.0,
        told: Callable[[str, float], None] = lambda *_: None,
        timer: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._lines, self._plan, self._clock = lines, plan, clock
        self._within_s, self._operator_s = within_s, operator_s
        self._told, self._timer, self._pause = told, timer, pause
        self._since_s = 0.0
        self._newest: Alert | None = None
        self._refused: dict[str, str] = {}
        self._requests: list[DispatchRequest] = []
        self._dispatches: list[PartnerDispatch] = []
        self._receipts: list[DispatchReceipt] = []
        self.result = DrillResult(name, plan)

    def run(self) -> DrillResult:
        """Do it, and return what came.

        Raises:
            DrillError: A leg did not come in time, or an action was refused.
            NotAnExerciseError: Something came that is not marked as an exercise.
            ClusterError: No broker answers.
            DeliveryError: It does not take a message.
        """
        try:
            self._asked()
            self._answered()
        except BaseException:
            self._leave_nothing()
            raise
        self._acted(closing, lambda: self._newest if self._is(AlertState.CLOSED) else None, CLOSED, "worker decide")
        return self.result

    def _asked(self) -> None:
        """Go from the report to the request."""
        self._since_s = self._timer()
        made = normalise(
            report(self.result.name, self._plan.room, self._plan.category, self._clock()), None, self._clock()
        )
        if not isinstance(made, AcceptedReport):
            raise DrillError(f"intake's rules do not take the drill's report: {made}")
        self._lines.send(topics.INCIDENTS, made.incident)
        self._over(REPORTED)
        alert = self._until(
            lambda: self._newest, "no alert", "is `worker locate decide` running, for this control room?"
        )
        self.result.alert_id, self.result.priority = alert.alert_id, alert.priority
        self._over(ALERT)
        self._pause(self._operator_s)
        made_request = self._acted(
            lambda newest, now: confirmation(newest, self._plan.partner, now),
            lambda: self._requests[0] if self._requests else None,
            REQUEST,
            "worker decide",
            before=lambda: self._over(OPERATOR),
        )
        self.result.dispatch_id = made_request.dispatch_id

    def _answered(self) -> None:
        """Go from the request to the answer on the list."""
        partner, within = self._plan.partner, f"{self._plan.topic} has no request for {self._plan.partner}"
        dispatch = self._until(
            lambda: self._dispatches[0] if self._dispatches else None,
            within,
            "is `worker share` running, with this file of partners?",
        )
        self._over(PARTNER)
        asks = "is `worker share` running?"
        if self._plan.stand_in:
            answers = topics.answers_topic(partner)
            self._lines.send(answers, answer(dispatch, DispatchOutcome.ACCEPTED, self._clock()))
        else:
            asks = f"does {partner}'s program run, may it write {topics.answers_topic(partner)}, and is `worker share` running?"
        receipt = self._until(lambda: self._receipts[0] if self._receipts else None, "no receipt", asks)
        self.result.outcome = receipt.outcome
        self._over(RECEIPT)
        self._until(self._shows, "the alert does not show the answer", "is `worker decide` running?")
        self._over(SHOWN)

    def _acted(
        self,
        make: Callable[[Alert, datetime], OperatorAction],
        came: Callable[[], T | None],
        leg: str,
        worker: str,
        before: Callable[[], None] = lambda: None,
    ) -> T:
        """Send an action on the newest state and wait for what comes of it; again where the alert changed meanwhile."""
        refused = ""
        for number in range(TRIES):
            newest = self._newest
            assert newest is not None  # its leg is over
            action = make(newest, self._clock())
            if number == 0:
                before()
            self._lines.send(topics.OPERATOR_ACTIONS, action)
            self._until(
                partial(self._decided, action.action_id, came),
                f"nothing became of the drill's {action.action}",
                f"is `{worker}` running?",
            )
            found = came()
            if found is not None:
                self._over(leg)
                return found
            refused = f"decide refused the drill's {action.action}: {self._refused[action.action_id]}"
            self._read(SETTLE_S)  # the change that it was refused for may come a moment after the answer
            if self._newest is None or self._newest.revision <= newest.revision:
                break
        raise DrillError(refused)

    def _decided(self, action_id: str, came: Callable[[], T | None]) -> bool | None:
        return True if came() is not None or action_id in self._refused else None

    def _until(self, came: Callable[[], T | None], missing: str, look: str) -> T:
        """Return what came, once it did.

        Raises:
            DrillError: It did not in time.
        """
        until_s = self._timer() + self._within_s
        while (found := came()) is None:
            if self._timer() >= until_s:
                raise DrillError(f"{missing} within {self._within_s:.0f} s: {look}")
            self._read(POLL_S)
        return found

    def _read(self, wait_s: float) -> None:
        for _, message in self._lines.came(wait_s):
            self._take(message)

    def _take(self, message: Message) -> None:
        """Note what is the drill's own, each of it marked as an exercise."""
        match message:
            case Alert() if self._mine(message) and (self._newest is None or message.revision > self._newest.revision):
                require_exercise(message)
                self._newest = message
            case DecisionLog() if message.action_id and message.refused:
                self._refused[message.action_id] = message.refused
            case DispatchRequest() if self._about(message.alert_id):
                require_exercise(message)
                self._requests.append(message)
            case PartnerAlert() if self._about(message.alert_id) and not message.withdrawn:
                require_exercise(message)
            case PartnerDispatch() if self._about(message.alert_id):
                require_exercise(message)
                self._dispatches.append(message)
            case DispatchReceipt() if self._about(message.alert_id):
                self._receipts.append(message)

    def _mine(self, alert: Alert) -> bool:
        return any(row.source == SOURCE and row.source_id == self.result.name for row in alert.reports)

    def _about(self, alert_id: str) -> bool:
        return self._newest is not None and self._newest.alert_id == alert_id

    def _is(self, state: AlertState) -> bool:
        return self._newest is not None and self._newest.state is state

    def _shows(self) -> Alert | None:
        """Return the alert once it shows an answer to the request."""
        mine = (
            [each for each in self._newest.dispatches if each.dispatch_id == self.result.dispatch_id]
            if self._newest
            else []
        )
        return self._newest if any(each.answered_at is not None for each in mine) else None

    def _over(self, leg: str) -> None:
        now_s = self._timer()
        self.result.legs_ms[leg] = round(1_000 * (now_s - self._since_s), 1)
        self._since_s = now_s
        self._told(leg, self.result.legs_ms[leg])

    def _leave_nothing(self) -> None:
        """Close the alert of a drill that failed, as far as that can be done; what is no exercise is not touched."""
        if self._newest is None or not self._newest.exercise:
            return
        try:
            self._lines.send(topics.OPERATOR_ACTIONS, closing(self._newest, self._clock()))
        except ToezichtError:
            return  # why it failed is told already
