"""Judging: how good the operator's list is against what is true. The definitions stand in docs/alert-quality.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Any, Final

from bench.scenarios.layout import EpisodeRef, Scenario, TrueSituation, Truth
from bench.scenarios.playing import Fact, PlayedAlert, PlayedScenario
from schemas.categories import Priority
from schemas.evidence import Verdict

WINDOW_S: Final = 600
"""EEMUA 191 counts alarms in ten minutes (domain fact sheet §4)."""
SHOWN_AT_MOST: Final = 10
EPISODE_SLACK_S: Final = 60.0

P1, P2, P3, P4 = Priority.P1, Priority.P2, Priority.P3, Priority.P4
GROUPS: Final[dict[str, frozenset[Priority]]] = {
    "p1": frozenset({P1}),
    "p2": frozenset({P2}),
    "p3": frozenset({P3}),
    "p4": frozenset({P4}),
    "p1_p2": frozenset({P1, P2}),
    "total": frozenset({P1, P2, P3}),
}
"""The rows that are told, and the priorities in each."""
SYMPTOM_ROWS: Final = ("p1", "p2", "p3", "p1_p2", "total")


VERDICTS: Final = {
    Verdict.CORROBORATED: "corroborated",
    Verdict.CONSISTENT: "consistent",
    Verdict.UNSEEN: "unseen",
    Verdict.CONTRADICTED: "contradicted",
}
COULD_NOT_SEE: Final = "could_not_see"
"""What all other verdicts come to: unavailable, not covered, or withdrawn before its time to look was over."""


@dataclass(frozen=True, slots=True)
class JudgedAlert:
    """An alert and the situation that it is for; None where nothing in it is true."""

    alert: PlayedAlert
    situation: TrueSituation | None
    others: tuple[TrueSituation, ...]

    @property
    def on_list(self) -> bool:
        """Return whether it stood on the operator's list by itself."""
        return bool(self.alert.shown_s) and not self.alert.summary

    @property
    def truth(self) -> Priority:
        """Return the true priority: P4 where nothing is true."""
        return self.situation.priority if self.situation else P4


@dataclass(frozen=True, slots=True)
class JudgedScenario:
    """One scenario: what is true, and each alert with the situation that it is for."""

    name: str
    flood: bool
    duration_s: float
    truth: Truth
    played: PlayedScenario
    alerts: tuple[JudgedAlert, ...]
    listed: bool = True
    seed: int | None = None


def judge(scenario: Scenario, truth: Truth, played: PlayedScenario) -> JudgedScenario:
    """Return each alert with the situation that most of its facts belong to, of equally many the one known first."""
    judged: list[JudgedAlert] = []
    for alert in played.alerts.values():
        counted = Counter(
            situation.id for fact in alert.facts.values() for situation in truth.situations if belongs(fact, situation)
        )
        met = [situation for situation in truth.situations if situation.id in counted]
        met.sort(key=lambda each: (-counted[each.id], each.known_s, each.id))
        judged.append(JudgedAlert(alert, met[0] if met else None, tuple(met[1:])))
    told = (scenario.name, scenario.flood, scenario.duration_s)
    return JudgedScenario(*told, truth, played, tuple(judged), scenario.listed, scenario.seed)


def belongs(fact: Fact, situation: TrueSituation) -> bool:
    """Return whether a report or an episode is of a situation."""
    if fact.source:
        return any((ref.source, ref.source_id) == (fact.source, fact.source_id) for ref in situation.reports)
    return any(_is_of(fact, ref) for ref in situation.episodes)


def _is_of(fact: Fact, ref: EpisodeRef) -> bool:
    same = (fact.camera_id, fact.zone_id, fact.category) == (ref.camera_id, ref.zone_id, ref.category)
    return same and ref.from_s - EPISODE_SLACK_S <= fact.at_s <= ref.until_s + EPISODE_SLACK_S


