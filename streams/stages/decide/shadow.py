"""The stage `shadow`: other rules beside the active ones, on the same inputs, seen by no operator.

It decides as `decide` does, with a state of its own, and sends whole alerts to `shadow-alerts` alone. Operators act on the
active alerts; an action reaches the shadow's alert where that was opened by the same fact, and so has the same identity.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from streams import topics
from streams.domain.alerts.suppression import NO_PLAN, Plan
from streams.domain.rules.rules import Rules
from streams.stages.base import Input, Output, Rows
from streams.stages.decide.stage import Decide

NAME: Final = "shadow"


class Shadow:
    """Decides by the shadow rules, and tells only its own topic."""

    name: str = NAME
    inputs: tuple[str, ...] = Decide.inputs
    stateful: bool = True
    max_late: timedelta | None = None
    ticks: str | None = None

    def __init__(self, rules: Rules, registry_version: str, plan: Plan = NO_PLAN) -> None:
        """Take the shadow rules, the registry's version, which goes into each alert, and the plan of what is expected."""
        self._decide = Decide(rules, registry_version, plan)

    def handle(self, item: Input, rows: Rows, now: datetime) -> Sequence[Output]:
        """Return the alerts that an input changes under the shadow rules.

        Raises:
            TypeError: The message is of another type than this stage's topics carry.
        """
        outputs = self._decide.handle(item, rows, now)
        return [Output(topics.SHADOW_ALERTS, output.message) for output in outputs if output.topic == topics.ALERTS]
