"""`toezicht act`: what an operator does to an alert, without the console."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

import typer
from pydantic import ValidationError

from schemas.actions import Action, NoteCode, OperatorAction
from schemas.alerts import Alert
from schemas.decisions import DecisionLog
from streams.cli.options import moment, reachable, started
from streams.clients.actions import ask, newest
from streams.clock import utc_now
from streams.errors import ConfigurationError
from streams.kafka.errors import NoAnswerError

_OPTIONS: Final = {
    "user": ("--user", "letters, digits and . _ : -, at most 80"),
    "reason": ("--reason", "at most 300 characters"),
    "other_alert_id": ("--other", "the id of an alert, at most 80 characters"),
    "fact_id": ("--fact", "an incident_id or episode_id, at most 80 characters"),
    "camera_id": ("--camera", "the id of a camera, at most 80 characters"),
    "seen_revision": ("--seen", "a revision, 0 or more"),
}
NOTHING_MORE: Final[Mapping[str, Any]] = {}
_Verdict = Annotated[
    str, typer.Option(help="For close, which needs one: true, false, test or duplicate; there is no default")
]
_Assignee = Annotated[str | None, typer.Option("--to", help="For assign: who is to handle it; --user if left out")]
_Note = Annotated[str, typer.Option(help=f"For note: {', '.join(NoteCode)}")]
_Value = Annotated[str, typer.Option(help="For a note that takes one: a number, or a camera or partner of the alert")]
_Reason = Annotated[str, typer.Option(help="For shelve: why")]
_Until = Annotated[str, typer.Option(help="For shelve: a time with a zone, or how long from now, such as 30m")]
_Other = Annotated[str, typer.Option(help="For merge: id of the alert that goes into this one")]
_Fact = Annotated[str, typer.Option(help="For split: the incident_id or episode_id that is another situation")]
_Camera = Annotated[
    str, typer.Option(help="For detach, attach: the camera that saw people do what is of something else")
]
_Seen = Annotated[
    int | None, typer.Option(help="The revision that you saw; the newest one if left out", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def act(
        alert: Annotated[str, typer.Argument(help="Id of the alert")],
        action: Annotated[Action, typer.Argument(help="What to do to it")],
        user: Annotated[str, typer.Option(help="Who does it")],
        verdict: _Verdict = "",
        assignee: _Assignee = None,
        note: _Note = "",
        value: _Value = "",
        reason: _Reason = "",
        until: _Until = "",
        other: _Other = "",
        fact: _Fact = "",
        camera: _Camera = "",
        seen: _Seen = None,
        timeout: Annotated[float, typer.Option(min=1, max=600, help="Seconds to wait for the decision")] = 30.0,
        as_json: Annotated[bool, typer.Option("--json", help="Print the decision as one JSON object")] = False,
    ) -> None:
        """Do something to an alert, and say whether it was done, or why it was refused.

        acknowledge takes it in hand, release gives it back, assign gives it to somebody. close ends it with a verdict,
        false_alarm with the verdict false, reopen takes that back. shelve puts it aside until a time, unshelve brings it back.
        note adds a code of the list. merge and split regroup what belongs together; detach takes it from the cause that it
        stands under, for good, and attach puts it back; with --camera it is what that camera saw people do, such as run, that is
        taken out of the alert. Nothing can be dispatched from here yet: confirm_dispatch is refused.

        It is refused where another person acted on the alert after the revision that you saw, and where its state does not
        allow it: docs/lifecycle.md has the whole table.

        Reads the cluster of KAFKA_BOOTSTRAP_SERVERS, else the one that `toezicht demo` or `toezicht up` started on this machine.

        Exit code 1: it was refused, or nobody decided.

        Example: toezicht act ALERT close --user operator-3 --verdict true

        Example: toezicht act ALERT shelve --user operator-3 --reason roadworks --until 30m

        Example: toezicht act ALERT note --user operator-3 --note camera_checked --value stadshart-1
        """
        said: dict[str, Any] = {"verdict": verdict, "assignee": assignee, "note": note}
        said |= {"note_value": note_value(value), "camera_id": camera}
        if action is Action.NOTE:
            check_note(note)
        settings, kafka = started(quiet=True)
        logging.getLogger("kafka").setLevel(logging.CRITICAL)  # what goes wrong is told in one line, not in twenty
        now = utc_now()
        end = moment("act", "--until", until, now, ahead=True) if until else None
        cluster = reachable(settings, kafka)
        try:
            known = newest(cluster, alert, timeout)
            asked = make_action(known, action, user, reason, end, other, fact, seen, now, said)
            decision = ask(cluster, asked, timeout)
        except NoAnswerError as error:
            typer.echo(f"toezicht: {error}", err=True)
            raise typer.Exit(1) from None
        typer.echo(decision.model_dump_json() if as_json else describe(asked, decision))
        if decision.refused:
            raise typer.Exit(1)


def make_action(
    known: Alert,
    action: Action,
    user: str,
    reason: str,
    until: datetime | None,
    other: str,
    fact: str,
    seen: int | None,
    now: datetime,
    said: Mapping[str, Any] = NOTHING_MORE,
) -> OperatorAction:
    """Return the action for what was given on the command line; `said` are fields whose values the decision judges.

    Raises:
        ConfigurationError: A value cannot be one; names it.
    """
    try:
        return OperatorAction(
            action_id=str(uuid.uuid4()),
            control_room_id=known.control_room_id,
            alert_id=known.alert_id,
            seen_revision=known.revision if seen is None else seen,
            action=action,
            user=user,
            reason=reason,
            until=until,
            other_alert_id=other,
            fact_id=fact,
            acted_at=now,
            **said,
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        option, expected = _OPTIONS[str(first["loc"][0])]
        raise ConfigurationError("act", option, first["input"], expected) from None


def check_note(note: str) -> None:
    """Refuse a note that is none before anything is sent: what somebody typed goes nowhere, nor is it repeated here.

    Raises:
        ConfigurationError: It is no code of the list.
    """
    if note not in set(NoteCode):
        given = f"a text of {len(note)} characters" if note else ""
        raise ConfigurationError("act", "--note", given, f"one of {', '.join(NoteCode)}")


def note_value(value: str) -> int | str | None:
    """Return a note's value as its message has it: a number where it is one, None where none was given."""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else value or None


def describe(action: OperatorAction, decision: DecisionLog) -> str:
    """Return a decision in one line for a person."""
    what = f"{action.action} {action.alert_id}"
    if decision.refused:
        return f"{what}: refused, {decision.refused}"
    others = [alert_id for alert_id in decision.alert_ids if alert_id != action.alert_id]
    also = f", and changed {', '.join(others)}" if others else ""
    return f"{what}: done{also}" if decision.alert_ids else f"{what}: done, it was so already"
