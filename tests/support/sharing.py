"""Files of partners for tests, alerts of any kind, and an independent check of partners' topics, on raw JSON."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from random import Random
from typing import Any, Final

import yaml
from hypothesis import strategies as st

from schemas.alerts import Alert, AlertMovement, AlertState
from schemas.categories import Category, Priority
from schemas.evidence import MovementKind, Verdict
from schemas.geo import Position
from schemas.phrases.codes.common import own_words
from schemas.phrases.codes.titles import zone_of_camera
from streams.config.partners import DEFAULT_PARTNERS
from streams.domain.geometry.ground import to_ground
from streams.domain.partners.need_to_know import Partners
from tests.support.messages import NOON, example

ALERT: Final = example(Alert)
REPORT: Final = ALERT.reports[0]
CAMERA: Final = ALERT.cameras[0]

GRANT: Final[dict[str, Any]] = {
    "categories": ["straatroof"],
    "fields": ["state", "priority", "place", "position"],
    "grain_m": 10,
    "ground": "law",
}
FILE: Final[dict[str, Any]] = {
    "version": "1",
    "towns": ["Amstelveen"],
    "grounds": {
        "law": {
            "law": "a law",
            "text": {"nl": "een wet", "en": "a law"},
            "kinds": ["police", "fire", "ambulance", "care", "municipality", "housing", "organiser"],
            "health": True,
        },
        "footage": {
            "law": "a law on footage", "text": {"nl": "beelden", "en": "footage"},
            "kinds": ["police", "municipality"], "footage": True,
        },
    },
    "partners": {"politie": {"name": "Police", "kind": "police", "principal": "politie", "gets": [GRANT]}},
}  # fmt: skip
"""A small file without faults."""


def changed(*path: Any, to: Any) -> dict[str, Any]:
    """Return the small file with one value in another way; a missing one is added."""
    found = copy.deepcopy(FILE)
    part: Any = found
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = to
    return found


def granted(kind: str = "police", **entry: Any) -> dict[str, Any]:
    """Return the small file with one partner of a kind whose one grant differs."""
    found = changed("partners", "politie", "kind", to=kind)
    found["partners"]["politie"]["gets"] = [GRANT | entry]
    return found


def partners_of(document: dict[str, Any]) -> Partners:
    """Return the model of a file."""
    return Partners.model_validate(document)


IDENTITY: Final = frozenset(
    {
        "partner", "control_room_id", "alert_id", "revision", "changed_at", "withdrawn", "exercise", "merged_into",
        "dispatch_id", "alert_revision", "confirmed_at", "deadline_at", "attempt", "ground", "partners_version",
        "handover_id", "handed_at", "answer_by", "came_from", "overdue", "reason", "reason_phrase",
    }
)  # fmt: skip
"""What any message for a partner has: identities, times, flags, and the ground."""
ALWAYS: Final = frozenset({"category", "title", "title_phrase"})
WITH: Final = {"closing": "state"}
HEALTH: Final = frozenset({"verward_persoon", "medisch_onwel"})
HOMES: Final = frozenset({"woninginbraak", "woonoverlast", "ondermijning_pand", "woonfraude_overbewoning"})
SQUARE_SLACK_M: Final = 0.5


def allowed(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """Return what a file's document grants, by partner and category, read without the model."""
    return {
        (partner, category): entry
        for partner, about in document["partners"].items()
        for entry in about["gets"]
        for category in entry["categories"]
    }


@cache
def default_document() -> dict[str, Any]:
    """Return the built-in file as it is written."""
    from importlib.resources import files

    text = files("streams.domain.partners").joinpath(DEFAULT_PARTNERS).read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def beyond(topic: str, told: dict[str, Any], document: dict[str, Any], towns: frozenset[str]) -> list[str]:
    """Return what a message on a partner's topic tells that the file does not grant: one line each, none where it may.

    Args:
        topic: Where it stood.
        told: Its JSON.
        document: The file of partners as it is written.
        towns: Names of towns, which may be told whatever the grain is.
    """
    partner, _, about = topic.removeprefix("partner-").partition("-")
    found = [] if told["partner"] == partner else [f"for {told['partner']} on {topic}"]
    filled = {name for name, value in told.items() if value not in (None, "", [], False)} - IDENTITY
    if told.get("withdrawn"):
        return (
            found + [f"withdrawn with {name}" for name in sorted(filled)] + (["ground"] if told.get("ground") else [])
        )
    category = told.get("category")
    entry = allowed(document).get((partner, str(category)))
    if entry is None:
        return [*found, f"{category} is not {partner}'s"]
    if (about == "health") is not (category in HEALTH):
        found.append(f"{category} on {topic}")
    if told["ground"] != entry["ground"]:
        found.append(f"ground {told['ground']}")
    fields = {WITH.get(name, name) for name in filled - ALWAYS}
    found += [f"{name} of {category}" for name in sorted(fields - {*entry["fields"]})]
    grain_m = entry.get("grain_m")
    if category in HEALTH | HOMES and grain_m is not None:
        grain_m = max(100, grain_m)
    if told.get("place") and (grain_m is None or grain_m > 50) and told["place"] not in towns:
        found.append(f"street {told['place']}")
    if any(told["place"] not in text for text in (told["title"],) if told.get("place")):
        found.append("title without its place")
    position = told.get("position")
    if position:
        found += _too_fine(position, grain_m)
    return found


