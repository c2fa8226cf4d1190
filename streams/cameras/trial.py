"""Trial of a camera for who installs it: what to set in the camera, and the registry's entry to fill in.

A camera that is in no registry has no masks and no decision of the mayor. So nothing of its picture is shown but a mosaic in
which nobody can be known, and what only a person can know stands empty in the entry: `cameras check` names each such field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from detectors.sources.trial import Trial

READ_FPS: Final = 5.0
"""Pictures per second that capture takes of a live stream (`ReadingOptions.live_max_fps`)."""
MOST_FPS: Final = 12.5
"""More than this is sent and decoded for nothing."""
GOOD_KEY_FRAME_S: Final = 2.0
"""While nothing moves a large picture is decoded at key frames alone: a person is seen that much later at the most."""
MOST_KEY_FRAME_S: Final = 6.0
"""Who joins a stream waits for a key frame, no longer than `ReadingOptions.picture_timeout_s`."""
LARGEST_PX: Final = 1920 * 1080
LATE_S: Final = 0.5
"""Older live pictures are dropped (`ReadingOptions.max_lag_s`)."""
READABLE: Final = frozenset({"h264", "hevc", "mjpeg", "mpeg4"})


def what_to_set(trial: Trial) -> Iterator[str]:
    """Yield what to change in the camera, a line each; nothing where it is as it should be."""
    if trial.kind != "rtsp":
        return
    yield from _coding(trial)
    if trial.late_s is not None and trial.late_s > LATE_S:
        yield f"delay: pictures came up to {trial.late_s:.1f} s late; what is {LATE_S:g} s late is dropped: look at the network"
    if trial.login == "none":
        yield "login: none, so whoever reaches it can watch; set a user who may only view"
    elif trial.login == "basic":
        yield "login: basic sends the password readable; set digest"


def _coding(trial: Trial) -> Iterator[str]:
    if trial.codec not in READABLE:
        yield f"coding {trial.codec}: set H.264 or H.265, which every camera of the last fifteen years has"
    rule = "set one every 1 to 2 s (I-frame interval, GOP)"
    if trial.key_frame_s is None:
        yield f"key frames: fewer than two in {trial.watched_s:.0f} s; {rule}"
    elif trial.key_frame_s > MOST_KEY_FRAME_S:
        yield f"key frames: one in {trial.key_frame_s:.1f} s, so the stream would be given up; {rule}"
    elif trial.key_frame_s > GOOD_KEY_FRAME_S:
        yield f"key frames: one in {trial.key_frame_s:.1f} s; {rule}"
    if trial.fps is not None and trial.fps > MOST_FPS:
        yield f"rate: {trial.fps:.0f} pictures per second; {READ_FPS:g} are read, set 6 to {MOST_FPS:g}"
    elif trial.fps is not None and trial.fps < READ_FPS * 0.9:
        yield f"rate: {trial.fps:.1f} pictures per second; set 6 to {MOST_FPS:g}, for who runs is followed over {READ_FPS:g}"
    if trial.width_px * trial.height_px > LARGEST_PX:
        yield f"size: {trial.width_px}x{trial.height_px}; the second stream of 1280x720 or 1920x1080 costs less and shows as much"
    if trial.reordered:
        yield "B-frames: switch them off (baseline profile, or smart coding off); they hold each picture up"


def entry(camera_id: str, url: str, trial: Trial) -> str:
    """Return the registry's entry of a camera (YAML), as it stands below `cameras:`. No password is in it.

    Args:
        camera_id: Its id.
        url: Its address as it was given; a user and password in it become a variable.
        trial: What it gave.
    """
    lines = [
        f"  - id: {camera_id}",
        "    name:  # what operators call it",
        '    control_room: ""  # an id of control_rooms',
        "    position: {lat: , lon: }  # WGS 84",
        "    view_area: []  # the ground that it sees: at least three of {lat: , lon: }",
        f"    width_px: {trial.width_px}",
        f"    height_px: {trial.height_px}",
        "    source:",
        f'      url: "{without_password(camera_id, url)}"',
        "    legal:  # the mayor's decision (Gemeentewet art. 151c)",
        '      decision_ref: ""',
        "      valid_from:",
        "      valid_until:",
        "      public_area: []",
        '      viewing_windows: []  # such as {days: [fri, sat], from: "18:00", until: "03:00"}',
        "    masks:  # all of the picture until somebody has drawn them: toezicht cameras draw",
        '      version: "not drawn"',
        f"      polygons: [{whole(trial.width_px, trial.height_px)}]",
        "    zones:",
        f"      - {{id: all, name: Whole view, polygon: {whole(trial.width_px, trial.height_px)}}}",
    ]
    return "\n".join(lines) + "\n"


def whole(width_px: int, height_px: int) -> list[list[int]]:
    """Return the polygon of a whole picture, in pixels."""
    return [[0, 0], [width_px, 0], [width_px, height_px], [0, height_px]]


def login_variable(camera_id: str) -> str:
    """Return the variable that is to hold a camera's `user:password`."""
    return f"CAMERA_{re.sub(r'[^A-Z0-9]', '_', camera_id.upper())}_LOGIN"


def without_password(camera_id: str, url: str) -> str:
    """Return an address in which a variable stands for a password; one that has a variable already is as it was."""
    scheme, mark, rest = url.partition("://")
    login, at, place = rest.rpartition("@")
    if not mark or not at or "${" in login or ":" not in login:
        return url
    return f"{scheme}://${{{login_variable(camera_id)}}}@{place}"


def proposed_id(url: str) -> str:
    """Return an id for a camera by its address: its host, or the name of its file."""
    try:
        name = urlsplit(url).hostname if "://" in url else url.rstrip("/").rpartition("/")[2]
    except ValueError:
        name = None
    return re.sub(r"[^a-z0-9]+", "-", (name or "camera").lower()).strip("-") or "camera"


def lines_of(trial: Trial) -> Iterator[str]:
    """Yield what was measured, a line each."""
    yield f"picture    {trial.width_px}x{trial.height_px}" + (f", {trial.fps:.1f} per second" if trial.fps else "")
    if trial.kind != "rtsp":
        return
    yield (
        f"coding     {trial.codec}{f' {trial.profile}' if trial.profile else ''}"
        + (
            f", a key frame each {trial.key_frame_s:.1f} s"
            if trial.key_frame_s is not None
            else ", fewer than two key frames"
        )
        + (f", {trial.kbit_per_s:.0f} kbit/s" if trial.kbit_per_s else "")
    )
    first = f"first picture after {trial.first_picture_s:.1f} s" if trial.first_picture_s is not None else "no picture"
    late = f", then up to {trial.late_s * 1000:.0f} ms late" if trial.late_s is not None else ""
    yield f"delay      {first}{late}; the camera's own delay cannot be seen from here"
    yield f"login      {trial.login}"
