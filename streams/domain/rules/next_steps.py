"""Next step rules: what is recommended for which alert; the first that fits counts."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from schemas.alerts import AlertState
from schemas.base import Part
from schemas.categories import Category, Priority
from schemas.evidence import Verdict


class Step(StrEnum):
    """Step: what a person can do next. `send` asks the category's first recipient to go; nothing is sent from here."""

    SEND = "send"
    LOOK = "look"
    CALL_BACK = "call_back"
    WAIT = "wait"
    WITH_CAUSE = "with_cause"
    CLOSE = "close"


class NextStepRule(Part):
    """Next step rule: what to do where all that it names holds; what it does not name may be anything.

    One that needs what an alert does not have (a camera to look at, a partner to call, a cause) is passed over.
    """

    do: Step
    priorities: tuple[Priority, ...] = ()
    verdicts: Annotated[tuple[Verdict, ...], Field(description="The best that any camera said of a report")] = ()
    categories: tuple[Category, ...] = ()
    states: Annotated[tuple[AlertState, ...], Field(min_length=1)] = (AlertState.NEW, AlertState.ACKNOWLEDGED)
    camera_only: Annotated[bool | None, Field(description="true: nobody reported it; false: somebody did")] = None
    verdict: Annotated[str, Field(pattern="^(true|false|test|duplicate)?$", description="For close")] = ""

    @model_validator(mode="after")
    def _verdict_to_close(self) -> NextStepRule:
        if (self.do is Step.CLOSE) is (not self.verdict):
            raise ValueError("expected a verdict for close, and for nothing else")
        return self

    def fits(
        self, state: AlertState, priority: Priority, category: Category, verdict: Verdict, camera_only: bool
    ) -> bool:
        """Return whether all that it names holds of an alert; one that only a camera saw has no verdict on a report."""
        return (
            state in self.states
            and (not self.priorities or priority in self.priorities)
            and (not self.categories or category in self.categories)
            and (not self.verdicts or (not camera_only and verdict in self.verdicts))
            and self.camera_only in (None, camera_only)
        )
