"""Rules as a readable table: what each category is worth, what can be added or taken, and what holds it down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from schemas.categories import Category, Priority
from streams.domain.rules.cameras import CameraRule, Signal
from streams.domain.rules.circumstances import Circumstance
from streams.domain.rules.reaching import reaching
from streams.domain.rules.rules import ROUTINE_FROM, Rules

SETS: Final = 12
"""Sets of factors that make a category P1 that a table shows, the least ones: with many circumstances there are thousands."""


@dataclass(frozen=True, slots=True)
class Adds:
    """Adds: what one factor can add: its rule, its points, and when."""

    rule_id: str
    points: float
    when: str


def factors(rules: Rules) -> list[Adds]:
    """Return every factor but the categories' own, in the order in which an alert lists them."""
    urgency = "the source's urgency is {} on the scale 0 (highest) to 4"
    found = [Adds(f"urgency.{step}", points, urgency.format(step)) for step, points in enumerate(rules.urgency_points)]
    found += [
        Adds("age.just_now", rule.just_now.points, f"{name.value}: reported within {rule.just_now.within_s:g} s")
        for name, rule in rules.categories.items()
        if rule.just_now is not None
    ]
    found += [
        Adds(f"age.{step.from_s:g}", step.points, f"reported {step.from_s:g} s or more after it happened")
        for step in rules.age
        if step.points
    ]
    each, most = rules.independent.points_per_source, rules.independent.points_at_most
    found.append(Adds("independent", most, f"{each:g} for each further source, at most this"))
    poor = f"the best position is no better than {rules.position.poor_from_m:g} m"
    found.append(Adds("position.poor", rules.position.poor_points, poor))
    found.append(Adds("position.missing", rules.position.missing_points, "no report has a position"))
    unknown = f"no table explains what was reported, and its urgency is {rules.unknown_kind.urgency_at_most} or higher"
    found.append(Adds("unknown_kind", rules.unknown_kind.points, f"{unknown}; it lifts the cap of overig"))
    said = "the best that any camera said; as told here where it has no likelihood, else by its ratio: {:+g} to {:+g}"
    by_ratio = {
        "corroborated": said.format(0, rules.normal.points_at_most),
        "consistent": said.format(0, rules.normal.consistent_at_most),
        "unseen": said.format(rules.normal.points_at_least, 0),
        "contradicted": said.format(rules.normal.points_at_least, 0),
    }
    verdicts = rules.verdict_points.model_dump()
    found += [
        Adds(f"verdict.{name}", points, by_ratio.get(name, "the best that any camera said"))
        for name, points in verdicts.items()
    ]
    found += _crowd(rules)
    found += [Adds(f"circumstance.{each.name}", each.points, _circumstance(each)) for each in rules.circumstances]
    repeat = rules.near_repeat
    if repeat.categories:
        named = ", ".join(each.value for each in repeat.categories)
        when = f"{named}: an earlier one within {repeat.distance_m:g} m and {repeat.within_s / 86_400:g} days"
        found.append(Adds("near_repeat", repeat.points, when))
    return found


def _crowd(rules: Rules) -> Iterator[Adds]:
    crowd = rules.episodes.crowd
    for level in crowd.levels:
        persons = "" if level.persons is None else f", or {level.persons} persons where it is not calibrated"
        when = f"{level.density_per_m2:g} persons/m²{persons}, for {crowd.persistence_s:g} s"
        yield Adds(f"crowd.{level.name}", level.points, when)
    for step in crowd.growth:
        yield Adds("crowd.growth", step.points, f"it rose by {step.rise_per_min:g} persons a minute or more")


def _circumstance(each: Circumstance) -> str:
    hours = f"from {each.starts:%H:%M} to {each.ends:%H:%M}" if each.starts and each.ends else ""
    days = f"on {', '.join(day.value for day in each.days)}" if each.days else ""
    where = f"in an area with {len(each.area)} corners" if each.area else ""
    named = ", ".join(category.value for category in each.categories)
    return f"{named}: {' '.join(part for part in (hours, days, where) if part)} ({each.reason})"


def limits(category: Category, rules: Rules) -> list[str]:
    """Return what holds a category down whatever its points, as an alert names it."""
    rule = rules.of(category)
    found = []
    if not rule.operator_list:
        found.append("limit.case: P4, a case of its recipients")
    if rule.case_from_urgency is not None:
        whose = ", ".join(rule.case_recipients or rule.recipients)
        found.append(
            f"limit.case: P4, a case of {whose}, where every report says urgency {rule.case_from_urgency} to 4"
        )
    if rule.cap is not None:
        found.append(f"limit.{category.value}: at most {rule.cap}")
    if rule.routine_cap is not None:
        found.append(
            f"limit.routine: at most {rule.routine_cap} where it is called routine (urgency {ROUTINE_FROM} to 4)"
        )
    if not rule.rises_on_camera_alone:
        found.append("limit.camera_only: P4 until reported")
    return found


def p1_by(category: Category, rules: Rules) -> list[str]:
    """Return each least set of factors that makes a category P1, in words."""
    return [" + ".join(names) or "by itself" for names in reaching(category, rules, Priority.P1)]


