"""Files of this machine: what is in force, with hashes, and the folders in which a process keeps anything."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from importlib.metadata import Distribution, distributions
from importlib.resources import files
from pathlib import Path
from typing import Final

from schemas.base import iso_utc
from schemas.cameras import Detections, DetectorInfo
from schemas.phrases.codes import compliance as says
from streams.config.files import DEFAULT_PLAN, DEFAULT_RULES, load_rules, load_safety_plan
from streams.config.partners import DEFAULT_PARTNERS, load_partners
from streams.config.registry import load_registry
from streams.domain.compliance.finding import ComplianceFinding, LimitStanding, ReportPart
from streams.domain.compliance.retention import time_span
from streams.errors import ToezichtError
from streams.kafka.decoding import Decoder
from streams.kafka.reader import Reader
from streams.settings import KafkaSettings, Settings
from streams.topics import DETECTIONS, FOUR_WEEKS_MS

FOUR_WEEKS: Final = timedelta(milliseconds=FOUR_WEEKS_MS)
NEWEST: Final = 50
"""Records at the end of each partition of `detections` that tell which detectors look now."""
MODEL_SUFFIXES: Final = frozenset({".bin", ".xml", ".pt", ".onnx"})
"""Files of a model: OpenVINO's two, PyTorch's and ONNX."""
NO_LICENCE: Final = "UNKNOWN"
"""What packages write that name no licence."""
_CLASSIFIER: Final = "License :: "


def in_force(settings: Settings) -> Iterator[ComplianceFinding]:
    """Yield the version and SHA-256 of each file that decides: registry, rules, partners, plan, models."""
    decides: list[tuple[str, Path | None, str, str, Callable[[], str]]] = [
        ("rules", settings.rules, "streams.domain.rules", DEFAULT_RULES, lambda: load_rules(settings.rules).version),
        (
            "partners", settings.partners, "streams.domain.partners", DEFAULT_PARTNERS,
            lambda: load_partners(settings.partners).version,
        ),
        (
            "safety-plan", settings.safety_plan, "streams.domain.trends", DEFAULT_PLAN,
            lambda: load_safety_plan(settings.safety_plan).version,
        ),
    ]  # fmt: skip
    if settings.registry is None:
        missing = says.not_read("TOEZICHT_REGISTRY")
        yield ComplianceFinding(ReportPart.IN_FORCE, "registry", LimitStanding.NOT_KNOWN, missing)
    else:
        registry = settings.registry
        decides.insert(0, ("registry", registry, "", "", lambda: load_registry(registry).version))
    for name, path, package, built_in, version in decides:
        try:
            content = files(package).joinpath(built_in).read_bytes() if path is None else path.read_bytes()
            told = version()
        except (OSError, ToezichtError) as error:
            yield ComplianceFinding(ReportPart.IN_FORCE, name, LimitStanding.NOT_KNOWN, says.not_read(_why(error)))
            continue
        yield _file(name, told, hashlib.sha256(content).hexdigest(), built_in=path is None)
    for path in model_files(settings):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        yield _file(f"model {path.parent.name}/{path.name}", "-", digest, built_in=False)


def _file(name: str, version: str, digest: str, *, built_in: bool) -> ComplianceFinding:
    facts = {"version": version, "sha256": digest, "built_in": built_in}
    return ComplianceFinding(
        ReportPart.IN_FORCE, name, LimitStanding.TOLD, says.file_in_force(version, digest[:12]), facts
    )


def model_files(settings: Settings) -> list[Path]:
    """Return the files of the models that the settings name, in order."""
    found: set[Path] = set()
    for place in (settings.models, settings.weights, settings.crowd_model):
        if place is not None and place.is_file():
            found.add(place)
        elif place is not None and place.is_dir():
            found |= {path for path in place.rglob("*") if path.suffix in MODEL_SUFFIXES and path.is_file()}
    return sorted(found)


def detectors_now(kafka: KafkaSettings) -> dict[tuple[str, str, bool], datetime]:
    """Return which detectors looked lately, each with the newest picture of theirs (UTC).

    Raises:
        ClusterError: The topic cannot be read.
    """
    found: dict[tuple[str, str, bool], datetime] = {}
    decoder = Decoder()
    with Reader(kafka, "compliance") as reader:
        spans = reader.spans((DETECTIONS,))
        for record in reader.read_spans({place: (max(a, b - NEWEST), b) for place, (a, b) in spans.items()}):
            message = decoder.message(record)
            if isinstance(message, Detections):
                told: DetectorInfo = message.detector
                key = told.name, told.version, told.degraded
                found[key] = max(found.get(key, message.captured_at), message.captured_at)
    return found


def detector_findings(kafka: KafkaSettings) -> Iterator[ComplianceFinding]:
    """Yield which detectors looked lately; not known where nothing was looked at for as long as that is kept."""
    found = detectors_now(kafka)
    for (name, version, degraded), at in sorted(found.items()):
        facts = {"version": version, "degraded": degraded, "last_at": iso_utc(at), "from": DETECTIONS}
        what = says.detector_in_force(version, at)
        yield ComplianceFinding(ReportPart.IN_FORCE, f"detector {name}", LimitStanding.TOLD, what, facts)
    if not found:
        what = says.detector_not_known()
        yield ComplianceFinding(ReportPart.IN_FORCE, "detector", LimitStanding.NOT_KNOWN, what)


def licence_findings(installed: Iterable[Distribution] | None = None) -> Iterator[ComplianceFinding]:
    """Yield the licences of the packages that are installed here, each with how many have it, as they name it themselves."""
    by_licence: dict[str, list[str]] = {}
    for each in distributions() if installed is None else installed:
        by_licence.setdefault(licence_of(each), []).append(str(each.metadata["Name"]))
    for licence, names in sorted(by_licence.items()):
        known = licence != NO_LICENCE
        count = len(set(names))
        what = says.licences_in_force(count, licence) if known else says.licence_not_known(count)
        facts = {"licence": licence if known else None, "packages": sorted(set(names))}
        standing = LimitStanding.TOLD if known else LimitStanding.NOT_KNOWN
        yield ComplianceFinding(ReportPart.IN_FORCE, "licences", standing, what, facts)


def licence_of(package: Distribution) -> str:
    """Return the licence that a package names: its SPDX expression, else its classifiers, else the first line of its text."""
    told = package.metadata
    if "License-Expression" in told:
        return str(told["License-Expression"])
    named = [each.rpartition(" :: ")[2] for each in told.get_all("Classifier") or [] if each.startswith(_CLASSIFIER)]
    if named:
        return ", ".join(sorted(set(named)))
    text = str(told["License"]).strip() if "License" in told else ""
    return text.splitlines()[0][:60] if text else NO_LICENCE


def folder_findings(settings: Settings, now: datetime) -> Iterator[ComplianceFinding]:
    """Yield when each folder of this machine was written last in which a process keeps data; an old one was forgotten.

    Rows and the local broker's segments are deleted by the processes that own them; where none runs any more, nobody does.
    """
    told = Counter[str]()
    for place in _state_folders(settings.data):
        newest = max(
            (each for path in place.rglob("*") if (each := _written(path)) is not None), default=_written(place)
        )
        if newest is None:
            continue
        told["folders"] += 1
        age = max(timedelta(0), now - newest)
        facts = {"written_at": iso_utc(newest), "age_s": int(age.total_seconds())}
        forgotten = age > FOUR_WEEKS
        what = (
            says.folder_forgotten(time_span(age), time_span(FOUR_WEEKS))
            if forgotten
            else says.folder_used(time_span(age))
        )
        standing = LimitStanding.BREACH if forgotten else LimitStanding.KEPT
        yield ComplianceFinding(ReportPart.FOLDERS, str(place), standing, what, facts)
    if not told["folders"]:
        yield ComplianceFinding(ReportPart.FOLDERS, str(settings.data), LimitStanding.TOLD, says.folder_absent())
    memory = says.pictures_in_memory(settings.snapshot_seconds)
    yield ComplianceFinding(ReportPart.FOLDERS, "capture", LimitStanding.TOLD, memory)
    yield ComplianceFinding(ReportPart.FOLDERS, "*", LimitStanding.NOT_KNOWN, says.other_hosts())


def _state_folders(data: Path) -> list[Path]:
    """Return the folders one below the data folder, and one below those that hold several: `state/decide`."""
    if not data.is_dir():
        return []
    found = []
    for each in sorted(path for path in data.iterdir() if path.is_dir()):
        below = sorted(path for path in each.iterdir() if path.is_dir())
        found += below or [each]
    return found


def _written(path: Path) -> datetime | None:
    with suppress(OSError):  # it went meanwhile
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return None


def _why(error: Exception) -> str:
    return str(error).splitlines()[0] if isinstance(error, ToezichtError) else type(error).__name__
