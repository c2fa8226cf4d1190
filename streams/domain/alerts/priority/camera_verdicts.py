"""Camera verdicts: what each camera near a situation could see and said, and the best of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from math import log
from typing import Final

from schemas.alerts import AlertCamera
from schemas.evidence import Coverage, Verdict
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes import factors as says
from schemas.phrases.phrase import Phrase
from streams.domain.alerts.facts import VERDICT_RANK, EpisodeRow, ReportRow, SightingRow, telling
from streams.domain.alerts.situation import Situation, told


def _told_of(verdict: Verdict, phrase: Phrase) -> tuple[Verdict, Phrase, str]:
    return verdict, phrase, sentence(phrase)


@cache
def _unasked() -> Mapping[Coverage, tuple[Verdict, Phrase, str]]:
    """Return what a camera says that was not asked. One that covers the place and may not be looked at could not look."""
    return {
        Coverage.NOT_PERMITTED_NOW: _told_of(Verdict.CAMERA_UNAVAILABLE, says.camera_not_permitted_now()),
        Coverage.NO_CAMERAS_FOR_CATEGORY: _told_of(Verdict.NO_COVERAGE, says.camera_not_for_category()),
        Coverage.OUT_OF_RANGE: _told_of(Verdict.NO_COVERAGE, says.camera_out_of_range()),
    }


@cache
def _looking() -> tuple[Verdict, Phrase, str]:
    return _told_of(Verdict.PENDING, says.camera_still_looking())


PHRASED_AT_MOST: Final = 100
"""Cameras of an alert whose words are told as phrases too, and with their likelihood, the first of them: a thousand of them would
not fit a message. Nobody reads more, and the rest are told in text; the one whose likelihood counts keeps it."""

_VIEWS: Final = tuple(Coverage)
"""The best view first: in view, not permitted now, not for this category, out of range."""


def most_telling(cameras: Sequence[AlertCamera]) -> AlertCamera | None:
    """Return the camera whose word counts, of some that say the same: whose ratio is farthest from 1, then the first."""
    return max(cameras, key=lambda each: abs(log(each.likelihood.ratio)) if each.likelihood else 0.0, default=None)


def camera_verdicts(situation: Situation) -> tuple[AlertCamera, ...]:
    """Return what each camera near a situation could see and said, ranked by view, then by distance.

    Of one that was asked about several reports, the best answer is told. Each says until when a report asked it for attention:
    the last of those that hold, whichever report its words are about.
    """
    reports, episodes = told(situation)
    unasked = _unasked()
    answers = {(row.incident_id, row.camera_id): row for row in situation.sightings}
    said: list[AlertCamera] = []
    attention: dict[str, datetime] = {}
    for row in reports:
        for near in row.cameras:
            answer = answers.get((row.report.incident_id, near.camera_id))
            camera_id, distance_m, coverage = near.camera_id, near.distance_m, near.coverage
            until = None if row.report.cancelled else near.attention_until
            if until is not None:
                attention[near.camera_id] = max(until, attention.get(near.camera_id, until))
            if coverage in unasked or answer is None:
                verdict, phrase, words = unasked.get(coverage) or _looking()
                camera = AlertCamera.model_construct(
                    camera_id=camera_id,
                    distance_m=distance_m,
                    coverage=coverage,
                    verdict=verdict,
                    explanation=words,
                    phrase=phrase,
                )
            else:
                camera = AlertCamera.model_construct(
                    camera_id=camera_id,
                    distance_m=distance_m,
                    coverage=coverage,
                    verdict=answer.verdict,
                    zone_id=answer.zone_id,
                    explanation=answer.words,
                    phrase=answer.phrase,
                    degraded=answer.degraded,
                    likelihood=answer.likelihood,
                )
            said.append(camera)
    said += [_seen_by_itself(row) for row in episodes]
    best: dict[str, AlertCamera] = {}
    for camera in sorted(said, key=_telling):
        best.setdefault(camera.camera_id, camera)
    attended = [
        each.model_copy(update={"attention_until": attention[each.camera_id]}) if each.camera_id in attention else each
        for each in best.values()
    ]
    ranked = sorted(attended, key=_view)
    if len(ranked) <= PHRASED_AT_MOST:
        return tuple(ranked)
    best_said = best_verdict([each.verdict for each in ranked])
    counts = most_telling([each for each in ranked if each.verdict is best_said])
    rest = [
        each.model_copy(update={"phrase": None} if each is counts else {"phrase": None, "likelihood": None})
        for each in ranked[PHRASED_AT_MOST:]
    ]
    return (*ranked[:PHRASED_AT_MOST], *rest)


def best_verdict(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the best of what cameras say; no coverage where no camera says anything."""
    return min(verdicts, key=VERDICT_RANK.__getitem__, default=Verdict.NO_COVERAGE)


def report_verdicts(reports: Sequence[ReportRow], sightings: Sequence[SightingRow]) -> dict[str, Verdict]:
    """Return the best that any camera said about each of these reports, by its incident id."""
    answers, unasked = {(row.incident_id, row.camera_id): row.verdict for row in sightings}, _unasked()
    verdicts = {}
    for row in reports:
        incident_id = row.report.incident_id
        asked = [near.camera_id for near in row.cameras if near.coverage not in unasked]
        said = [answers.get((incident_id, camera_id), Verdict.PENDING) for camera_id in asked]
        said += [unasked[near.coverage][0] for near in row.cameras if near.coverage in unasked]
        verdicts[incident_id] = best_verdict(said)
    return verdicts


def _seen_by_itself(row: EpisodeRow) -> AlertCamera:
    return AlertCamera(
        camera_id=row.camera_id,
        distance_m=0,
        coverage=Coverage.IN_VIEW,
        verdict=Verdict.CORROBORATED,
        zone_id=row.zone_id,
        explanation=row.explanation,
        phrase=row.phrase,
        degraded=row.degraded,
    )


def _telling(camera: AlertCamera) -> tuple[bool, int, float, float, str, str, str]:
    seen = camera.coverage is Coverage.IN_VIEW
    rank, ratio = telling(camera.verdict, camera.likelihood)
    return (not seen, rank, ratio, camera.distance_m, camera.camera_id, camera.zone_id or "", camera.explanation)


def _view(camera: AlertCamera) -> tuple[int, float, int, str]:
    return (_VIEWS.index(camera.coverage), camera.distance_m, VERDICT_RANK[camera.verdict], camera.camera_id)
