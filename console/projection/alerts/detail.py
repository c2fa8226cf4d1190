"""Detail: a whole alert in words, as the page shows it beside the list."""

from __future__ import annotations

from typing import Final

from console.projection.alerts.names import CameraName, in_phrase
from console.projection.alerts.row import ListRow, heading
from console.wire.people import Me, Right
from console.wire.rows import (
    AlertRow,
    CameraLine,
    Detail,
    DispatchLine,
    FactorLine,
    MovementLine,
    NoteLine,
    PartnerChoice,
    Place,
    ReportLine,
)
from schemas.actions import Action
from schemas.alerts import Alert, AlertCamera, AlertReport
from schemas.dispatch import AlertDispatch, DispatchState
from schemas.evidence import Coverage, Verdict
from schemas.geo import Position
from schemas.incidents import ReportNote
from schemas.phrases.catalogue import sentence, told
from schemas.phrases.codes.dispatch import dispatch_state, the_partner
from schemas.phrases.codes.likelihoods import likelihood_ratio
from schemas.phrases.codes.operator_list import limit, report_note
from schemas.phrases.codes.titles import category_name, kind_unknown
from schemas.phrases.language import Language
from schemas.phrases.phrase import Phrase
from streams.clients.allowed import allowed, request_to
from streams.presentation.printable import printable

BEST_FIRST: Final = (
    Verdict.CORROBORATED,
    Verdict.CONSISTENT,
    Verdict.PENDING,
    Verdict.CONTRADICTED,
    Verdict.UNSEEN,
)
"""Whose picture to look at first; who could not look has none."""
_LIMIT: Final = "limit."


def detail_of(
    row: ListRow,
    alert: Alert,
    camera_name: CameraName,
    language: Language,
    me: Me,
    detached: bool = False,
) -> Detail:
    """Return an alert whole.

    Args:
        row: Its newest row.
        alert: The same as a message.
        camera_name: Gives a camera's name by its id.
        language: In which the words are.
        me: Who asks; what they may do.
        detached: Whether a person took it from its cause.
    """

    def in_words(phrase: Phrase) -> str:
        return sentence(in_phrase(phrase, camera_name) or phrase, language)

    best = best_camera(alert)
    may = allowed(alert, detached) if Right.ACT in me.rights else ()
    return Detail(
        row=AlertRow.model_validate_json(row.json(language, camera_name)),
        factors=tuple(
            FactorLine(
                rule_id=each.rule_id,
                points=each.points,
                reason=printable(told(in_phrase(each.phrase, camera_name), each.reason, language)),
            )
            for each in alert.factors
        ),
        capped=sentence(limit(alert.capped_by.removeprefix(_LIMIT)), language) if alert.capped_by else "",
        reports=tuple(_report(alert, each, language) for each in alert.reports),
        cameras=tuple(_camera(each, camera_name(each.camera_id), language) for each in alert.cameras),
        notes=tuple(
            NoteLine(text=printable(in_words(each.phrase)), user=each.user, at=each.noted_at) for each in alert.notes
        ),
        next_step_reason=sentence(alert.next_step_reason, language) if alert.next_step_reason else "",
        cause_reason=sentence(alert.cause_reason, language) if alert.cause_reason else "",
        symptoms=alert.symptoms,
        movements=tuple(
            MovementLine(camera_id=each.camera_id, text=printable(in_words(each.reason))) for each in alert.movements
        ),
        near_repeats=tuple(each.alert_id for each in alert.near_repeats),
        split_from=alert.split_from,
        recurrence_of=alert.recurrence_of,
        best_camera=best.camera_id if best else None,
        picture_at=alert.occurred_at if best else None,
        partners=alert.recipients,
        askable=tuple(_partner(alert, each, language) for each in alert.recipients),
        dispatches=tuple(_dispatch(each, language) for each in alert.dispatches),
        exercise=alert.exercise,
        allowed=tuple(action.value for action in may if not _overrules(action, alert, me)),
        rules_version=alert.rules_version,
        registry_version=alert.registry_version,
    )


def best_camera(alert: Alert) -> AlertCamera | None:
    """Return the camera whose picture shows most: of those that could look, by what they saw, then the nearest."""
    looking = [each for each in alert.cameras if each.coverage is Coverage.IN_VIEW and each.verdict in BEST_FIRST]
    return min(
        looking, key=lambda each: (BEST_FIRST.index(each.verdict), each.distance_m, each.camera_id), default=None
    )


def _overrules(action: Action, alert: Alert, me: Me) -> bool:
    """Return whether an action gives back what another person has, which needs a right of its own."""
    anothers = alert.handled_by not in (None, me.user)
    return action is Action.RELEASE and anothers and Right.OVERRULE not in me.rights


def _report(alert: Alert, report: AlertReport, language: Language) -> ReportLine:
    unknown = ReportNote.UNKNOWN_KIND in report.notes
    return ReportLine(
        incident_id=report.incident_id,
        source=report.source,
        source_id=printable(report.source_id),
        category=report.category,
        what=sentence(kind_unknown() if unknown else category_name(report.category.value), language),
        urgency=report.urgency,
        source_priority=printable(report.source_priority),
        cancelled=report.cancelled,
        verdict=alert.report_verdicts.get(report.incident_id),
        place=_place(report.position),
        occurred_at=report.occurred_at,
        reported_at=report.reported_at,
        notes=tuple(sentence(report_note(note.value), language) for note in report.notes),
    )


def _partner(alert: Alert, recipient: str, language: Language) -> PartnerChoice:
    waiting = request_to(alert, recipient)
    asked = "" if waiting is None else sentence(dispatch_state(waiting.state.value), language)
    return PartnerChoice(id=recipient, name=sentence(the_partner(recipient), language), asked=asked)


def _dispatch(dispatch: AlertDispatch, language: Language) -> DispatchLine:
    waits = dispatch.state is DispatchState.ASKED
    names = (sentence(the_partner(each), language) for each in dispatch.escalate_to)
    return DispatchLine(
        dispatch_id=dispatch.dispatch_id,
        partner=dispatch.recipient,
        state=dispatch.state.value,
        text=heading(printable(sentence(dispatch.reason, language))),
        since=dispatch.since,
        deadline_at=dispatch.deadline_at if waits else None,
        check_in_at=dispatch.check_in_at,
        overdue=dispatch.overdue,
        escalate_to=tuple(names) if waits else (),
    )


def _place(position: Position | None) -> Place | None:
    return None if position is None else Place(lat=position.lat, lon=position.lon, accuracy_m=position.accuracy_m)


def _camera(camera: AlertCamera, name: str, language: Language) -> CameraLine:
    return CameraLine(
        camera_id=camera.camera_id,
        name=name,
        distance_m=camera.distance_m,
        coverage=camera.coverage.value,
        verdict=camera.verdict,
        explanation=printable(told(camera.phrase, camera.explanation, language)),
        likelihood=sentence(likelihood_ratio(camera.likelihood.ratio), language) if camera.likelihood else "",
        degraded=camera.degraded,
        attention_until=camera.attention_until,
    )
