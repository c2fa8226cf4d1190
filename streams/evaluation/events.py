"""Quality of events: what is told of events that are put into real scenes, and of windows about nothing: `toezicht eval events`.

Each scene is watched by the own `observe` of the product, as true tracks or as its detector and tracker would give them. Told is
what it calls unusual in a camera's view: a measure above the normal of that scene, by the function that judges reports
(`streams/domain/normal/base_rate.py`), from the rules' quantile and least sizes on.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple

import numpy as np

from streams.domain.normal.base_rate import LearntOf, Usual, unusual_from
from streams.domain.normal.measure import BINS, Measure, Sizes, bin_of, size
from streams.domain.observations.measures import DROP_FROM_S, dropped
from streams.domain.observations.memory import CameraMemory, CountedSecond
from streams.evaluation.common import EvaluationError
from streams.evaluation.scenes import Event, TrackScene
from streams.evaluation.watching import (
    Follow,
    ViewSecond,
    as_it_begins,
    detected_frames,
    true_frames,
    watched,
)

WARM_UP_S: Final = 20
"""Before an event, so that ten seconds of counts and everybody's speed are known."""
WITHIN_S: Final = 40
"""An event is told within this, as in the study (evidence of the issue, section 4)."""
WINDOW_S: Final = 600
_SAME_S: Final = 5
STEP_S: Final = 15
"""Windows about nothing begin this far apart."""
LEAST: Final[Mapping[Measure, float]] = {Measure.FASTEST: 2.2, Measure.STANDING: 3, Measure.DROPPED: 3}
"""From where on a fight's signals fit a report (rules, `corroboration.categories`)."""
QUANTILE: Final = 0.95
"""Share of blocks below what is unusual (rules, `normal.unusual`)."""
BLOCK_S: Final = 60
"""A scene of minutes has no blocks of ten: the largest of each minute is learnt. Of so few the quantile is the largest of all."""
_COUNTED: Final = ("fastest_m_per_s", "standing_together", "longest_stay_s")


class SceneNormal(NamedTuple):
    """Scene normal: from which size on each measure is unusual in a scene; None where it never is."""

    from_size: Mapping[Measure, float | None]

    def of(self, measures: Iterable[Measure]) -> SceneNormal:
        """Return what is unusual of these measures alone."""
        return SceneNormal({measure: self.from_size[measure] for measure in measures})

    def told(self, sizes: Sizes) -> frozenset[Measure]:
        """Return the measures of a second that are unusual."""
        return frozenset(
            measure
            for measure, least in self.from_size.items()
            if least is not None and (value := size(sizes, measure)) is not None and value >= least
        )


def learnt(seconds: Sequence[Sizes], block_s: int) -> SceneNormal:
    """Return what is unusual in a scene after these seconds, by the product's own functions on the largest of each block."""
    thresholds: dict[Measure, float | None] = {}
    for measure, least in LEAST.items():
        counts = [0] * BINS
        for start in range(0, len(seconds), block_s):
            values = [size(each, measure) for each in seconds[start : start + block_s]]
            known = [value for value in values if value is not None]
            if known:
                counts[bin_of(measure, max(known))] += 1
        thresholds[measure] = unusual_from(Usual(measure, tuple(counts), LearntOf.HOUR), QUANTILE, least)
    return SceneNormal(thresholds)


class Trials(NamedTuple):
    """Trials: how often an event was told, by which measures, and how many seconds after it began.

    Attributes:
        trials: How often it was put into a scene.
        delays_s: Of those in which a measure was unusual, when it first was.
        by_measure: In how many each measure was.
        by_situation: In how many each situation was told, whatever is usual.
    """

    trials: int
    delays_s: tuple[int, ...]
    by_measure: Mapping[str, int]
    by_situation: Mapping[str, int]

    def as_dict(self) -> dict[str, Any]:
        """Return shares and the median delay."""
        shares = {
            name: {key: round(number / self.trials, 3) for key, number in sorted(found.items())}
            for name, found in (("by_measure", self.by_measure), ("by_situation", self.by_situation))
        }
        told = round(len(self.delays_s) / self.trials, 3) if self.trials else None
        delay = median(self.delays_s) if self.delays_s else None
        return {"trials": self.trials, "told": told, "median_delay_s": delay, **shares}


def summed(trials: Iterable[Trials]) -> Trials:
    """Return the trials of several scenes as one."""
    number = 0
    delays: tuple[int, ...] = ()
    by_measure: Counter[str] = Counter()
    by_situation: Counter[str] = Counter()
    for each in trials:
        number, delays = number + each.trials, delays + each.delays_s
        by_measure.update(each.by_measure)
        by_situation.update(each.by_situation)
    return Trials(number, delays, by_measure, by_situation)


