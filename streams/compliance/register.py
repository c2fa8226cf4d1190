"""Register entries, generated from what runs: the Dutch government's algorithm register, a list of cameras, the DPIA's annex.

The field names of the algorithm register are those of its publication standard 1.0, as published entries have them. What only the
municipality knows (its name, whom to write to, since when it is used) stands in a file of its own, `RegisterFacts`. Nothing has
the time of generating in it: the same system gives the same bytes, so that a difference is a change of what runs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import yaml
from pydantic import Field

from schemas.base import Part
from schemas.phrases.catalogue import decimal, sentence
from schemas.phrases.language import Language
from streams import topics
from streams.compliance.files import MODEL_SUFFIXES, model_files
from streams.compliance.topics import limit_of
from streams.compliance.ways import way_of
from streams.config.activities import ProcessingActivities
from streams.config.files import DEFAULT_RULES, load_rules
from streams.config.partners import DEFAULT_PARTNERS, load_partners, wanted_topics
from streams.config.registry import load_registry
from streams.domain.cameras.legal_basis import window_phrase
from streams.domain.cameras.registry import Registry
from streams.domain.compliance.retention import time_span
from streams.domain.partners.need_to_know import Partners
from streams.domain.rules.rules import Rules
from streams.settings import Settings
from streams.topics import BY_NAME, TopicSpec, partner_of

STANDARD: Final = "1.0"
TEXTS: Final = "register.nl.yaml"
MODELS: Final = "models.json"
"""The file with the models; without them it is taken over as it is: they are no part of a checkout."""


class RegisterFacts(Part):
    """Register facts: what the registers ask of the municipality and no other file knows."""

    organization: Annotated[str, Field(min_length=1, max_length=100)]
    department: Annotated[str, Field(min_length=1, max_length=100)]
    contact_email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=100)]
    website: Annotated[str, Field(max_length=200)] = ""
    status: Literal["in_ontwikkeling", "in_gebruik", "buiten_gebruik"] = "in_ontwikkeling"
    begin_date: date | None = None
    publication_category: Literal["hoog_risico", "impactvolle_algoritmes", "overige"] = "impactvolle_algoritmes"
    impacttoetsen: Annotated[
        str, Field(max_length=300, description="Which assessments were made, and where they are")
    ] = ""
    provider: Annotated[str, Field(max_length=100)] = ""
    processing_activities: Annotated[
        ProcessingActivities | None,
        Field(description="Entries of the register of processing activities, for the Logboek"),
    ] = None


@dataclass(frozen=True)
class RunningSystem:
    """Running system: the files that decide, with their hashes, and who reads which topic."""

    facts: RegisterFacts
    registry: Registry
    rules: Rules
    partners: Partners
    digests: Mapping[str, str]
    models: Sequence[Mapping[str, str]]
    readers: Mapping[str, Sequence[str]]


def running_system(
    settings: Settings, registry: Path, facts: RegisterFacts, readers: Mapping[str, Sequence[str]], known: Path
) -> RunningSystem:
    """Return what runs by these settings.

    Args:
        settings: Which files decide; models that they name are read, else those of an earlier export are taken over.
        registry: The camera registry.
        facts: What the municipality knows.
        readers: By topic, which processes read it.
        known: The folder of an earlier export.

    Raises:
        FileError: A file is wrong.
    """
    rules = load_rules(settings.rules)
    contents = {
        "registry": registry.read_bytes(),
        "rules": _content(settings.rules, "streams.domain.rules", DEFAULT_RULES),
        "partners": _content(settings.partners, "streams.domain.partners", DEFAULT_PARTNERS),
    }
    return RunningSystem(
        facts=facts,
        registry=load_registry(registry),
        rules=rules,
        partners=load_partners(settings.partners, rules),
        digests={name: hashlib.sha256(content).hexdigest() for name, content in contents.items()},
        models=_models(settings) or _known_models(known),
        readers=readers,
    )


def _content(path: Path | None, package: str, built_in: str) -> bytes:
    return files(package).joinpath(built_in).read_bytes() if path is None else path.read_bytes()


def _models(settings: Settings) -> list[Mapping[str, str]]:
    """Return the models that the settings name, each file with its hash."""
    return [
        {"file": f"{path.parent.name}/{path.name}", "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in model_files(settings)
        if path.suffix in MODEL_SUFFIXES
    ]


def _known_models(folder: Path) -> list[Mapping[str, str]]:
    path = folder / MODELS
    found: list[Mapping[str, str]] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    return found


def register_files(system: RunningSystem) -> dict[str, str]:
    """Return the generated files by name: two entries, the cameras for programs and people, the annex, the models."""
    texts = yaml.safe_load(files("streams.compliance").joinpath(TEXTS).read_text(encoding="utf-8"))
    values = _values(system, texts)
    entries = {
        f"algoritme-{name}.json": _json(_entry(system, entry, texts["shared"], values))
        for name, entry in texts["algorithms"].items()
    }
    return {
        **entries,
        "cameras.json": _json([_camera(each) for each in system.registry.cameras]),
        "cameras.md": "\n".join(_cameras_page(system, texts["titles"], values)) + "\n",
        "dpia-bijlage.md": "\n".join(_annex(system, texts, values)) + "\n",
        MODELS: _json(list(system.models)),
    }


def _values(system: RunningSystem, texts: Mapping[str, Any]) -> dict[str, str]:
    cameras, rules = system.registry.cameras, system.rules
    hours = sorted({_hours(camera) for camera in cameras})
    models = ", ".join(f"{each['file']} (SHA-256 {each['sha256'][:12]})" for each in system.models)
    return {
        "cameras": str(len(cameras)),
        "zones": str(sum(len(camera.zones) for camera in cameras)),
        "categories": str(len(rules.categories)),
        "frames": _kept(BY_NAME[topics.CAMERA_FRAMES]),
        "alerts": _kept(BY_NAME[topics.ALERTS]),
        "registry": system.registry.version,
        "registry_sha256": system.digests["registry"][:12],
        "rules": rules.version,
        "rules_sha256": system.digests["rules"][:12],
        "partners": system.partners.version,
        "p1": f"{rules.thresholds.p1:g}",
        "p2": f"{rules.thresholds.p2:g}",
        "p3": f"{rules.thresholds.p3:g}",
        "hours": "; ".join(hours) or texts["no_hours"],
        "decisions": ", ".join(sorted({camera.legal.decision_ref for camera in cameras})),
        "models": models or texts["no_model"],
    }


def _entry(
    system: RunningSystem, entry: Mapping[str, str], shared: Mapping[str, str], values: Mapping[str, str]
) -> dict[str, Any]:
    """Return an entry of the algorithm register."""
    told = {name: text.format_map(values).strip() for name, text in {**entry, **shared}.items()}
    facts = system.facts.model_dump(mode="json", exclude={"processing_activities"})
    fixed = {"standard_version": STANDARD, "lang": "NLD", "tags": "openbare orde, cameratoezicht"}
    return dict(sorted({**told, **facts, **fixed}.items()))


def _camera(camera: Any) -> dict[str, Any]:
    """Return a camera for the public list: no address, no credentials, no masks' places."""
    legal = camera.legal
    return {
        "id": camera.id,
        "name": camera.name,
        "control_room": camera.control_room,
        "lat": camera.position.lat,
        "lon": camera.position.lon,
        "decision_ref": legal.decision_ref,
        "valid_from": legal.valid_from.isoformat(),
        "valid_until": legal.valid_until.isoformat(),
        "viewing_hours": _hours(camera),
        "masks": len(camera.masks.polygons),
        "mask_version": camera.masks.version,
        "zones": [zone.id for zone in camera.zones],
    }


