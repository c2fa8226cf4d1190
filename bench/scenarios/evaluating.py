"""Plays and judges a set of scenarios, and again with single parts switched off, to see what each brings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from bench.scenarios.explaining import faults
from bench.scenarios.judging import JudgedScenario, figures, judge, symptom_figures
from bench.scenarios.layout import SeenInput, StatusInput
from bench.scenarios.loading import Loaded, load, load_truth
from bench.scenarios.playing import Player
from streams.domain.rules.rules import Rules

GOALS: Final = (
    ("precision P1", ("p1", "precision"), "at least", 0.85),
    ("recall P1", ("p1", "recall"), "at least", 0.97),
    ("critical situations missed", ("total", "critical_missed"), "at most", 0.0),
    ("precision P2", ("p2", "precision"), "at least", 0.85),
    ("recall P2", ("p2", "recall"), "at least", 0.95),
    ("precision P3", ("p3", "precision"), "at least", 0.90),
    ("recall P3", ("p3", "recall"), "at least", 0.85),
    ("share of P1 on the list, off its true share", ("p1", "share_off"), "at most", 0.05),
    ("precision P1+P2", ("p1_p2", "precision"), "at least", 0.90),
    ("recall P1+P2", ("p1_p2", "recall"), "at least", 0.97),
    ("alerts per true situation", ("total", "alerts_per_situation"), "at most", 1.05),
    ("reduction in quiet, reports and episodes", ("quiet", "reduction"), "at least", 0.80),
    ("reduction in quiet, observations counted", ("quiet", "reduction_with_observations"), "at least", 0.80),
    ("reduction in floods, below one entry for each", ("flood", "short_of_one_each"), "at most", 0.01),
    ("reduction in floods, observations counted", ("flood", "reduction_with_observations"), "at least", 0.95),
    ("corroborated in view, of nothing", ("verdicts", "nothing", "corroborated"), "at most", 0.15),
    ("corroborated in view, of real over of nothing", ("verdicts", "ratio"), "at least", 5.0),
)
"""Name, where the figure stands, and the limit."""
SEEDS_IN_A_SET: Final = 3
_TINY: Final = 0.001


class Ablation(StrEnum):
    """Ablation: what can be switched off."""

    VIDEO = "video"
    MERGING = "merging"
    BUDGET = "budget"


def evaluate(
    folders: Sequence[Path], rules: Rules, off: Collection[Ablation], progress: Callable[[str], None]
) -> dict[str, Any]:
    """Return the figures of a set, the goals beside them, and what is wrong one by one.

    Raises:
        ScenarioError: A file of a scenario is not as the format says.
    """
    rules, notes = without(rules, off)
    judged: list[JudgedScenario] = []
    for folder in folders:
        loaded = load(folder)
        played = Player(unseen(loaded) if Ablation.VIDEO in off else loaded, rules).play()
        scenario = loaded.scenario
        judged.append(judge(scenario, load_truth(folder), played))
        progress(f"{scenario.name}{''.join(f', no {part}' for part in off)}")
    found = figures(judged)
    found["goals"] = goals(found)
    found["sets"] = _sets(judged)
    found["symptoms"] = symptom_figures(judged)
    found["faults"] = [fault for each in judged for fault in faults(each)]
    return found | {"scenarios": len(judged), "rules_version": rules.version, "notes": notes}


def ablations(
    folders: Sequence[Path], rules: Rules, off: Collection[Ablation], progress: Callable[[str], None]
) -> dict[str, Any]:
    """Return the figures with each part switched off alone, beside those that are off already.

    Raises:
        ScenarioError: See `evaluate`.
    """
    found: dict[str, Any] = {}
    for part in Ablation:
        if part not in off:
            notes = without(rules, (part,))[1]
            found[part.value] = {"notes": notes} if notes else evaluate(folders, rules, (*off, part), progress)
    return found


def goals(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Return each goal beside what was reached; None where nothing was counted."""
    told = []
    for name, path, sense, limit in GOALS:
        value: Any = found
        for part in path:
            value = value[part]
        met = None if value is None else value <= limit if sense == "at most" else value >= limit
        told.append({"figure": name, "goal": f"{sense} {limit:g}", "reached": value, "met": met})
    return told


def _sets(judged: Sequence[JudgedScenario]) -> list[dict[str, Any]]:
    """Return the goals of each set of seeds, in the order of the seeds; none where there is one set only."""
    seeds = sorted({each.seed for each in judged if each.seed is not None})
    sets = [seeds[first : first + SEEDS_IN_A_SET] for first in range(0, len(seeds), SEEDS_IN_A_SET)]
    if len(sets) < 2:
        return []
    return [{"seeds": some, "goals": goals(figures([each for each in judged if each.seed in some]))} for some in sets]


def worst(sets: Sequence[dict[str, Any]], figure: str, sense: str) -> tuple[float, Sequence[int]] | None:
    """Return the worst that any set has of a figure, and its seeds; None where no set counted it."""
    told = [
        (goal["reached"], each["seeds"])
        for each in sets
        for goal in each["goals"]
        if goal["figure"] == figure and goal["reached"] is not None
    ]
    if not told:
        return None
    choose = max if sense == "at most" else min
    return choose(told, key=lambda each: each[0])


def without(rules: Rules, off: Collection[Ablation]) -> tuple[Rules, list[str]]:
    """Return rules with parts switched off, and what could not be."""
    content = rules.model_dump(by_alias=True)
    notes: list[str] = []
    if Ablation.MERGING in off:  # every report and episode by itself; revisions of one report still belong together
        content["joining"] |= {"reports_at_most": 1, "accuracy_at_most_m": _TINY}
        for rule in content["categories"].values():
            rule["situation"] |= {"distance_m": _TINY, "window_s": _TINY}
    if Ablation.BUDGET in off:
        if "budget" in Rules.model_fields:
            content["budget"] = None
        else:
            notes.append("these rules have no budget: nothing to switch off")
    return (Rules.model_validate(content) if off else rules), notes


def unseen(loaded: Loaded) -> Loaded:
    """Return a scenario as it would be without cameras."""
    inputs = tuple(each for each in loaded.inputs if not isinstance(each, SeenInput | StatusInput))
    return replace(loaded, registry=loaded.registry.model_copy(update={"cameras": ()}), inputs=inputs)