def _first(sets: Sequence[str]) -> str:
    """Return the least sets on one line, and how many more there are; none is a dash."""
    more = len(sets) - SETS
    return "; ".join([*sets[:SETS], *([f"and {more} more (--json has all)"] if more > 0 else [])]) or "-"


def cameras(rule: CameraRule | None) -> str:
    """Return what cameras are asked and what they can say, on one line."""
    if rule is None:
        return "none are asked"
    signals = " or ".join(_signal(signal) for signal in rule.signals)
    most = rule.contradicted_at_most_persons
    against = "" if most is None else f"; contradicted by at most {most} persons"
    return f"within {rule.distance_m:g} m, {rule.before_s:g} s before to {rule.after_s:g} s after: {signals}{against}"


def _signal(signal: Signal) -> str:
    if signal.measure is not None:
        usual = {"profile": ", unusual there", "presence": ", where that is unusual"}.get(signal.above or "", "")
        return f"{signal.measure.value} {signal.least:g}{usual} (hit rate {signal.hit_rate:g})"
    given = signal.model_dump(mode="json", exclude_defaults=True)
    situation = given.pop("situation", None)
    return " and ".join(([situation] if situation else []) + [f"{name} {least:g}" for name, least in given.items()])


def causes(rules: Rules) -> list[tuple[str, str, str]]:
    """Return what explains what, and how near it must be, of each rule."""
    return [
        (
            rule.cause.value,
            ", ".join(each.value for each in rule.symptoms)
            or f"people {', '.join(rule.movements)}, as cameras see them",
            f"within {rule.distance_m:g} m, {rule.before_s:g} s before to {rule.after_s:g} s after"
            + (f"; seen by cameras alone: {' or '.join(rule.signals)}" if rule.signals else ""),
        )
        for rule in rules.causes
    ]


def dispatch(rules: Rules) -> list[tuple[Priority, float, float]]:
    """Return how long a partner's answer, and then its arrival, is waited for, of each priority (s)."""
    known = rules.dispatch
    return [(priority, known.answer_s[priority], known.arrive_s[priority]) for priority in sorted(Priority)]


def next_steps(rules: Rules) -> list[tuple[str, str]]:
    """Return what is recommended and when, the first that fits before the others."""
    found = []
    for rule in rules.next_steps:
        reported = {None: [], True: ["nobody reported it"], False: ["somebody reported it"]}[rule.camera_only]
        named = (rule.priorities, rule.categories, rule.verdicts, rule.states)
        when = [" or ".join(each.value for each in some) for some in named if some]
        found.append((f"{rule.do.value} {rule.verdict}".rstrip(), "; ".join([*when, *reported])))
    return found


def as_text(rules: Rules) -> str:
    """Return the rules as a table for a person."""
    known = rules.thresholds
    lines = [
        f"rules {rules.version}: P1 from {known.p1:g}, P2 from {known.p2:g}, P3 from {known.p3:g} points; "
        f"a lower priority is held back for {rules.damping.fall_after_s:g} s; local time is that of {rules.time_zone}",
        "",
    ]
    rows = [("category", "points", "gives", "limits")]
    for category, rule in rules.categories.items():
        held = "; ".join(limits(category, rules)) or "-"
        gives = known.priority(rule.points)
        rows.append((category.value, f"{rule.points:g}", gives.value, held))
    lines += [*_columns(rows), ""]
    asked = [("category", "cameras")] + [(name.value, cameras(rule.cameras)) for name, rule in rules.categories.items()]
    lines += [*_columns(asked), ""]
    p1 = [("category", "P1 by any of")] + [(name.value, _first(p1_by(name, rules))) for name in rules.categories]
    lines += [*_columns(p1), ""]
    added = [("factor", "points", "when")]
    added += [(each.rule_id, f"{each.points:+g}", each.when) for each in factors(rules)]
    lines += _columns(added)
    if rules.causes:
        lines += ["", *_columns([("cause", "symptoms", "where and when"), *causes(rules)])]
    waits = [(priority.value, f"{answer:g} s", f"{arrive:g} s") for priority, answer, arrive in dispatch(rules)]
    lines += ["", *_columns([("dispatch", "answer within", "there within"), *waits])]
    if rules.next_steps:
        lines += ["", *_columns([("next step", "the first that fits, and can be done"), *next_steps(rules)])]
    return "\n".join(lines)


def as_dict(rules: Rules) -> dict[str, Any]:
    """Return the rules for a program."""
    return {
        "version": rules.version,
        "thresholds": rules.thresholds.model_dump(mode="json"),
        "fall_after_s": rules.damping.fall_after_s,
        "time_zone": rules.time_zone,
        "normal": rules.normal.model_dump(mode="json"),
        "categories": {
            category.value: {
                "points": rule.points,
                "gives": rules.thresholds.priority(rule.points).value,
                "limits": limits(category, rules),
                "p1_by": p1_by(category, rules),
                "cameras": None if rule.cameras is None else rule.cameras.model_dump(mode="json", exclude_none=True),
            }
            for category, rule in rules.categories.items()
        },
        "factors": [{"rule_id": each.rule_id, "points": each.points, "when": each.when} for each in factors(rules)],
        "dispatch": rules.dispatch.model_dump(mode="json"),
        "causes": [rule.model_dump(mode="json") for rule in rules.causes],
        "next_steps": [rule.model_dump(mode="json") for rule in rules.next_steps],
    }


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