def tried(
    scene: TrackScene,
    event: Event | None,
    trials: int,
    begin_s: float,
    chance: np.random.Generator,
    follow: Follow | None = None,
    memory: CameraMemory | None = None,
) -> list[list[ViewSecond]]:
    """Return what is shown from an event on that is put into a scene at random moments; of None what is shown without any.

    Args:
        scene: The scene.
        event: What is put into it.
        trials: How often.
        begin_s: Not before this, which is what was learnt from.
        chance: The draws.
        follow: The tracker, for tracks as they are detected; None for true ones.
        memory: What the camera remembers, of which its normal speed is used.
    """
    found = []
    for at_s in moments_for(scene, event, trials, begin_s, chance):
        shown = scene if event is None else event.put(scene, at_s, chance)
        span = (at_s - WARM_UP_S, at_s + WITHIN_S)
        frames = true_frames(shown, *span) if follow is None else detected_frames(shown, *span, follow, chance)
        found.append(since(watched(*frames, as_it_begins(memory)).shown, WARM_UP_S))
    return found


def since(shown: Iterable[ViewSecond], from_s: int) -> list[ViewSecond]:
    """Return what was shown from a second on, which is second 0 then."""
    return [each._replace(second_s=each.second_s - from_s) for each in shown if each.second_s >= from_s]


def judged(trials: Sequence[Sequence[ViewSecond]], normal: SceneNormal) -> Trials:
    """Return how often an event was told."""
    by_measure: Counter[str] = Counter({measure.value: 0 for measure in normal.from_size})
    by_situation: Counter[str] = Counter()
    delays: list[int] = []
    for seconds in trials:
        told = [(each.second_s, measures) for each in seconds if (measures := normal.told(each.sizes))]
        by_measure.update({measure.value for _, measures in told for measure in measures})
        by_situation.update({kind for each in seconds for kind in each.situations})
        if told:
            delays.append(told[0][0])
    return Trials(len(trials), tuple(delays), by_measure, by_situation)


def moments_for(
    scene: TrackScene, event: Event | None, trials: int, begin_s: float, chance: np.random.Generator
) -> list[float]:
    """Return whole seconds at which enough people are in view; a window after each lies in the scene."""
    first, last = max(begin_s, WARM_UP_S), scene.lasts_s - WITHIN_S
    least = 0 if event is None else event.least_present
    seconds = [float(s) for s in range(int(first) + 1, int(last) + 1) if len(scene.present(float(s))) >= least]
    if not seconds:
        return []
    return [float(chance.choice(seconds)) for _ in range(trials)]


class Nothing(NamedTuple):
    """Nothing: how often something is told of seconds in which nothing happened."""

    windows: int
    told: float
    onsets_per_hour: float


def of_nothing(normal: SceneNormal, seconds: Sequence[Sizes], window_s: int) -> Nothing:
    """Return how many windows are told, and how often telling begins; seconds within five of each other are told once."""
    told = np.array([bool(normal.told(each)) for each in seconds])
    starts = range(0, max(1, len(told) - window_s + 1), STEP_S)
    share = float(np.mean([told[start : start + window_s].any() for start in starts])) if len(told) else 0.0
    return Nothing(len(starts), share, _onsets(np.flatnonzero(told).tolist()) * 3600 / max(1, len(told)))


def onsets_per_hour(shown: Sequence[ViewSecond]) -> dict[str, float]:
    """Return how often each situation began, per hour of what was shown; seconds within five of each other are told once."""
    told: dict[str, list[int]] = {}
    for each in shown:
        for kind in each.situations:
            told.setdefault(kind, []).append(each.second_s)
    return {kind: _onsets(seconds) * 3600 / len(shown) for kind, seconds in sorted(told.items())}


def _onsets(seconds: Sequence[int]) -> int:
    return sum(number == 0 or second - seconds[number - 1] > _SAME_S for number, second in enumerate(seconds))


def read_counts(path: Path) -> list[Sizes]:
    """Return the measures of each second of a table of counts (`persons,fastest_m_per_s,standing_together,longest_stay_s`).

    How many dropped away follows from the persons, as the product reckons it.

    Raises:
        EvaluationError: It cannot be read, or a line has no number where there must be one.
    """
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
        rows = [
            (CountedSecond(int(row["t_s"]), int(row["persons"])), [float(row[name]) for name in _COUNTED])
            for row in csv.DictReader(io.StringIO(text))
        ]
    except (OSError, EOFError, ValueError, KeyError, TypeError, csv.Error, gzip.zlib.error) as error:  # type: ignore[attr-defined]
        raise EvaluationError(f"{path}: {type(error).__name__}, expected a table of counts") from None
    counts = [count for count, _ in rows]
    return [
        (count.persons, fastest, together, dropped(counts[max(0, number - DROP_FROM_S) : number + 1]), stay)
        for number, (count, (fastest, together, stay)) in enumerate(rows)
    ]


def first_half(seconds: Sequence[Sizes]) -> tuple[Sequence[Sizes], Sequence[Sizes]]:
    """Return what is learnt from, and what is judged."""
    middle = len(seconds) // 2
    return seconds[:middle], seconds[middle:]
