"""Recurrence: what recurs after an alert was closed, and what makes a closed alert open again.

- A *new* report or episode about the same thing (category, place and time, as for joining), within `lifetime.reopen_s`
  after the closing, recurs. An alert that was closed as true opens again. One that was closed as false, test or duplicate
  keeps its verdict, and a new alert names it.
- A newer revision or phase of a fact that the alert had does not reopen it, unless it makes it worse: of a higher priority
  than when it ended. Then it opens again whatever the verdict, since that was given on less than is known now.
  A P1 that expired opens again with any news: nobody gave a verdict on it.
- The same facts again never do, nor does a camera's late answer: the person who closed it has judged what was reported.
"""

from __future__ import annotations

from schemas.alerts import AlertState
from schemas.categories import Priority
from streams.domain.alerts.lifecycle import Cause, happens
from streams.domain.alerts.situation import Situation


def again(match: Situation | None, fresh: Situation) -> tuple[Situation | None, Situation]:
    """Return the situation that a new fact changes, None for none, and the one to add the fact to.

    Args:
        match: What the fact is about: open, or closed just now; or None.
        fresh: A situation that it would open.
    """
    if match is None:
        return None, fresh
    if match.ended_at is None:
        return match, match
    if match.closing == "true":
        return match, happens(match, Cause.RECURS)
    return None, fresh.model_copy(update={"recurrence_of": match.alert_id})


def worse(known: Situation, after: Situation, was: Priority, priority: Priority) -> Situation:
    """Return an ended situation with what is new of its facts, open again; or as it was known, where that is no worse.

    Args:
        known: The situation as it ended.
        after: It, with what is new. A cancelled one is new again by itself when a report holds again.
        was: Its priority when it ended.
        priority: What it is worth now.
    """
    if after.ended_at is None:
        return after
    if not after.live:
        return known
    unjudged = known.state is AlertState.EXPIRED and priority is Priority.P1
    return happens(after, Cause.RECURS) if unjudged or priority < was else known  # as text, P1 < P2
