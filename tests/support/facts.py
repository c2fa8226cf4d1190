"""Facts by chance, for properties of `decide`."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from schemas.categories import Category
from schemas.evidence import Evidence, Verdict
from schemas.incidents import Operation
from tests.support.situations import NOON, episode, in_view, position, report, seconds, sighting


@st.composite
def facts(draw: st.DrawFn) -> list[Evidence]:
    """Return reports, answers of cameras to them, and phases of a crowd, in the order in which they happened."""
    found = draw(reports())
    for name in NAMES:
        for camera_id in CAMERAS:
            for verdict in draw(st.lists(st.sampled_from(ANSWERS), max_size=2, unique=True)):
                answer = sighting(name, camera_id, verdict, NOON + seconds(draw(st.integers(0, 300))))
                fact = answer.fact.model_copy(update={"incident_id": f"incident-{name}"})
                identity = f"{name}-{camera_id}-{verdict.value}"
                found.append(answer.model_copy(update={"fact": fact, "evidence_id": identity}))
    phases = [("begin", "warn", 0), ("change", "high", 60), ("end", "none", 200)]
    found += [episode(phase, level, NOON + seconds(at)) for phase, level, at in phases[: draw(st.integers(0, 3))]]
    return found


NAMES = ("a", "b", "c")


CAMERAS = ("cam-1", "cam-2")


ANSWERS = (Verdict.CORROBORATED, Verdict.CONTRADICTED, Verdict.UNSEEN, Verdict.CAMERA_UNAVAILABLE)


@st.composite
def reports(draw: st.DrawFn) -> list[Evidence]:
    """Return the revisions of a few reports about one place and time, some of them cancelled.

    One of them may be placed roughly: two of one partner would be two events, and which is second tells of arrival.
    """
    found = []
    for name in NAMES[: draw(st.integers(1, 3))]:
        for revision in range(draw(st.integers(1, 3))):
            cancelled = revision > 0 and draw(st.booleans())
            changes: dict[str, Any] = {
                "operation": Operation.CANCEL if cancelled else Operation.UPDATE if revision else Operation.CREATE,
                "revision": revision,
                "source": draw(st.sampled_from(("p2000", "politie-gms"))),
                "category": draw(st.sampled_from((Category.STRAATROOF, Category.GEWELD_VECHTPARTIJ))),
                "urgency": draw(st.integers(0, 4)),
                "position": position(
                    draw(st.integers(0, 60)), 0, draw(st.sampled_from((10, 300) if name == "a" else (10,)))
                ),
                "occurred_at": NOON + seconds(draw(st.integers(0, 200))),
                "reported_at": NOON + seconds(200 + draw(st.integers(0, 5_000))),
                "incident_id": f"incident-{name}",
            }
            found.append(report(name, in_view(*CAMERAS), **changes))
    return found
