"""Verdict: what a camera says about a report: whether it saw something, saw nothing, or could not see.

A camera corroborates at once when a second within the report's window shows what is unusual there, and much more likely if the
report is true than anyway. What fits and is not so much more likely is consistent. Until its window closes it may still see what
tells more. It can only say that it saw nothing when the window has closed and it really looked, and could see, during enough of
it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from schemas.base import derive_id, iso_utc
from schemas.cameras import CameraState, Visibility
from schemas.evidence import Evidence, Likelihood, SightingFact, Verdict
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes import likelihoods as tells
from schemas.phrases.codes import sightings as says
from schemas.phrases.codes.cameras import status_reason
from schemas.phrases.codes.common import several, together
from schemas.phrases.phrase import Phrase
from streams.domain.alerts.facts import largest
from streams.domain.corroboration.history import Met, Moment, met
from streams.domain.corroboration.likelihood import (
    Expected,
    Judged,
    judge,
    likelihood_of,
    not_met,
    unknown,
    with_looked_for,
)
from streams.domain.corroboration.movements import movements
from streams.domain.corroboration.watch import CameraStateRow, WatchRow
from streams.domain.normal.base_rate import LEAST_BLOCKS
from streams.domain.normal.hours import BLOCK_S
from streams.domain.normal.measure import UNKNOWN, Measure, bin_of
from streams.domain.rules.cameras import CameraRule, LookingRule, NormalRule
from streams.domain.rules.causes import CauseRule

_MINUTE_S: Final = 60
_SELDOM: Final = 0.15
"""Below this a rate is told as 1 of so many. [own]"""
_OFTEN_IN_VIEW: Final = 0.5
"""Where the place lies in view less often than this, it is told. [own]"""
_DEGRADED: Final = frozenset(each.value for each in Visibility) - {Visibility.CLEAR.value}
"""Why a camera sees nothing although it gives pictures: the reason of its degraded view."""


SIGHTS: Final = frozenset({Verdict.CORROBORATED, Verdict.CONSISTENT})
"""What a camera says that saw something."""


class TellingSight(NamedTuple):
    """Telling sight: the most telling moment of a report: with a measure that was judged, or with what a zone's signal describes.

    `weaker` says that it takes persons with weaker boxes: then it fits, and does not corroborate.
    """

    moment: Moment
    judged: Judged
    described: Met | None
    weaker: bool = False

    def better(self, other: TellingSight | None) -> bool:
        """Return whether it says more than another; of equal ones the first stands, and a measure before a description."""
        if other is None:
            return True
        return (*self.judged[:2], self.described is None) > (*other.judged[:2], other.described is None)


def best_sight(watch: WatchRow, rule: CameraRule, normal: NormalRule, seen: Iterable[Moment]) -> TellingSight | None:
    """Return the most telling of the moments that meet a signal, or None."""
    best: TellingSight | None = None
    for moment in seen:
        if moment.zone_id in watch.zones and watch.window_from <= moment.at <= watch.window_until:
            sight = _measured(watch, normal, moment) or (_described(rule, moment) if best is None else None)
            if sight is not None and sight.better(best):
                best = sight
    return best


def _measured(watch: WatchRow, normal: NormalRule, moment: Moment) -> TellingSight | None:
    sizes = moment.seen.view
    if sizes is None:
        return None
    judged = judge(watch.expected, sizes, normal)
    if judged is None and moment.seen.likely > (sizes[0] or 0):
        weaker = judge(watch.expected, (moment.seen.likely, *sizes[1:]), normal)
        return weaker and TellingSight(moment, weaker._replace(corroborates=False), None, True)
    return judged and TellingSight(moment, judged, None)


def _described(rule: CameraRule, moment: Moment) -> TellingSight | None:
    for signal in rule.signals:
        found = met(signal, moment.seen) if signal.measure is None else None
        if found is not None:
            return TellingSight(moment, Judged(False, 1.0, -1, found.value), found)
    return None


def sighting(
    watch: WatchRow, rule: CameraRule, normal: NormalRule, seen: Sequence[Moment], brings: CauseRule | None = None
) -> Evidence | None:
    """Return what these moments say of a report, where that is more than the camera said before; else None.

    It corroborates where what is seen is unusual, and much more likely if the report is true; all else that fits is consistent.
    What has corroborated may do so for more points still: what comes first need not be what tells most. With `brings`, the rule
    of what its category brings people to do, more of that is told too, whatever the verdict.
    """
    sight = best_sight(watch, rule, normal, seen)
    if sight is None:
        return None
    told = watch.movements if brings is None else largest((*watch.movements, *movements(watch, brings, normal, seen)))
    moved = told != watch.movements
    moment, judged, described, _ = sight
    verdict = Verdict.CORROBORATED if judged.corroborates else Verdict.CONSISTENT
    worth = _worth(verdict, judged.ratio, normal)
    less = watch.verdict is Verdict.CORROBORATED and verdict is Verdict.CONSISTENT
    if not moved and (less or (watch.verdict is verdict and worth <= watch.points)):
        return None
    if described is not None:
        likelihood = unknown(described.signal, 0, watch.in_view)
        phrase = _sighting(described.what, moment, watch.occurred_at)
    else:
        likelihood = likelihood_of(watch.expected, judged, moment.seen.view or UNKNOWN, watch.in_view)
        phrase = _sight(watch, sight, likelihood, rule)
    fact = SightingFact(
        incident_id=watch.incident_id,
        verdict=verdict,
        zone_id=moment.zone_id if described else None,
        signal="persons_likely" if sight.weaker else likelihood.signal,
        value=judged.size,
        explanation=sentence(phrase)[:300],
        phrase=phrase,
        degraded=moment.seen.degraded,
        likelihood=likelihood,
        movements=told,
    )
    once = judged.corroborates and watch.verdict is not verdict
    saw = [f"{likelihood.signal} {worth:g}"]
    saw += [f"{each.kind} {each.persons} {iso_utc(each.at)}" for each in told] if moved else []
    return _evidence(watch, fact, moment.at, "" if once else " ".join(saw))


def answered(watch: WatchRow, fact: SightingFact, normal: NormalRule) -> WatchRow:
    """Return the row of a watch of which its camera said this; what only tells more of what people do takes nothing back."""
    verdict = fact.verdict
    points = _worth(verdict, fact.likelihood.ratio, normal) if fact.likelihood else 0.0
    if watch.verdict is Verdict.CORROBORATED and verdict is Verdict.CONSISTENT:
        verdict, points = watch.verdict, watch.points
    elif verdict is watch.verdict:
        points = max(points, watch.points)
    movements = fact.movements or watch.movements
    return watch.model_copy(update={"verdict": verdict, "points": points, "movements": movements})


def _worth(verdict: Verdict, ratio: float, normal: NormalRule) -> float:
    """Return what a sight that fits is worth; what is none is worth nothing."""
    if verdict not in SIGHTS:
        return 0.0
    points = max(0.0, normal.points(ratio))
    return points if verdict is Verdict.CORROBORATED else min(normal.consistent_at_most, points)


def _sight(watch: WatchRow, sight: TellingSight, likelihood: Likelihood, rule: CameraRule) -> Phrase:
    """Return what the whole view shows, when, and how usual that is."""
    moment, judged = sight.moment, sight.judged
    count = round(judged.size)
    match watch.expected[judged.place].measure:
        case Measure.FASTEST:
            what = tells.runs(judged.size)
        case Measure.PERSONS:
            what = tells.persons_weaker(count) if sight.weaker else says.seen_persons(count)
        case Measure.STANDING:
            what = tells.stand_together(count)
        case Measure.DROPPED:
            what = tells.left_at_once(count)
        case Measure.STAY:
            what = tells.stays(judged.size)
    say = tells.in_view if moment.seen.visible else tells.in_view_unclear
    parts = [
        say(what, *_apart(moment.at, watch.occurred_at)),
        _usual(likelihood, watch.expected[judged.place], judged, rule),
    ]
    if likelihood.in_view < _OFTEN_IN_VIEW:
        parts.append(tells.place_in_view(100 * likelihood.in_view))
    return several(tuple(parts))


def _usual(likelihood: Likelihood, signal: Expected, judged: Judged, rule: CameraRule) -> Phrase:
    """Return how usual something is, in words that a person can picture: 1 of 30, or 9 of 10.

    The rate is of what was asked for, so where more was seen, it is told from what on; that somebody runs is one thing.
    """
    if likelihood.base_rate is None:
        return tells.not_learnt(likelihood.windows, LEAST_BLOCKS)
    counted = *in_so_many(likelihood.base_rate), _window_min(rule)
    least = signal.from_what(judged.size)
    alike = signal.measure is Measure.FASTEST or bin_of(signal.measure, judged.size) == bin_of(signal.measure, least)
    if alike:
        return tells.usual_here(*counted)
    return tells.usual_from(signal.measure.value, least, *counted)


def _window_min(rule: CameraRule) -> int:
    """Return how long the periods are that were counted: the window, and never less than the block that is learnt."""
    return round(max(rule.before_s + rule.after_s, BLOCK_S) / _MINUTE_S)


def in_so_many(rate: float, blocks: int | None = None) -> tuple[int, int]:
    """Return a rate as so many times of so many: 1 of a number where it is seldom, else of ten.

    Args:
        rate: The rate.
        blocks: From how many it was learnt: they do not show that something is more seldom than once in as many.
    """
    if rate < _SELDOM:
        of = round(1 / rate)
        return 1, of if blocks is None else min(of, blocks + 1)
    return min(9, round(10 * rate)), 10


def closing_sighting(
    watch: WatchRow,
    rule: CameraRule,
    looking: LookingRule,
    normal: NormalRule,
    seen: Sequence[Moment],
    states: Sequence[CameraStateRow],
    now: datetime,
) -> Evidence:
    """Return what a camera says when its window has closed without a sighting.

    Args:
        watch: What it was asked.
        rule: Its category's rule.
        looking: How much it must have seen.
        normal: What a likelihood must be to contradict.
        seen: What its zones showed in the window.
        states: The newest states of the camera, for the explanation.
        now: When it is asked: of a window that lies further back than what is kept nobody knows what it showed.
    """
    length_s = int((watch.window_until - watch.window_from).total_seconds()) + 1
    clear = {moment.at for moment in seen if moment.seen.visible}
    unclear_s = len({moment.at for moment in seen} - clear)
    share = min(1.0, len(clear) / length_s)
    not_clear = [says.view_not_clear(unclear_s)] if unclear_s else []
    if share < looking.seen_share:
        kept = now - timedelta(seconds=looking.kept_s)
        gone = [says.not_kept_before(kept)] if watch.window_from < kept else []
        why = (says.looked_too_little(100 * share), *not_clear, *gone, *_blind(states))
        return unavailable(watch, why, states, watch.window_until)
    told = _told(seen)
    most = max(max(moment.seen.persons, *(moment.seen.view or (0,))[:1]) for moment in seen)
    degraded = any(moment.seen.degraded for moment in seen)
    parts = [says.saw_at_most(most, *divmod(length_s, _MINUTE_S), 100 * share), *_seldom(seen), *not_clear]
    empty = rule.contradicted_at_most_persons is not None and most <= rule.contradicted_at_most_persons
    against = _against(watch, normal, told[Measure.PERSONS]) if empty and not degraded else None
    contradicted = against is not None and against.ratio <= normal.contradicted_to
    shares = {measure: min(1.0, len(at) / length_s) for measure, at in told.items()}
    if against is not None and against.base_rate is not None and contradicted:
        likelihood = with_looked_for(against, _measured_of(watch, shares, looking.seen_share))
        parts.append(tells.usual_here(*in_so_many(1 - against.base_rate, against.windows), _window_min(rule)))
    else:
        likelihood, words = _unseen(watch, shares, looking.seen_share)
        parts += words
    phrase = together(*parts)
    fact = SightingFact(
        incident_id=watch.incident_id,
        verdict=Verdict.CONTRADICTED if contradicted else Verdict.UNSEEN,
        zone_id=None,
        signal="none",
        value=float(most),
        explanation=sentence(phrase)[:300],
        phrase=phrase,
        degraded=degraded,
        likelihood=likelihood,
    )
    return _evidence(watch, fact, watch.window_until)


def _seldom(seen: Iterable[Moment]) -> list[Phrase]:
    """Return how often a camera looked, at the least, in the seconds in which pictures were spared; nothing where none was."""
    looks = {moment.at: moment.seen.looks for moment in seen if moment.seen.looks is not None}
    return [says.looked_seldom(len(looks), sum(looks.values()) // len(looks))] if looks else []


def _against(watch: WatchRow, normal: NormalRule, counted_at: Collection[datetime]) -> Likelihood | None:
    """Return what it says that nobody was there; None where the time after the moment was not watched for long enough."""
    after_s = int((watch.window_until - watch.occurred_at).total_seconds()) + 1
    share_after = min(1.0, sum(at >= watch.occurred_at for at in counted_at) / max(1, after_s))
    if not watch.presence or share_after < normal.contradicted_share:
        return None
    return not_met((watch.presence,), {Measure.PERSONS: watch.in_view * share_after})


def _told(seen: Iterable[Moment]) -> dict[Measure, set[datetime]]:
    """Return when a camera could see and told of each measure: another release of its sender may not know them."""
    told: dict[Measure, set[datetime]] = {measure: set() for measure in Measure}
    for moment in seen:
        if moment.seen.visible and moment.seen.view is not None:
            for measure, value in zip(Measure, moment.seen.view, strict=True):
                if value is not None:
                    told[measure].add(moment.at)
    return told


def _unseen(watch: WatchRow, shares: Mapping[Measure, float], least: float) -> tuple[Likelihood, Sequence[Phrase]]:
    """Return what it says that nothing was met that could corroborate, and why.

    Args:
        watch: What the camera was asked.
        shares: In which share of the window each measure was told.
        least: The share from which on it could have been seen.
    """
    measured = _measured_of(watch, shares, least)
    could = [each for each in measured if each.corroborates]
    if not could:
        asked = any(each.corroborates for each in watch.expected)
        return unknown("none", 0, watch.in_view), [tells.not_measured()] if asked else []
    found = not_met(could, {measure: watch.in_view * share for measure, share in shares.items()})
    if found is not None and found.hit_rate is not None:
        return with_looked_for(found, measured), [tells.would_show(*in_so_many(found.hit_rate))]
    blocks = max(each.blocks for each in could)
    return unknown("none", blocks, watch.in_view), [tells.not_learnt(blocks, LEAST_BLOCKS)]


def _measured_of(watch: WatchRow, shares: Mapping[Measure, float], least: float) -> list[Expected]:
    """Return what of the expected was measured for long enough to be seen."""
    return [each for each in watch.expected if shares[each.measure] >= least]


def unavailable(watch: WatchRow, why: Sequence[Phrase], states: Sequence[CameraStateRow], at: datetime) -> Evidence:
    """Return that a camera could not look, with its newest trouble where it has one."""
    trouble = [state for state in states if state.state is not CameraState.ONLINE]
    if trouble:
        newest = max(trouble, key=lambda state: state.changed_at)
        reason = status_reason(newest.reason)
        why = (*why, says.camera_trouble(newest.state.value, newest.changed_at, reason))
    phrase = together(*why)
    fact = SightingFact(
        incident_id=watch.incident_id,
        verdict=Verdict.CAMERA_UNAVAILABLE,
        zone_id=None,
        signal="none",
        value=0.0,
        explanation=sentence(phrase)[:300],
        phrase=phrase,
    )
    return _evidence(watch, fact, at)


def why_it_cannot_look(states: Sequence[CameraStateRow]) -> Sequence[Phrase]:
    """Return why a camera can show nothing now; nothing where nothing speaks against it."""
    if any(state.state in {CameraState.OFFLINE, CameraState.REFUSED} for state in states):
        return [says.gives_no_pictures()]
    return _blind(states)


def _blind(states: Sequence[CameraStateRow]) -> list[Phrase]:
    """Return what is wrong with a camera's view. Only a view has a reason that is a visibility."""
    return [
        says.view_degraded(state.reason)
        for state in states
        if state.state is CameraState.DEGRADED and state.reason in _DEGRADED
    ]


