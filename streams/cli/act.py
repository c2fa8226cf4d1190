"""`toezicht act`: what an operator does to an alert, without the console."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final

import typer
from pydantic import ValidationError

from schemas.actions import REASON_CODES, Action, FalseAlarmReason, NoteCode, OperatorAction, ShelveReason
from schemas.alerts import Alert
from schemas.decisions import DecisionLog
from schemas.phrases.catalogue import sentence, told
from schemas.phrases.codes.commands import (
    action_done,
    action_done_also,
    action_named,
    action_refused,
    action_so_already,
    expected_alert_id,
    expected_camera_id,
    expected_fact_id,
    expected_identifier,
    expected_no_reason,
    expected_one_of,
    expected_revision,
    text_of_length,
)
from schemas.phrases.language import Language
from streams.cli.options import moment, reachable, started, telling
from streams.clients.actions import ask, newest
from streams.clock import utc_now
from streams.errors import ConfigurationError
from streams.kafka.errors import NoAnswerError
from streams.settings import KafkaSettings

_OPTIONS: Final = {
    "user": ("--user", expected_identifier(80)),
    "other_alert_id": ("--other", expected_alert_id(80)),
    "fact_id": ("--fact", expected_fact_id(80)),
    "camera_id": ("--camera", expected_camera_id(80)),
    "seen_revision": ("--seen", expected_revision()),
}
NOTHING_MORE: Final[Mapping[str, Any]] = {}
_Verdict = Annotated[
    str, typer.Option(help="For close, which needs one: true, false, test or duplicate; there is no default")
]
_Assignee = Annotated[str | None, typer.Option("--to", help="For assign: who is to handle it; --user if left out")]
_Note = Annotated[str, typer.Option(help=f"For note: {', '.join(NoteCode)}")]
_Value = Annotated[str, typer.Option(help="For a note that takes one: a number, or a camera or partner of the alert")]
_Reason = Annotated[
    str, typer.Option(help=f"For shelve: {', '.join(ShelveReason)}. For false_alarm: {', '.join(FalseAlarmReason)}")
]
_Until = Annotated[str, typer.Option(help="For shelve: a time with a zone, or how long from now, such as 30m")]
_Other = Annotated[str, typer.Option(help="For merge: id of the alert that goes into this one")]
_Fact = Annotated[str, typer.Option(help="For split: the incident_id or episode_id that is another situation")]
_Camera = Annotated[
    str, typer.Option(help="For detach, attach: the camera that saw people do what is of something else")
]
_Recipients = Annotated[
    list[str] | None,
    typer.Option(
        "--recipient", help="For confirm_dispatch: a partner to ask; may be given several times; the first if left out"
    ),
]
_Then = Annotated[
    list[str] | None,
    typer.Option(
        "--then",
        help="For confirm_dispatch: who may be asked next, in this order, where one does not answer or refuses",
    ),
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
        recipient: _Recipients = None,
        then: _Then = None,
        seen: _Seen = None,
        timeout: Annotated[float, typer.Option(min=1, max=600, help="Seconds to wait for the decision")] = 30.0,
        as_json: Annotated[bool, typer.Option("--json", help="Print the decision as one JSON object")] = False,
        lang: Annotated[Language, typer.Option(help="What it says, errors too: nl or en")] = Language.EN,
    ) -> None:
        """Do something to an alert, and say whether it was done, or why it was refused.

        acknowledge takes it in hand, release gives it back, assign gives it to somebody. close ends it with a verdict,
        false_alarm with the verdict false, reopen takes that back. shelve puts it aside until a time, unshelve brings it back.
        note adds a code of a list, and so are the reasons that shelve needs and false_alarm may have. merge and split regroup
        what belongs together; detach takes it from the cause that it stands under, for good, and attach puts it back; with
        --camera it is what that camera saw people do, such as run, that is taken out of the alert.

        confirm_dispatch asks partners of the alert to come: those of --recipient, else the first. Where one does not answer in
        time, or refuses, the next of --then is asked; without it, or when nobody is left, the alert comes back to the operators.

        It is refused where another person acted on the alert after the revision that you saw, and where its state does not
        allow it: docs/lifecycle.md has the whole table. Exit code 1: it was refused, or nobody decided.

        Reads the cluster of KAFKA_BOOTSTRAP_SERVERS, else the one that `toezicht demo` or `toezicht up` started on this machine.

        Example: toezicht act ALERT shelve --user operator-3 --reason known_works --until 30m

        Example: toezicht act ALERT confirm_dispatch --user operator-3 --recipient politie --then ambulance
        """
        with telling(lang):
            said: dict[str, Any] = {"verdict": verdict, "assignee": assignee, "note": note}
            said |= {"note_value": note_value(value), "camera_id": camera}
            said |= {"recipients": tuple(recipient or ()), "escalate_to": tuple(then or ())}
            if action is Action.NOTE:
                check_code("--note", note, tuple(NoteCode))
            check_reason(action, reason)
            now, cluster = utc_now(), _cluster()
            end = moment("act", "--until", until, now, ahead=True) if until else None
            try:
                known = newest(cluster, alert, timeout)
                asked = make_action(known, action, user, reason, end, other, fact, seen, now, said)
                decision = ask(cluster, asked, timeout)
            except NoAnswerError as error:
                typer.echo(f"toezicht: {error.told_in(lang)}", err=True)
                raise typer.Exit(1) from None
        typer.echo(decision.model_dump_json() if as_json else describe(asked, decision, lang))
        if decision.refused:
            raise typer.Exit(1)


def _cluster() -> KafkaSettings:
    settings, kafka = started(quiet=True)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # what goes wrong is told in one line, not in twenty
    return reachable(settings, kafka, "act")


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
            reason_code=reason or None,
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


def check_reason(action: Action, reason: str) -> None:
    """Refuse a reason that is none of the action's list; shelving needs one.

    Raises:
        ConfigurationError: It is none.
    """
    codes = REASON_CODES.get(action)
    if codes is not None and (reason or action is Action.SHELVE):
        check_code("--reason", reason, codes)
    if codes is None and reason:
        raise ConfigurationError("act", "--reason", text_of_length(len(reason)), expected_no_reason())


def check_code(option: str, given: str, codes: Sequence[str]) -> None:
    """Refuse what is no code of a list before anything is sent: what somebody typed goes nowhere, nor is it repeated here.

    Raises:
        ConfigurationError: It is none.
    """
    if given not in codes:
        found = text_of_length(len(given)) if given else ""
        raise ConfigurationError("act", option, found, expected_one_of(", ".join(codes)))


def note_value(value: str) -> int | str | None:
    """Return a note's value as its message has it: a number where it is one, None where none was given."""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else value or None


def describe(action: OperatorAction, decision: DecisionLog, language: Language) -> str:
    """Return a decision in one line for a person."""
    what, about = action_named(action.action), action.alert_id
    others = [alert_id for alert_id in decision.alert_ids if alert_id != about]
    if decision.refused:
        line = action_refused(what, about, told(decision.refused_phrase, decision.refused, language))
    elif others:
        line = action_done_also(what, about, ", ".join(others))
    else:
        line = action_done(what, about) if decision.alert_ids else action_so_already(what, about)
    return sentence(line, language)
