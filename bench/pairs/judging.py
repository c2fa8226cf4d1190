"""Judging: labelled reports through the stage `hits` in memory, and what it told held against what is true."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.pairs.generating import Labelled, Pairing, generate, truth
from schemas.audit import AuditEvent
from schemas.sharing import PartnerHit
from streams import topics
from streams.domain.cameras.registry import Registry
from streams.domain.partners.need_to_know import Partners
from streams.runtime.in_memory import MemoryRows
from streams.stages.base import Input
from streams.stages.hits import Hits


@dataclass
class Tally:
    """Tally: what was found of what is true. A hit that says again what was told of a matter is neither: it is a repeat."""

    true: int = 0
    found: int = 0
    false: int = 0
    repeats: int = 0

    @property
    def missed(self) -> int:
        """Return how many were not found."""
        return self.true - self.found

    def as_dict(self) -> dict[str, Any]:
        """Return the counts, and precision and recall where there is something to divide by."""
        told = self.found + self.false
        return {
            "matters": self.true,
            "found": self.found,
            "false": self.false,
            "repeats": self.repeats,
            "precision": self.found / told if told else None,
            "recall": self.found / self.true if self.true else None,
        }


@dataclass(frozen=True, slots=True)
class ToldHit:
    """Told hit: the two reports of a hit, and how long after the later of them came in both partners were told (s)."""

    reports: tuple[Labelled, Labelled]
    after_s: float


def evaluate(seeds: Sequence[int], partners: Partners, registry: Registry) -> dict[str, Any]:
    """Return precision and recall over seeds, in parts, and how long after the second report both partners were told.

    Args:
        seeds: Seeds to make reports from; each is played by itself.
        partners: The file of partners.
        registry: Any, for its control rooms.
    """
    parts: dict[str, Tally] = defaultdict(Tally)
    after_s, reports, events = list[float](), 0, 0
    for seed in seeds:
        made = generate(seed, partners)
        told, audited = play(made, partners, registry)
        for name, tally in judge(made, told, partners).items():
            whole = parts[name]
            for field in vars(tally):
                setattr(whole, field, getattr(whole, field) + getattr(tally, field))
        after_s += [each.after_s for each in told]
        reports, events = reports + len(made), events + audited
    return {
        "partners_version": partners.version,
        "seeds": list(seeds),
        "reports": reports,
        "hits": len(after_s),
        "audited": events,
        "told_after_s": {"max": max(after_s, default=None)},
        "missed": {
            name.removeprefix("fault "): parts.pop(name).missed for name in sorted(parts) if name.startswith("fault ")
        },
        **{name: parts.pop(name, Tally()).as_dict() for name in ("all", "exact", "coarse", "sound")},
        "pairs": {name: parts[name].as_dict() for name in sorted(parts)},
    }


def play(reports: Sequence[Labelled], partners: Partners, registry: Registry) -> tuple[list[ToldHit], int]:
    """Return the hits that both partners were told, and how many the audit was told."""
    stage, rows = Hits(partners, registry), MemoryRows()
    by_reference = {
        (partners.pairs.partner_of(each.incident.source), each.incident.source_id): each for each in reports
    }
    sides: dict[str, list[PartnerHit]] = defaultdict(list)
    audited = 0
    for number, each in enumerate(reports):
        item = Input(each.incident, b"", topics.INCIDENTS, 0, number, each.incident.message_id(), each.arrived_at)
        for output in stage.handle(item, rows, each.arrived_at):
            if isinstance(output.message, PartnerHit) and not output.message.withdrawn:
                sides[output.message.hit_id].append(output.message)
            audited += isinstance(output.message, AuditEvent) and output.message.result == "told"
    told = []
    for one, other in sides.values():
        a, b = (by_reference[each.partner, each.your_reference] for each in (one, other))
        later = max(a.arrived_at, b.arrived_at)
        told.append(ToldHit((a, b), max((each.changed_at - later).total_seconds() for each in (one, other))))
    return told, audited


def judge(reports: Sequence[Labelled], told: Sequence[ToldHit], partners: Partners) -> dict[str, Tally]:
    """Return tallies: of all, of exact and of coarse places, of sound reports and each fault, of each two with categories."""
    wanted = truth(reports, partners)
    parts: dict[str, Tally] = defaultdict(Tally)
    for pairing, (one, other) in wanted.items():
        for name in _parts(pairing[1:], one, other):
            parts[name].true += 1
    seen: set[Pairing] = set()
    for hit in told:
        sides = sorted(hit.reports, key=lambda each: str(partners.pairs.partner_of(each.incident.source)))
        names = tuple(str(partners.pairs.partner_of(each.incident.source)) for each in sides)
        pairing = (sides[0].matter, names[0], names[1])
        right = sides[0].matter == sides[1].matter and pairing in wanted
        shown = wanted[pairing] if right else (sides[0], sides[1])  # a part's recall is of what is true in it
        for name in _parts((names[0], names[1]), *shown):
            tally = parts[name]
            if not right:
                tally.false += 1
            elif pairing in seen:
                tally.repeats += 1
            else:
                tally.found += 1
        if right:
            seen.add(pairing)
    return parts


def _parts(names: tuple[str, str], one: Labelled, other: Labelled) -> tuple[str, ...]:
    pair = f"{names[0]} {one.true_category} + {names[1]} {other.true_category}"
    fault = one.fault or other.fault
    sound = f"fault {fault}" if fault else "sound"
    return "all", "coarse" if one.coarse or other.coarse else "exact", sound, pair
