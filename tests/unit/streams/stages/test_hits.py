"""The stage `hits` tells both partners at once, once, and takes it back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from schemas.audit import AuditEvent
from schemas.categories import Category
from schemas.incidents import Incident, Operation
from schemas.sharing import PartnerHit
from streams import topics
from streams.config.partners import load_partners
from streams.domain.partners.hits import HITS_AT_MOST
from streams.domain.partners.need_to_know import Partners
from streams.stages.base import Input, Output
from streams.stages.hits import HELD_AT_MOST, HeldRow, Hits, NearRow
from tests.support.hits import FILE, at, reported
from tests.support.messages import NOON, example
from tests.support.rows import FakeRows
from tests.support.sharing import partners_of
from tests.support.situations import camera, registry, tick

PARTNERS = partners_of(FILE)
REGISTRY = registry(camera("cam-1", 0))
TELLS = ["partner-brandweer", "partner-politie"]


class Scene:
    """A stage with its rows."""

    def __init__(self, partners: Partners = PARTNERS) -> None:
        self.stage = Hits(partners, REGISTRY)
        self.rows = FakeRows()
        self.offset = 0

    def give(self, incident: Incident, after_s: float = 0) -> Sequence[Output]:
        """Give a report that came in so long after noon."""
        self.offset += 1
        now = NOON + timedelta(seconds=after_s)
        item = Input(incident, b"", topics.INCIDENTS, 0, self.offset, incident.message_id(), now)
        return self.stage.handle(item, self.rows, now)

    def noise(self, after_s: float) -> Sequence[Output]:
        """Let time pass: a report of nobody comes in."""
        return self.give(reported(f"noise-{after_s}", "p2000"), after_s)


def hits(outputs: Sequence[Output]) -> list[tuple[str, PartnerHit]]:
    """Return what partners are told, by topic."""
    return sorted(
        ((each.topic, each.message) for each in outputs if isinstance(each.message, PartnerHit)),
        key=lambda told: told[0],
    )


def audit(outputs: Sequence[Output]) -> list[AuditEvent]:
    """Return what the audit is told."""
    return [each.message for each in outputs if isinstance(each.message, AuditEvent)]


def states(outputs: Sequence[Output]) -> list[tuple[str, bool]]:
    """Return on which topics something was told, and whether it was withdrawn."""
    return [(topic, message.withdrawn) for topic, message in hits(outputs)]


TOLD = [(topic, False) for topic in TELLS]
WITHDRAWN = [(topic, True) for topic in TELLS]


@pytest.fixture
def scene() -> Scene:
    """Return one in which nothing was reported yet."""
    return Scene()


def test_both_are_told_with_the_second_report(scene: Scene) -> None:
    """And the audit once: which two, on what ground, no reference and no content."""
    assert scene.give(reported("p", "politie-gms")) == []
    outputs = scene.give(reported("b", "brandweer-gms"), 10)
    assert states(outputs) == TOLD
    (event,) = audit(outputs)
    assert (event.actor, event.action, event.result) == ("hits", "hit", "told")
    assert event.object_id == hits(outputs)[0][1].hit_id
    assert event.reason.endswith(" were told that both have something, on the ground refer")
    assert {*event.reason.split()[:3]} == {"brandweer", "and", "politie"}
    assert len(outputs) == 3


def test_the_same_revision_again_says_nothing(scene: Scene) -> None:
    """Nor does one that changed nothing of what decides, or an older one."""
    scene.give(reported("p", "politie-gms"))
    second = reported("b", "brandweer-gms", revision=3)
    assert states(scene.give(second)) == TOLD
    assert scene.give(second) == []
    assert scene.give(reported("b", "brandweer-gms", revision=4, urgency=0, summary="other")) == []
    assert scene.give(reported("b", "brandweer-gms", revision=2, position=at(400))) == []


def test_a_call_that_comes_twice_is_told_once(scene: Scene) -> None:
    """Under two ids of one partner."""
    scene.give(reported("p", "politie-gms", position=at(10)))
    assert states(scene.give(reported("b", "brandweer-gms"))) == TOLD
    assert scene.give(reported("b-2", "brandweer-gms", position=at(4))) == []
    assert scene.give(reported("p-2", "politie", position=at(6))) == []
    assert states(scene.give(reported("p-3", "politie-gms", position=at(4)))) == TOLD  # at the very place of one


def test_a_cancelled_report_takes_its_hits_with_it(scene: Scene) -> None:
    """Both learn it; also long after nothing could fit it any more, while the hit still holds."""
    for after_s in (20, 3_000):
        scene = Scene()
        scene.give(reported("p", "politie-gms"))
        scene.give(reported("b", "brandweer-gms"), 10)
        outputs = scene.give(reported("p", "politie-gms", revision=1, operation=Operation.CANCEL), after_s)
        assert states(outputs) == WITHDRAWN
        assert [each.result for each in audit(outputs)] == ["withdrawn_cancelled"]
        assert {message.revision for _, message in hits(outputs)} == {1}


def test_a_report_that_moves_away_loses_its_hit_and_finds_another(scene: Scene) -> None:
    """The one withdrawn, the other told; and back again under the next revision."""
    scene.give(reported("p", "politie-gms"))
    scene.give(reported("p-2", "politie-gms", position=at(400)))
    scene.give(reported("b", "brandweer-gms"))
    moved = scene.give(reported("b", "brandweer-gms", revision=1, position=at(400)))
    assert sorted(states(moved)) == sorted(WITHDRAWN + TOLD)
    assert Counter(each.result for each in audit(moved)) == {"withdrawn_changed": 1, "told": 1}
    back = scene.give(reported("b", "brandweer-gms", revision=2))
    again = [message for _, message in hits(back) if not message.withdrawn]
    assert {message.revision for message in again} == {2}
    assert len({each.message.message_id() for out in (moved, back) for each in out}) == 12


def test_whom_a_report_leaves_finds_another(scene: Scene) -> None:
    """Of two that fit, the one that stays is told when the first is cancelled."""
    scene.give(reported("p", "politie-gms"))
    scene.give(reported("b", "brandweer-gms"))
    assert scene.give(reported("b-2", "brandweer-gms", position=at(5))) == []
    outputs = scene.give(reported("b", "brandweer-gms", revision=1, operation=Operation.CANCEL))
    assert sorted(states(outputs)) == sorted(WITHDRAWN + TOLD)


def test_a_hit_expires_once(scene: Scene) -> None:
    """At the next report of anybody; the same two reports are not told again afterwards."""
    scene.give(reported("p", "politie-gms"))
    scene.give(reported("b", "brandweer-gms"))
    assert scene.noise(3_599) == []
    outputs = scene.noise(3_620)
    assert states(outputs) == WITHDRAWN
    assert [each.result for each in audit(outputs)] == ["withdrawn_expired"]
    assert scene.noise(3_700) == []
    assert scene.give(reported("b", "brandweer-gms", revision=1, position=at(1)), 3_710) == []


def test_nothing_is_kept_for_ever(scene: Scene) -> None:
    """All rows but the clock are gone when nothing can be withdrawn or fit any more."""
    scene.give(reported("p", "politie-gms"))
    scene.give(reported("b", "brandweer-gms"))
    for after_s in (2_000, 3_700, 5_000, 1_300_000):
        scene.noise(after_s)
    assert scene.rows.names("") == ["due-clock"]


def test_reports_of_one_cell_are_bounded(scene: Scene) -> None:
    """Those that happened first are no longer looked at; a report's hits are bounded by its partners."""
    for number in range(HELD_AT_MOST + 5):
        scene.give(reported(f"p-{number}", "politie-gms", occurred_at=NOON + timedelta(seconds=number)))
    (key,) = scene.rows.names("near/")
    row = scene.rows.get(key, NearRow)
    assert row is not None
    assert len(row.reports) == HELD_AT_MOST
    assert min(each.occurred_at for each in row.reports) == NOON + timedelta(seconds=5)
    for number in range(40):
        scene.give(reported(f"b-{number}", "brandweer-gms", position=at(number)))
    kept = [row for _, row in scene.rows.scan("held/", HeldRow)]
    assert max(len(row.hits) for row in kept) <= HITS_AT_MOST