def _too_fine(position: dict[str, float], grain_m: float | None) -> list[str]:
    """Return what is wrong with a position: it is the middle of a square of the grain, or of a coarser one by its accuracy."""
    if grain_m is None:
        return ["position without a grain"]

    class At:
        lat, lon = position["lat"], position["lon"]

    point = to_ground(At())
    for side_m in (each for each in (10, 50, 100, 500, 1_000, 5_000) if each >= grain_m):
        off_m = max(abs((at % side_m) - side_m / 2) for at in point)
        if off_m <= SQUARE_SLACK_M and position["accuracy_m"] >= side_m:
            return []
    return [f"position {position} is the middle of no square of {grain_m} m or more"]


PLACES: Final = (
    "", "Stadsplein, Amstelveen", "Amstelveen", "Stadsplein", "Laan van Kronenburg, Amstelveen", "Amstelveenseweg, Amsterdam",
    "Dorpsstraat, Elders", "a, b, Aalsmeer",
)  # fmt: skip
SECRET: Final = "words-of-a-sender"
"""Stands in everything of an alert that no partner may ever see."""


@st.composite
def alerts(draw: st.DrawFn, at_most: int = 4) -> Alert:
    """Return alerts of any kind, with everything of one that sharing could give away, and so many reports and cameras."""
    kinds = st.sampled_from(Category)
    category = draw(kinds)
    position = st.none() | st.builds(
        Position, lat=st.floats(52.2, 52.4), lon=st.floats(4.7, 5.0), accuracy_m=st.floats(1, 5_000)
    )
    reports = draw(st.lists(st.tuples(kinds | st.just(category), st.booleans(), position), max_size=at_most))
    cameras = draw(st.lists(st.sampled_from(Verdict), max_size=at_most))
    movements = draw(st.lists(st.sampled_from(MovementKind), max_size=5))
    camera_only = draw(st.booleans())
    return ALERT.model_copy(
        update={
            "alert_id": f"alert-{draw(st.integers(0, 10**6))}",
            "revision": draw(st.integers(0, 9)),
            "category": category,
            "state": draw(st.sampled_from(AlertState)),
            "closing": draw(st.sampled_from(["", "true", "false", "test", "duplicate"])),
            "priority": draw(st.sampled_from(Priority)),
            "title": SECRET,
            "place": f"{SECRET} of a camera" if camera_only else draw(st.sampled_from(PLACES)),
            "place_phrase": zone_of_camera(SECRET, SECRET) if camera_only else None,
            "position": draw(position),
            "verdict": draw(st.sampled_from(Verdict)),
            "recipients": tuple(draw(st.lists(st.sampled_from([*default_document()["partners"], "nobody"]), unique=True))),
            "reports": tuple(
                REPORT.model_copy(
                    update={"category": kind, "cancelled": cancelled, "position": at, "source_id": SECRET,
                            "incident_id": SECRET, "source": f"{SECRET}-{number}"}
                )
                for number, (kind, cancelled, at) in enumerate(reports)
            ),
            "cameras": tuple(
                CAMERA.model_copy(update={"camera_id": f"cam-{n}", "verdict": said, "explanation": SECRET, "zone_id": SECRET})
                for n, said in enumerate(cameras)
            ),
            "movements": tuple(
                AlertMovement(camera_id=SECRET, kind=kind, persons=3, at=NOON, distance_m=0, reason=own_words(SECRET))
                for kind in movements
            ),
            "evidence_ids": (SECRET,) * 40,
            "handled_by": SECRET,
            "exercise": draw(st.booleans()),
            "merged_into": draw(st.none() | st.just("alert-x")),
        }
    )  # fmt: skip


def mixed_day(seed: int, number: int, rooms: Sequence[str], at: datetime) -> list[Alert]:
    """Return a day of alerts of all categories in some rooms, in up to four revisions that change what partners may see.

    Each holds what no partner may ever see (`SECRET`) wherever an alert has room for it.
    """
    chance, found = Random(seed), list[Alert]()
    partners, categories = [*default_document()["partners"], "nobody"], [*Category]
    for each in range(number):
        now = ALERT.model_copy(
            update={
                "alert_id": f"alert-{each}", "control_room_id": chance.choice(rooms), "category": chance.choice(categories),
                "title": SECRET, "title_phrase": own_words(SECRET), "state": AlertState.NEW, "evidence_ids": (SECRET,),
                "opened_at": at, "expires_at": at, "occurred_at": at, "handled_by": SECRET, "summary": None,
                "exercise": chance.random() < 0.05,
            }
        )  # fmt: skip
        for revision in range(chance.randint(1, 4)):
            changes: dict[str, Any] = {"revision": revision, "changed_at": at}
            if revision == 0 or chance.random() < 0.5:
                changes["recipients"] = tuple(chance.sample(partners, chance.randint(1, 5)))
            if revision and chance.random() < 0.3:
                changes["category"] = chance.choice(categories)
            if revision and chance.random() < 0.3:
                changes["state"] = chance.choice([*AlertState])
            changes |= {
                "priority": chance.choice([*Priority]),
                "place": chance.choice(PLACES),
                "position": Position(lat=chance.uniform(52.2, 52.4), lon=chance.uniform(4.7, 5.0), accuracy_m=chance.uniform(5,
                900)), "verdict": chance.choice([*Verdict]), "reports": tuple(
                    REPORT.model_copy(
                        update={"category": chance.choice(categories), "cancelled": chance.random() < 0.2, "source":
                        f"{SECRET}-{n}",
                                "source_id": SECRET, "incident_id": SECRET}
                    )
                    for n in range(chance.randint(0, 2))
                ),
                "cameras": (CAMERA.model_copy(update={"verdict": chance.choice([*Verdict]), "explanation": SECRET}),),
            }  # fmt: skip
            now = now.model_copy(update=changes)
            found.append(now)
    return found
