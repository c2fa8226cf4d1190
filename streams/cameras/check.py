"""Checks cameras before they are used: legal basis, masks, zones, and on request whether the source opens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from detectors.errors import SourceError
from detectors.privacy.masks import MaskedSource, PrivacyMask
from detectors.sources.base import ReadingOptions
from detectors.sources.logins import Logins
from detectors.sources.open import is_live, open_source
from detectors.sources.pacing import Clock
from detectors.sources.url import redact, source_kind
from schemas.phrases.catalogue import sentence
from streams.capture.camera_config import camera_config
from streams.config.yaml import FileError
from streams.domain.cameras.legal_basis import outside_percent, permission, window_phrase
from streams.domain.cameras.registry import Camera

NOT_TRIED: Final = "not tried"


@dataclass(frozen=True, slots=True)
class CameraCheck:
    """Camera check: what was found of one camera; `problems` is empty for one that can be used now."""

    camera_id: str
    source: str
    source_kind: str
    opens: str
    legal: str
    legal_detail: str
    decision_ref: str
    valid: str
    viewing_windows: tuple[str, ...]
    view_outside_public_area_percent: float
    zones: tuple[str, ...]
    masks: int
    masked_percent: float
    mask_version: str
    problems: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the check for JSON."""
        return asdict(self)


Look = Callable[[Camera, MaskedSource], None]
"""Looks at a camera's pictures, which are masked; raises SourceError where there are none."""


def read_one(_camera: Camera, source: MaskedSource) -> None:
    """Read one picture, and look at nothing but its size."""
    source.read()


@dataclass(frozen=True, slots=True)
class Checking:
    """Checking: what all checks of a registry share.

    Attributes:
        registry: The registry's file.
        zone: Time zone of the viewing windows.
        clock: Time.
        try_open: Whether to open sources.
        logins: What became of the logins of cameras that were checked before: a recorder's password is tried once.
        look: What is done with an open source.
    """

    registry: Path
    zone: ZoneInfo
    clock: Clock
    try_open: bool
    logins: Logins = field(default_factory=Logins)
    look: Look = read_one


def check_cameras(cameras: Sequence[Camera], checking: Checking, at_once: int) -> list[CameraCheck]:
    """Return what can be said of each camera, in their order; so many are opened side by side."""
    with ThreadPoolExecutor(max_workers=max(1, at_once), thread_name_prefix="check") as pool:
        return list(pool.map(lambda camera: check_camera(camera, checking), cameras))


def check_camera(camera: Camera, checking: Checking) -> CameraCheck:
    """Return what can be said of a camera now. Credentials are not shown.

    A camera outside its viewing window is no problem: it is refused now and permitted later today.

    Args:
        camera: The camera.
        checking: What all checks share.
    """
    now: datetime = checking.clock.now()
    permit = permission(camera, now, checking.zone)
    # What may not be looked at is not opened either.
    kind, opens = _source(camera, checking, checking.try_open and permit.allowed)
    hidden = PrivacyMask(camera.width_px, camera.height_px, camera.masks.polygons).hidden
    problems = (
        [] if permit.allowed or permit.reason == "outside_viewing_window" else [f"{permit.reason}: {permit.detail}"]
    )
    if opens not in ("yes", NOT_TRIED):
        problems.append(opens)
    legal = camera.legal
    return CameraCheck(
        camera_id=camera.id,
        source=redact(camera.source.url),
        source_kind=kind,
        opens=opens,
        legal=permit.reason.value,
        legal_detail=permit.detail,
        decision_ref=legal.decision_ref,
        valid=f"{legal.valid_from} to {legal.valid_until}",
        viewing_windows=tuple(sentence(window_phrase(window)) for window in legal.viewing_windows),
        view_outside_public_area_percent=round(outside_percent(camera.view_area, legal.public_area), 1),
        zones=tuple(zone.id for zone in camera.zones),
        masks=len(camera.masks.polygons),
        masked_percent=round(100 * float(hidden.mean()), 1),
        mask_version=camera.masks.version,
        problems=tuple(problems),
    )


def _source(camera: Camera, checking: Checking, try_open: bool) -> tuple[str, str]:
    """Return the kind of source, and `yes`, `not tried` or why it gives no picture of the registry's size."""
    kind = "unknown"
    try:
        config = camera_config(camera, checking.registry)
    except FileError as unset:  # passwords are needed only to open it
        return "rtsp" if is_live(camera.source.url) else kind, str(unset) if try_open else NOT_TRIED
    try:
        kind = source_kind(config.source.url).value
        if not try_open:
            return kind, NOT_TRIED
        mask = PrivacyMask(camera.width_px, camera.height_px, camera.masks.polygons)
        opened = open_source(config.source, ReadingOptions(), checking.clock, lambda _reason: None, checking.logins)
        source = MaskedSource(opened, mask)
        try:
            checking.look(camera, source)
        finally:
            source.close()
    except SourceError as error:
        return kind, str(error)
    return kind, "yes"