def test_borders_of_cells_and_rooms_divide_nothing(scene: Scene) -> None:
    """Each is told in the room of its own report."""
    for east_m in range(-520, 520, 40):
        scene = Scene()
        scene.give(reported("p", "politie-gms", position=at(east_m)))
        assert states(scene.give(reported("b", "brandweer-gms", position=at(east_m + 50)))) == TOLD, east_m


def test_an_exercise_and_what_is_real_never_meet(scene: Scene) -> None:
    """Two exercises do, and say so."""
    scene.give(reported("p", "politie-gms", exercise=True))
    assert scene.give(reported("b", "brandweer-gms")) == []
    outputs = scene.give(reported("b-2", "brandweer-gms", exercise=True))
    assert [message.exercise for _, message in hits(outputs)] == [True, True]


def test_what_may_be_about_health_goes_to_that_topic() -> None:
    """Of both, whichever of the two reports it is, so that the topic tells nothing."""
    partners = load_partners()
    for mine, theirs in (("brand", "brand"), ("geweld_vechtpartij", "medisch_onwel"), ("medisch_onwel", "brand")):
        scene = Scene(partners)
        scene.give(reported("p", "politie-gms", mine))
        outputs = scene.give(reported("a", "ambulance-gms", theirs))
        assert [topic for topic, _ in hits(outputs)] == ["partner-ambulance-health", "partner-politie-health"]