def _hours(camera: Any) -> str:
    return ", ".join(sentence(window_phrase(window), Language.NL) for window in camera.legal.viewing_windows)


def _cameras_page(system: RunningSystem, titles: Mapping[str, Any], values: Mapping[str, str]) -> Iterator[str]:
    yield f"# {titles['cameras']}"
    yield ""
    yield titles["cameras_intro"].format_map(values)
    yield ""
    rows = [
        (
            each["id"], each["name"], each["control_room"], each["decision_ref"], f"{each['valid_from']} – {each['valid_until']}",
            each["viewing_hours"], f"{each['masks']} ({each['mask_version']})", ", ".join(each["zones"]),
        )
        for each in map(_camera, system.registry.cameras)
    ]  # fmt: skip
    yield from _table(titles["cameras_head"], rows)


def _annex(system: RunningSystem, texts: Mapping[str, Any], values: Mapping[str, str]) -> Iterator[str]:
    titles = texts["titles"]
    yield f"# {titles['dpia']}"
    yield ""
    yield titles["dpia_intro"].format_map(values).strip()
    yield from _section(titles["data"], titles["data_head"], _data_rows(system, texts))
    yield from _section(titles["partners"], titles["partners_head"], _partner_rows(system))
    versions = {"registry": system.registry.version, "rules": system.rules.version, "partners": system.partners.version}
    rows = [(name, version, system.digests[name]) for name, version in versions.items()]
    rows += [(each["file"], "–", each["sha256"]) for each in system.models]
    yield from _section(titles["model"], titles["model_head"], rows)


def _data_rows(system: RunningSystem, texts: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for spec in wanted_topics(system.partners):
        partner = partner_of(spec.name)
        readers = system.readers.get(spec.name, ()) or ((partner,) if partner else ())
        yield (
            f"`{spec.name}`",
            texts["yes"] if spec.from_images else texts["no"],
            _kept(spec),
            texts["ways"][way_of(spec.name).value],
            ", ".join(sorted(readers)),
        )


def _partner_rows(system: RunningSystem) -> Iterator[tuple[str, ...]]:
    for (partner, category), grant in system.partners.grants.items():
        fields = ", ".join(sorted(each.value for each in grant.fields))
        ground = system.partners.grounds[grant.ground]
        yield partner, category.value, fields, ground.text.nl, ground.law


def _kept(spec: TopicSpec) -> str:
    """Return how long a record may be on a topic, in Dutch."""
    limit = limit_of(spec)
    return "–" if limit is None else decimal(sentence(time_span(limit), Language.NL), Language.NL)


def _section(title: str, head: Sequence[str], rows: Any) -> Iterator[str]:
    yield ""
    yield f"## {title}"
    yield ""
    yield from _table(head, rows)


def _table(head: Sequence[str], rows: Any) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield f"| {' | '.join(each.replace('|', '/') for each in row)} |"


def _json(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def differing(folder: Path, wanted: Mapping[str, str], read: Callable[[Path], str] | None = None) -> list[str]:
    """Return the files of a folder that are not as they should be, with a word: missing, differs, left over."""
    text = read or (lambda path: path.read_text(encoding="utf-8"))
    found = []
    for name, content in wanted.items():
        path = folder / name
        if not path.is_file():
            found.append(f"{name}: missing")
        elif text(path) != content:
            found.append(f"{name}: differs from what runs")
    left = (
        sorted(path.name for path in folder.glob("*") if path.is_file() and path.name not in wanted)
        if folder.is_dir()
        else []
    )
    return [*found, *(f"{name}: left over" for name in left)]