def figures(scenarios: Sequence[JudgedScenario]) -> dict[str, Any]:
    """Return all figures, by the names that `toezicht eval alerts` prints; None where nothing was counted.

    Those of the list are of scenarios that are `listed`, those of verdicts of all.
    """
    in_view = verdicts(scenarios)
    scenarios = [each for each in scenarios if each.listed]
    result: dict[str, Any] = {name: _row(scenarios, among) for name, among in GROUPS.items()}
    total = result["total"]
    critical = [(each, scenario) for scenario in scenarios for each in scenario.truth.situations if each.priority is P1]
    total["critical_not_p1"] = sum(not is_found(each, P1, scenario.alerts) for each, scenario in critical)
    total["swallowed"] = sum(
        _swallowed(each, scenario.alerts) and each.needs_operator
        for scenario in scenarios
        for each in scenario.truth.situations
    )
    for name, flood in (("quiet", False), ("flood", True)):
        some = [scenario for scenario in scenarios if scenario.flood is flood]
        result[name] = _reductions(some) | {"budget": _budget(some)}
        result[name]["short_of_one_each"] = _short_of_one_each(some)
    result["verdicts"] = in_view
    result["shares"] = shares(scenarios)
    of_p1 = result["shares"]["p1"]
    off = None if None in of_p1.values() else abs(of_p1["list"] - of_p1["truth"])
    result["p1"]["share_off"] = off
    total["reduction_with_observations"] = _reductions(scenarios)["reduction_with_observations"]
    return result


def symptom_figures(scenarios: Sequence[JudgedScenario]) -> dict[str, Any]:
    """Return the figures of the scenarios that are `listed` once more, where what stands under its cause is no entry of its own.

    `figures` counts it as an entry, as before there were causes. A situation is found all the same where its alert stood under a
    cause that was itself on the list then, at the same or a higher priority; where neither was so, it is `hidden`, which must not
    be. The priority that counts is the alert's own, as ever. `under` are the alerts that stood under a cause at any time,
    `only_under` those that never stood by themselves.
    """
    listed = [each for each in scenarios if each.listed]
    alerts = [each.alert for scenario in listed for each in scenario.alerts]
    seen = [_as(each, _in_sight) for each in listed]
    entries, found = figures([_as(each, _by_itself) for each in listed]), figures(seen)
    rows: dict[str, Any] = {
        name: {
            "precision": entries[name]["precision"],
            "recall": found[name]["recall"],
            "alerts_per_situation": entries[name]["alerts_per_situation"],
            "critical_missed": found[name]["critical_missed"],
        }
        for name in SYMPTOM_ROWS
    }
    for name in ("quiet", "flood"):
        rows[name] = {part: entries[name][part] for part in ("operator_alerts", "reduction", "short_of_one_each")}
        rows[name]["most_in_10_min"] = entries[name]["budget"]["most_in_10_min"]
    return rows | {
        "under": sum(alert.under_cause for alert in alerts),
        "only_under": sum(alert.under_cause and not alert.alone_s for alert in alerts),
        "hidden": sum(_hidden(before, after) for before, after in zip(listed, seen, strict=True)),
    }


def _hidden(before: JudgedScenario, after: JudgedScenario) -> int:
    """Return how many true situations are found at their priority only where it does not matter whether anybody can see it."""
    true = [each for each in before.truth.situations if each.needs_operator]
    found = [each for each in true if is_found(each, each.priority, before.alerts)]
    return sum(not is_found(each, each.priority, after.alerts) for each in found)


def _as(scenario: JudgedScenario, shown: Callable[[PlayedAlert], Mapping[Priority, float]]) -> JudgedScenario:
    """Return a scenario whose alerts were shown as said."""
    alerts = tuple(
        replace(each, alert=replace(each.alert, shown_s=dict(shown(each.alert)))) for each in scenario.alerts
    )
    return replace(scenario, alerts=alerts)


def _by_itself(alert: PlayedAlert) -> Mapping[Priority, float]:
    return alert.alone_s


def _in_sight(alert: PlayedAlert) -> Mapping[Priority, float]:
    """Return when an alert first stood by itself, or under a cause in sight, at each priority or a higher one."""
    times_s = [(priority, at_s) for some in (alert.alone_s, alert.with_cause_s) for priority, at_s in some.items()]
    return {name: min(at_s for priority, at_s in times_s if priority is name) for name, _ in times_s}


