"""Camera states: one state of what capture and detection say of a camera, and of what its legal basis allows now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from console.wire.events import CameraNow
from schemas.cameras import CameraState, CameraStatus
from schemas.phrases.catalogue import told
from schemas.phrases.codes import cameras as says
from schemas.phrases.language import Language
from schemas.phrases.phrase import Phrase
from streams.clients.registry import CameraFacts, Looking, PermissionCode

State = Literal["online", "degraded", "offline", "refused", "not_permitted", "unknown"]
ASPECTS: Final = ("stream", "view", "detector")
"""In the order in which they are told: without pictures nobody says what can be seen."""
_LAWFUL: Final = frozenset(code.value for code in PermissionCode)


@dataclass(frozen=True, slots=True)
class CameraCondition:
    """Camera condition: its state, why, and since when; no reason where all is well. `sees` is whether it can look."""

    state: State
    since: datetime | None = None
    phrase: Phrase | None = None
    text: str = ""
    sees: bool = False

    def reason(self, language: Language) -> str:
        """Return why it cannot look, in words."""
        return told(self.phrase, self.text, language)


def condition_of(aspects: Mapping[str, CameraStatus], looking: Looking) -> CameraCondition:
    """Return a camera's state.

    What the law forbids now goes first, by the clock: capture may be late, or not run. Of what is told, the first aspect that is
    not online decides. A camera of which nobody tells the connection is not known to look.

    Args:
        aspects: The newest state of each aspect that was told.
        looking: Whether it may be looked at now.
    """
    stream = aspects.get("stream")
    if not looking.allowed:
        forbidden = stream is not None and stream.state is CameraState.REFUSED and stream.reason in _LAWFUL
        since = stream.changed_at if stream is not None and forbidden else None
        return CameraCondition("not_permitted", since, looking.what)
    if stream is None:
        return CameraCondition("unknown", None, says.never_told())
    for aspect in ASPECTS:
        status = aspects.get(aspect)
        if status is None or status.state is CameraState.ONLINE:
            continue
        phrase = status.phrase or (None if status.detail else says.status_reason(status.reason))
        if aspect == "stream":
            # Refused by a window that the clock says is open again: capture is about to look.
            return CameraCondition(_state(status.state), status.changed_at, phrase, status.detail)
        # A rough detector looks; a picture that is black shows nothing.
        return CameraCondition("degraded", status.changed_at, phrase, status.detail, sees=aspect == "detector")
    return CameraCondition("online", max(each.changed_at for each in aspects.values()), sees=True)


def camera_now(
    facts: CameraFacts, condition: CameraCondition, looking: Looking, unseen: int, language: Language
) -> CameraNow:
    """Return a camera as the page shows it."""
    return CameraNow(
        camera_id=facts.camera_id,
        name=facts.name,
        place=facts.place,
        view=facts.view,
        state=condition.state,
        reason=condition.reason(language),
        since=condition.since,
        may_look_until=looking.until,
        unseen_reports=unseen,
    )


def _state(state: CameraState) -> State:
    match state:
        case CameraState.OFFLINE:
            return "offline"
        case CameraState.REFUSED:
            return "refused"
        case _:
            return "degraded"