def _evidence(watch: WatchRow, fact: SightingFact, at: datetime, saw: str = "") -> Evidence:
    """Return a camera's answer; `saw` tells those of one verdict apart that follow each other."""
    parts = [watch.camera_id, watch.incident_id, str(watch.revision), fact.verdict.value, *([saw] if saw else [])]
    return Evidence(
        evidence_id=derive_id("evidence", "sighting", *parts),
        control_room_id=watch.control_room_id,
        category=watch.category,
        position=None,
        camera_id=watch.camera_id,
        occurred_at=at,
        fact=fact,
    )


def _sighting(what: Phrase, moment: Moment, occurred_at: datetime) -> Phrase:
    """Return what was seen, where, and how long before or after the reported time."""
    say = says.sighting if moment.seen.visible else says.sighting_unclear
    return say(what, moment.zone_id, *_apart(moment.at, occurred_at))


def _apart(at: datetime, occurred_at: datetime) -> tuple[float, str, str]:
    """Return how long before or after the reported time: an amount, its unit, and the side."""
    seconds = (at - occurred_at).total_seconds()
    amount, unit = (abs(seconds) / _MINUTE_S, "min") if abs(seconds) >= 2 * _MINUTE_S else (abs(seconds), "s")
    return amount, unit, "after" if seconds >= 0 else "before"