def test_another_message_is_refused(scene: Scene) -> None:
    """It reads incidents alone."""
    message = tick("room", NOON)
    with pytest.raises(TypeError, match="expected an incident or a deletion, got a tick"):
        scene.stage.handle(Input(message, b"", topics.INCIDENTS, 0, 1, message.message_id(), NOON), scene.rows, NOON)


def mixed(seed: int, count: int) -> list[tuple[Incident, float]]:
    """Return reports of partners and others in one small quarter, their changes and cancellations, as they come in."""
    random = Random(seed)
    sources = ("politie-gms", "brandweer-gms", "ambulance-gms", "hor", "ggd", "oov", "corporatie", "p2000")
    found: list[tuple[Incident, float]] = []
    revisions: Counter[str] = Counter()
    for number in range(count):
        name, source = f"r{random.randrange(count // 2)}", random.choice(sources)
        changes: dict[str, Any] = {
            "position": None
            if random.random() < 0.05
            else at(random.uniform(-300, 300), random.choice((10, 40, 200, 800))),
            "occurred_at": NOON + timedelta(seconds=20 * number - random.uniform(0, 900)),
            "revision": revisions[f"{source} {name}"],
            "operation": Operation.CANCEL if random.random() < 0.1 else Operation.CREATE,
            "exercise": random.random() < 0.05,
        }
        revisions[f"{source} {name}"] += 1
        found.append((reported(name, source, random.choice(list(Category)), **changes), 20.0 * number))
    return found


def test_over_a_mixed_day_every_hit_has_a_line_and_both_are_told_the_same() -> None:
    """By the file as it is written; what is told last of each hit is told to both, and to the audit once for each revision."""
    partners = load_partners()
    lines = {
        (one, a, other, b): entry.ground
        for entry in partners.hits.pairs
        for one, other in (tuple(entry.categories), tuple(entry.categories)[::-1])
        for a in entry.categories[one]
        for b in entry.categories[other]
    }
    scene, category_of, told = Scene(partners), dict[tuple[str, str], str](), list[PartnerHit]()
    events: Counter[str] = Counter()
    for incident, after_s in mixed(3, 4_000):
        partner = partners.pairs.partner_of(incident.source)
        outputs = scene.give(incident, after_s)
        told += [message for _, message in hits(outputs)]
        if partner is not None:
            category_of[partner, incident.source_id] = incident.category.value
        for message in (message for _, message in hits(outputs) if not message.withdrawn):
            (other,) = [
                each for _, each in hits(outputs)
                if each.hit_id == message.hit_id and each.partner == message.other and not each.withdrawn
            ]  # fmt: skip
            mine = category_of[message.partner, message.your_reference]
            theirs = category_of[other.partner, other.your_reference]
            assert lines[message.partner, mine, other.partner, theirs] == message.ground == other.ground
        events.update(event.message_id() for event in audit(outputs))
    assert sum(not each.withdrawn for each in told) > 200
    assert sum(each.withdrawn for each in told) > 100
    assert set(events.values()) == {1}
    assert len(events) == len({(each.hit_id, each.revision) for each in told}) == len(told) / 2
    assert len({each.message_id() for each in told}) == len(told)


def test_the_same_reports_give_the_same_again() -> None:
    """A replay says it all over, byte by byte."""

    def run() -> list[tuple[str, bytes]]:
        scene = Scene(load_partners())
        return [
            (each.topic, each.message.model_dump_json().encode())
            for incident, after_s in mixed(5, 1_000)
            for each in scene.give(incident, after_s)
        ]

    first = run()
    assert first == run()
    assert len(first) > 50


def test_a_report_without_a_place_belongs_to_a_room_too() -> None:
    """So that its cancellation, which may have lost its place, takes the hit away."""
    scene = Scene()
    scene.give(reported("p", "politie-gms"))
    scene.give(reported("b", "brandweer-gms"))
    gone = scene.give(reported("b", "brandweer-gms", revision=1, position=None))
    assert states(gone) == WITHDRAWN
    assert example(Incident).position is not None


def test_times_are_the_brokers() -> None:
    """A hit is as old as the report that made it, by when that came in."""
    scene = Scene()
    scene.give(reported("p", "politie-gms"))
    outputs = scene.give(reported("b", "brandweer-gms"), 77)
    at_: datetime = NOON + timedelta(seconds=77)
    assert {message.changed_at for _, message in hits(outputs)} == {at_}