def verdicts(scenarios: Iterable[JudgedScenario]) -> dict[str, Any]:
    """Return what cameras said about what was reported in a camera's view, of nothing and of what was real.

    Each situation counts once, by its first report. `ratio` is the share that was corroborated of what was real over that of
    nothing; None where nothing about nothing was corroborated.
    """
    told = {"nothing": Counter[str](), "real": Counter[str]()}
    for scenario in scenarios:
        for each in scenario.truth.situations:
            if each.in_view_of is None or not each.reports:
                continue
            first = each.reports[0]
            verdict = scenario.played.verdicts.get((first.source, first.source_id), Verdict.NO_COVERAGE)
            told["nothing" if each.false_report else "real"][VERDICTS.get(verdict, COULD_NOT_SEE)] += 1
    rows: dict[str, Any] = {}
    for name, counted in told.items():
        reports = counted.total()
        shares = {verdict: _ratio(counted[verdict], reports) for verdict in (*VERDICTS.values(), COULD_NOT_SEE)}
        rows[name] = {"reports": reports, **shares}
    of_nothing, of_real = rows["nothing"]["corroborated"], rows["real"]["corroborated"]
    return rows | {"ratio": of_real / of_nothing if of_real is not None and of_nothing else None}


def _row(scenarios: Sequence[JudgedScenario], among: Collection[Priority]) -> dict[str, Any]:
    """Return the figures of the situations and alerts of some priorities. A P4 is right where it is not on the list."""
    lowest = max(among)
    true = [(each, s.alerts) for s in scenarios for each in s.truth.situations if each.priority in among]
    if lowest is P4:
        found = sum(first_s(each, P3, alerts) is None for each, alerts in true)
    else:
        found = sum(is_found(each, lowest, alerts) for each, alerts in true)
    told = [each for s in scenarios for each in s.alerts if not each.alert.summary and each.alert.priority in among]
    right = sum(each.truth is P4 if lowest is P4 else each.truth <= lowest for each in told)
    of_situation = Counter(
        (s.name, each.situation.id)
        for s in scenarios
        for each in s.alerts
        if each.on_list and each.situation and each.situation.priority in among
    )
    return {
        "situations": len(true),
        "alerts": len(told),
        "precision": _ratio(right, len(told)),
        "recall": _ratio(found, len(true)),
        "alerts_per_situation": _ratio(sum(of_situation.values()), len(of_situation)),
        "reduction": _reduction(scenarios, among),
        "critical_missed": sum(each.priority is P1 and not is_found(each, P2, alerts) for each, alerts in true),
        **_times(true),
    }


def shares(scenarios: Iterable[JudgedScenario]) -> dict[str, Any]:
    """Return each priority's share of the alerts on the list, beside its share of the true situations that need an operator."""
    scenarios = list(scenarios)
    listed = Counter(each.alert.priority for s in scenarios for each in s.alerts if each.on_list)
    true = Counter(each.priority for s in scenarios for each in s.truth.situations if each.needs_operator)
    return {
        each.value.lower(): {
            "list": _ratio(listed[each], listed.total()),
            "truth": _ratio(true[each], true.total()),
        }
        for each in (P1, P2, P3)
    }


def _reduction(scenarios: Sequence[JudgedScenario], among: Collection[Priority]) -> float | None:
    """Return which share of the report lines and episodes of a row's situations is not on the list; the total has all."""
    if among == GROUPS["total"]:
        among = frozenset(Priority)
    raw = sum(_raw(s, among) for s in scenarios)
    listed = sum(each.on_list and each.truth in among for s in scenarios for each in s.alerts)
    return 1 - listed / raw if raw else None


def _times(true: Sequence[tuple[TrueSituation, Sequence[JudgedAlert]]]) -> dict[str, Any]:
    """Return how long after it was known, and after it began, a situation stood on the list at its priority."""
    found = [
        (each, at_s)
        for each, alerts in true
        if each.needs_operator and (at_s := first_s(each, each.priority, alerts)) is not None
    ]
    return {
        "time_to_alert_s": _quantiles([at_s - each.known_s for each, at_s in found]),
        "since_start_s": _quantiles([at_s - each.from_s for each, at_s in found]),
    }


def is_found(situation: TrueSituation, priority: Priority, alerts: Iterable[JudgedAlert]) -> bool:
    """Return whether an alert for a situation stood on the list at a priority or a higher one."""
    return first_s(situation, priority, alerts) is not None


