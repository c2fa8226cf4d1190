"""`toezicht eval events`: how often what happens is told, and what does not, on real, simulated and acted tracks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from streams.evaluation.common import EvaluationError, lines_of

if TYPE_CHECKING:
    from schemas.cameras import Box
    from streams.domain.geometry.projection import GroundMap
    from streams.domain.normal.measure import Sizes
    from streams.evaluation.events import SceneNormal
    from streams.evaluation.scenes import TrackScene
    from streams.evaluation.watching import WatchedScene


class EventPart(StrEnum):
    """Event part: which figures are made."""

    INJECTED = "injected"
    DETECTED = "detected"
    FLEE = "flee"
    CLIPS = "clips"
    COUNTS = "counts"


FLEE_AT_S: Final = 160
"""When everybody flees in a simulated scene (the data's README)."""
SQUARE_M: Final = (0.0, 0.0, 30.0, 30.0)
"""The simulated square without its streets."""
TABLES: Final = "*.csv*"


def register(group: typer.Typer) -> None:
    """Add the command to the group `eval`."""

    @group.command()
    def events(
        data: Annotated[
            Path,
            typer.Option(help="Folder of tracks: normal/, events/sim-*, events/caviar-*, counts/ (see its README)"),
        ],
        part: Annotated[list[EventPart] | None, typer.Option(help="Only this; may be repeated")] = None,
        scene: Annotated[
            list[str] | None, typer.Option(help="Only this scene of normal/, such as ucy-zara02; may be repeated")
        ] = None,
        seed: Annotated[list[int] | None, typer.Option(min=0, help="Seed of the draws; may be repeated")] = None,
        trials: Annotated[int, typer.Option(min=1, max=1000, help="Moments per scene, event and seed")] = 24,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Put events into real tracks and tell how often the product's measures show them, and how often nothing.

        injected: runners, flights and gatherings in the scenes of normal/, true tracks. detected: the same with misses by
        occlusion, foot points off by .14 m and the product's tracker, on a mast of 6 m. flee: the simulated square that
        everybody leaves. clips: acted clips, calibrated from their walkers, each without itself. counts: windows of ten minutes
        about nothing. Told is a measure by which the event should show, above the view's own normal by the rules' quantile:
        learnt on the scene's first half (`half`), and on all of it (`whole`, so that nothing is told of the scene itself).

        Example: toezicht eval events --data trajectories --part injected --scene ucy-zara02 --seed 1 --json
        """
        parts = part or list(EventPart)
        result: dict[str, Any] = {}
        for detected in (False, True):
            if (EventPart.DETECTED if detected else EventPart.INJECTED) in parts:
                found = [each for each in _tables(data / "normal") if not scene or each.name.split(".")[0] in scene]
                result["detected" if detected else "injected"] = _put_in(found, seed or [1], trials, detected)
        if EventPart.FLEE in parts:
            result["flee"] = _flights(data / "events", seed or [1], trials)
        if EventPart.CLIPS in parts:
            result["clips"] = _clips(data / "events")
        if EventPart.COUNTS in parts:
            result["counts"] = {each.name.split(".")[0]: _of_counts(each) for each in _tables(data / "counts")}
        print(json.dumps(result) if as_json else "\n".join(lines_of(result)))


def _tables(folder: Path, begins: str = "") -> list[Path]:
    found = sorted(folder.glob(f"{begins}{TABLES}"))
    if not found:
        raise EvaluationError(f"{folder}: no table {begins}{TABLES}")
    return found


def _put_in(paths: Sequence[Path], seeds: Sequence[int], trials: int, detected: bool) -> dict[str, Any]:
    """Return for each scene, and for all of them, what is told of each event."""
    import numpy as np

    from streams.evaluation import events as of
    from streams.evaluation import watching
    from streams.evaluation.scenes import EVENTS, read_scene

    if not paths:
        raise EvaluationError("no such scene in normal/")
    follow = _follow if detected else None
    told: dict[str, Any] = {}
    everything: dict[tuple[str, str], list[of.Trials]] = {}
    for path in paths:
        scene = read_scene(path)
        whole = _watched(scene, np.random.default_rng(seeds[0]) if detected else None)
        seconds = watching.sizes_in(whole.shown, scene.lasts_s)
        first, second = of.first_half(seconds)
        normals = {"half": of.learnt(first, of.BLOCK_S), "whole": of.learnt(seconds, of.BLOCK_S)}
        row: dict[str, Any] = {"unusual_from": {name: _sizes(normal) for name, normal in normals.items()}}
        row["nothing"] = _nothing(normals["half"], second, of.WITHIN_S)
        row["situations_of_nothing_per_hour"] = of.onsets_per_hour(whole.shown)
        for name, event in EVENTS.items():
            shown = []
            for seed in seeds:
                chance = np.random.default_rng([seed, sum(map(ord, name))])
                shown += of.tried(scene, event, trials, len(first), chance, follow, whole.memory)
            for learnt, normal in normals.items():
                found = of.judged(shown, normal.of(event.shows))
                everything.setdefault((name, learnt), []).append(found)
                row.setdefault(name, {})[learnt] = found.as_dict()
        told[scene.name] = row
    told["all"] = {name: {} for name, _ in everything}
    for (name, learnt), found_in in everything.items():
        told["all"][name][learnt] = of.summed(found_in).as_dict()
    return told


def _watched(scene: TrackScene, chance: Any = None) -> WatchedScene:
    from streams.evaluation import watching

    if chance is None:
        return watching.watched(*watching.true_frames(scene, 0.0, scene.lasts_s))
    return watching.watched(*watching.detected_frames(scene, 0.0, scene.lasts_s, _follow, chance))


def _follow(boxes: Sequence[Sequence[Box]], ground: GroundMap) -> Sequence[Sequence[int | None]]:
    from streams.cli.evaluate.tracking import follow_boxes
    from streams.evaluation.watching import FPS

    return follow_boxes(boxes, ground.to_ground, FPS)


def _sizes(normal: SceneNormal) -> dict[str, float | None]:
    return {measure.value: size for measure, size in normal.from_size.items()}


def _nothing(normal: SceneNormal, seconds: Sequence[Sizes], window_s: int) -> dict[str, Any]:
    """Return how often something is told of nothing: any measure, and those by which each kind of event shows."""
    from streams.evaluation import events as of
    from streams.evaluation.scenes import FAST, FLIGHT, GATHERING

    kinds = {"any": of.LEAST, "fast": FAST, "flight": FLIGHT, "gathering": GATHERING}
    return {name: of.of_nothing(normal.of(kind), seconds, window_s)._asdict() for name, kind in kinds.items()}


def _flights(folder: Path, seeds: Sequence[int], trials: int) -> dict[str, Any]:
    """Return when the flights of simulated squares are told, and how often quiet ones are: learnt on a quiet one's first half."""
    import numpy as np

    from streams.evaluation import events as of
    from streams.evaluation import watching
    from streams.evaluation.scenes import EVENTS, View, read_scene

    told: dict[str, Any] = {}
    for path in _tables(folder, "sim-none-"):
        quiet = read_scene(path, View(*SQUARE_M))
        whole = _watched(quiet)
        first, second = of.first_half(watching.sizes_in(whole.shown, quiet.lasts_s))
        normal = of.learnt(first, of.BLOCK_S)
        nothing, flight = _nothing(normal, second, of.WITHIN_S), normal.of(EVENTS["flight"].shows)
        row: dict[str, Any] = {"unusual_from": _sizes(normal), "nothing": nothing, "quiet_s": len(second)}
        row["situations_of_nothing_per_hour"] = of.onsets_per_hour(whole.shown)
        for kind in ("flee", "leave"):
            of_kind = folder / path.name.replace("sim-none-", f"sim-{kind}-")
            if of_kind.is_file():
                scene = read_scene(of_kind, View(*SQUARE_M))
                shown = of.since(_watched(scene).shown, FLEE_AT_S)
                row[kind] = of.judged([[each for each in shown if each.second_s <= of.WITHIN_S]], flight).as_dict()
        shown_of = [
            seconds
            for seed in seeds
            for seconds in of.tried(
                quiet, EVENTS["flight"], trials, len(first), np.random.default_rng(seed), memory=whole.memory
            )
        ]
        row["flight_put_in"] = of.judged(shown_of, flight).as_dict()
        told[quiet.name] = row
    return told


def _clips(folder: Path) -> dict[str, Any]:
    """Return in how many acted clips somebody is told to run, each judged by the other ordinary ones."""
    from streams.cameras.walkers import Walkers, calibrate, read_walkers
    from streams.domain.geometry.pinhole import PinholeMap
    from streams.evaluation.clips import SIZE_PX, read_clip, runs

    ordinary = _tables(folder, "caviar-normal-")
    clips = {path: read_clip(path) for path in _tables(folder, "caviar-")}
    walkers: Mapping[Path, Walkers] = {path: read_walkers(path) for path in ordinary}
    found: dict[str, dict[str, list[str]]] = {}
    cameras = []
    for path, clip in clips.items():
        others = [other for other in ordinary if other != path]
        boxes = {f"{other.name}/{track}": each for other in others for track, each in walkers[other].items()}
        calibration = calibrate(boxes, SIZE_PX, "walkers", date(2000, 1, 1))
        cameras.append(calibration)
        kind = clip.name.split("-")[1]
        row = found.setdefault(kind, {"clips": [], "not_calibrated": [], "calibrated": []})
        row["clips"].append(clip.name)
        for name, ground in (("not_calibrated", None), ("calibrated", PinholeMap.of(calibration))):
            if runs(clip, [clips[other] for other in others], ground):
                row[name].append(clip.name)
    told: dict[str, Any] = {
        kind: {"clips": len(row["clips"])}
        | {name: {"running": len(row[name]), "in": row[name]} for name in ("not_calibrated", "calibrated")}
        for kind, row in sorted(found.items())
    }
    fields = ("height_m", "tilt_deg", "roll_deg", "focal_px", "walking_m_per_s", "height_error")
    values = {name: [getattr(camera, name) for camera in cameras] for name in fields}
    return told | {"camera": {name: [min(each), max(each)] for name, each in values.items()}}


def _of_counts(path: Path) -> dict[str, Any]:
    """Return how many windows about nothing of a table's second half are told, learnt on its first half."""
    from streams.evaluation import events as of

    first, second = of.first_half(of.read_counts(path))
    normal = of.learnt(first, of.WINDOW_S)
    return {"unusual_from": _sizes(normal), "nothing": _nothing(normal, second, of.WINDOW_S)}