def first_s(situation: TrueSituation, priority: Priority, alerts: Iterable[JudgedAlert]) -> float | None:
    """Return when an alert for a situation first stood on the list at a priority or a higher one."""
    times_s = [
        each.alert.shown_s[priority]
        for each in alerts
        if each.situation is not None
        and each.situation.id == situation.id
        and priority in each.alert.shown_s
        and each.on_list
    ]
    return min(times_s, default=None)


def _swallowed(situation: TrueSituation, alerts: Iterable[JudgedAlert]) -> bool:
    """Return whether all that was told of a situation stands in alerts for others."""
    alerts = list(alerts)
    own = any(each.situation and each.situation.id == situation.id for each in alerts)
    return not own and any(situation.id == other.id for each in alerts for other in each.others)


def _raw(scenario: JudgedScenario, among: Collection[Priority]) -> int:
    """Return how many report lines and episodes came of situations of some priorities; of nothing true counts as P4."""
    played = scenario.played
    priority_of = {
        (ref.source, ref.source_id): each.priority for each in scenario.truth.situations for ref in each.reports
    }
    lines = sum(number for ref, number in played.lines.items() if priority_of.get(ref, P4) in among)
    of_episodes = [
        next((each.priority for each in scenario.truth.situations if belongs(fact, each)), P4)
        for fact in played.episodes
    ]
    return lines + sum(priority in among for priority in of_episodes)


def _reductions(scenarios: Sequence[JudgedScenario]) -> dict[str, Any]:
    """Return how much of what came in did not become an entry on the operator's list; summaries are entries."""
    entries = sum(bool(each.alert.shown_s) for s in scenarios for each in s.alerts)
    raw = sum(sum(s.played.lines.values()) + len(s.played.episodes) for s in scenarios)
    seconds = sum(s.played.seconds_with_something for s in scenarios)
    return {
        "reports_and_episodes": raw,
        "observations_with_something": seconds,
        "operator_alerts": entries,
        "reduction": None if not raw else 1 - entries / raw,
        "reduction_with_observations": None if not raw + seconds else 1 - entries / (raw + seconds),
    }


def _short_of_one_each(scenarios: Sequence[JudgedScenario]) -> float | None:
    """Return how far the reduction lies below that of a list with one entry for each true P1 to P3 and no other."""
    raw = sum(sum(s.played.lines.values()) + len(s.played.episodes) for s in scenarios)
    entries = sum(bool(each.alert.shown_s) for s in scenarios for each in s.alerts)
    true = sum(each.needs_operator for s in scenarios for each in s.truth.situations)
    return _ratio(entries - true, raw)


def _budget(scenarios: Sequence[JudgedScenario]) -> dict[str, Any]:
    """Return how the list kept within what a person can handle; a window holds what first stood on the list in it."""
    windows: list[int] = []
    for scenario in scenarios:
        shown = Counter(
            int(each.alert.first_shown_s // WINDOW_S)
            for each in scenario.alerts
            if each.alert.first_shown_s is not None
        )
        windows += [shown[number] for number in range(ceil(scenario.duration_s / WINDOW_S))]
    first = [
        sum(
            each.alert.first_shown_s is not None and 0 <= each.alert.first_shown_s - flood_from_s < WINDOW_S
            for each in scenario.alerts
        )
        for scenario in scenarios
        if (flood_from_s := scenario.truth.flood_from_s) is not None
    ]
    priorities = Counter(each.alert.priority for s in scenarios for each in s.alerts if each.on_list)
    listed = sum(priorities.values())
    return {
        "windows": len(windows),
        "kept": _ratio(sum(each <= SHOWN_AT_MOST for each in windows), len(windows)),
        "per_10_min": _ratio(sum(windows), len(windows)),
        "most_in_10_min": max(windows, default=0),
        "first_10_min_of_a_flood": max(first, default=None),
        "mix": {each.value.lower(): _ratio(priorities[each], listed) for each in (P1, P2, P3)},
        "grouped": sum(each.alert.grouped for s in scenarios for each in s.alerts),
    }


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _quantiles(values: Sequence[float]) -> dict[str, float | None]:
    ordered = sorted(values)
    return {f"p{q}": ordered[ceil(q / 100 * len(ordered)) - 1] if ordered else None for q in (50, 95)}
