"""Pictures: asked for once, by who may, for a reason of a list; seen by who asked alone, after the audit knows."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from console.pictures import held
from console.pictures.asking import SnapshotPictures
from console.pictures.held import HeldPicture, HeldPictures, is_jpeg
from console.wire.people import Me, Right, Role
from console.wire.pictures import PictureAnswer, PictureAsked
from console.wire.problems import ProblemError
from schemas.base import Message
from schemas.phrases.language import Language
from schemas.snapshots import SnapshotReference, SnapshotRefusal, SnapshotRequest
from streams.clients.snapshots import Answer
from streams.errors import DeliveryError
from tests.support.mutation import Mutator, fuzz
from tests.support.situations import NOON, ROOM

JPEG = cv2.imencode(".jpg", np.full((48, 64, 3), 120, np.uint8))[1].tobytes()


def person(user: str = "op", *more: Right) -> Me:
    """Return an operator, with more rights."""
    rights = (Right.LOOK, Right.SNAPSHOT, *more)
    return Me(
        user=user, roles=(Role.OPERATOR,), rights=rights, rooms=(ROOM,), language="nl", session_until=NOON,
        acting_until=NOON, login="local",
    )  # fmt: skip


class Desk:
    """Desk: pictures with a clock that is set, a cluster that may be away and an audit that may refuse."""

    def __init__(self, by_itself: bool = True) -> None:
        self.now, self.away, self.deaf = NOON, False, False
        self.sent: list[SnapshotRequest] = []
        self.told: list[tuple[Any, ...]] = []
        self.pictures = SnapshotPictures(
            self, self, {"cam-1": ROOM, "far": "other"}.get, lambda room, alert: (room, alert) == (ROOM, "a-1"),
            lambda: self.now, by_itself,
        )  # fmt: skip

    async def send(self, message: Message) -> None:
        if self.away:
            raise DeliveryError("away")
        assert isinstance(message, SnapshotRequest)
        self.sent.append(message)

    async def tell(self, me: Me, *about: str, at: datetime | None = None) -> None:
        if self.deaf:
            raise ProblemError(503, "audit_not_told")
        self.told.append((me.user, *about))

    def ask(self, me: Me | None = None, room: str = ROOM, **changes: Any) -> PictureAnswer:
        """Ask for a picture."""
        given = {"request_id": "r-1", "camera_id": "cam-1", "alert_id": "a-1"} | changes
        asked = PictureAsked.model_validate(given)
        return asyncio.run(self.pictures.ask(room, asked, me or person(), Language.NL))

    def answer(self, image: bytes = JPEG, **changes: Any) -> None:
        """Answer as capture does."""
        given = {
            "request_id": "r-1", "camera_id": "cam-1", "moment": NOON, "captured_at": NOON, "width_px": 64, "height_px": 48,
        }  # fmt: skip
        self.pictures.take(Answer(SnapshotReference.model_validate(given | changes), image))

    def now_(self, me: Me | None = None) -> PictureAnswer:
        """Return what became of it."""
        return self.pictures.picture("r-1", me or person(), Language.NL)

    def image(self, me: Me | None = None) -> bytes:
        """Look at it."""
        return asyncio.run(self.pictures.image("r-1", me or person()))


def test_a_picture_on_its_way_and_there() -> None:
    """Asked for in the session's name, of now; seen after the audit was told, each time."""
    desk = Desk()
    assert desk.ask().state == "pending"
    (request,) = desk.sent
    assert (request.user, request.camera_id, request.alert_id, request.moment, request.unblurred) == (
        "op", "cam-1", "a-1", NOON, False,
    )  # fmt: skip
    assert desk.ask().state == "pending"
    assert len(desk.sent) == 1
    desk.answer()
    found = desk.now_()
    assert (found.state, found.width_px, found.height_px, found.pixelated, found.code) == ("there", 64, 48, True, "")
    assert desk.image() == JPEG
    desk.now += timedelta(seconds=1)
    assert desk.image() == JPEG
    assert [each[:5] for each in desk.told] == [("op", "view_snapshot", "camera", "cam-1", "alert:a-1")] * 2
    assert [(each[5], each[7]) for each in desk.told] == [("pixelated", ROOM)] * 2
    assert len({each[6] for each in desk.told}) == 2


def test_nobody_else_sees_it() -> None:
    """As if it were not there; and an id that is another's is refused."""
    desk = Desk()
    desk.ask()
    desk.answer()
    for look in (desk.now_, desk.image):
        with pytest.raises(ProblemError, match="no_such_picture"):
            look(person("other"))
    with pytest.raises(ProblemError, match="request_id_taken"):
        desk.ask(person("other"))
    assert desk.told == []


@pytest.mark.parametrize("changes", [{"rights": (Right.LOOK,)}, {"rooms": ("other",)}], ids=["right", "room"])
def test_who_lost_the_right_sees_no_picture_of_before(changes: dict[str, Any]) -> None:
    """Nor is the audit told of a look that was none."""
    desk = Desk()
    desk.ask()
    desk.answer()
    with pytest.raises(ProblemError, match="not_allowed"):
        desk.image(person().model_copy(update=changes))
    assert desk.told == []
    assert desk.image() == JPEG


def test_without_the_audit_there_is_no_picture() -> None:
    """It is not sent."""
    desk = Desk()
    desk.ask()
    desk.answer()
    desk.deaf = True
    with pytest.raises(ProblemError, match="audit_not_told"):
        desk.image()


@pytest.mark.parametrize(
    ("more", "changes", "code"),
    [
        ((), {"camera_id": "far"}, "no_such_camera"),
        ((), {"camera_id": "none"}, "no_such_camera"),
        ((), {"alert_id": "a-2"}, "no_such_alert"),
        ((), {"alert_id": ""}, "not_allowed"),
        ((), {"unblurred": True, "reason": "legal_request"}, "not_allowed"),
        ((Right.OVERRULE,), {"unblurred": True}, "invalid"),
        ((Right.SNAPSHOT_ANY,), {"alert_id": ""}, "invalid"),
        ((Right.OVERRULE,), {"unblurred": True, "reason": "because I want to"}, "invalid"),
        ((Right.OVERRULE,), {"unblurred": True, "reason": "legal_request", "by_itself": True}, "not_by_itself"),
        ((Right.SNAPSHOT_ANY,), {"alert_id": "", "reason": "camera_check", "by_itself": True}, "not_by_itself"),
    ],
)
def test_what_may_not_be_asked_is_refused(more: tuple[Right, ...], changes: dict[str, Any], code: str) -> None:
    """And nothing is sent."""
    desk = Desk()
    with pytest.raises(ProblemError, match=code):
        desk.ask(person("op", *more), **changes)
    assert desk.sent == []


def test_what_may_be_asked_with_a_right_and_a_reason() -> None:
    """Without an alert, or without pixelation; the page by itself with an alert, where the room's rules allow it."""
    desk = Desk()
    desk.ask(person("op", Right.SNAPSHOT_ANY), alert_id="", reason="camera_check")
    desk.ask(person("op", Right.OVERRULE), request_id="r-2", unblurred=True, reason="life_in_danger")
    desk.ask(request_id="r-3", by_itself=True)
    assert [(each.alert_id, each.unblurred) for each in desk.sent] == [("", False), ("a-1", True), ("a-1", False)]
    assert [each[1:6] for each in desk.told] == [
        ("ask_snapshot", "camera", "cam-1", "camera_check", "asked"),
        ("ask_snapshot", "camera", "cam-1", "life_in_danger", "unblurred"),
    ]
    desk.deaf = True
    with pytest.raises(ProblemError, match="audit_not_told"):
        desk.ask(person("op", Right.SNAPSHOT_ANY), request_id="r-4", alert_id="", reason="camera_check")
    assert len(desk.sent) == 3
    with pytest.raises(ProblemError, match="not_by_itself"):
        Desk(by_itself=False).ask(by_itself=True)


def test_a_person_in_it_is_seen_with_the_right_alone() -> None:
    """Also where the right was taken away meanwhile, or capture sent more than was asked for."""
    desk, may = Desk(), person("op", Right.OVERRULE)
    desk.ask(may, unblurred=True, reason="legal_request")
    desk.answer(pixelated=False)
    assert desk.now_().pixelated is False
    with pytest.raises(ProblemError, match="overrule"):
        desk.image()
    assert desk.image(may) == JPEG
    assert desk.told[-1][4:6] == ("legal_request", "unblurred")


@pytest.mark.parametrize(
    ("image", "changes"),
    [
        (b"", {}), (b"<html>", {}), (JPEG[:-2], {}), (JPEG[2:], {}), (b"\x89PNG\r\n\x1a\n" + JPEG, {}),
        (JPEG, {"width_px": 63}), (JPEG, {"height_px": 640}), (b"\xff\xd8\xff\xd9", {}),
        (b"\xff\xd8\xff" + b"\xff" * 99 + b"\xd9", {}),
    ],
)  # fmt: skip
def test_what_is_no_jpeg_of_its_size_is_refused(image: bytes, changes: dict[str, Any]) -> None:
    """By its bytes; nothing of it is kept or sent."""
    desk = Desk()
    desk.ask()
    desk.answer(image, **changes)
    found = desk.now_()
    assert (found.state, found.code, found.refused) == ("refused", "no_image", "Wat de camera stuurde is geen beeld.")
    with pytest.raises(ProblemError, match="no_such_picture"):
        desk.image()


@pytest.mark.parametrize("refusal", SnapshotRefusal)
def test_a_refusal_is_told_in_words(refusal: SnapshotRefusal) -> None:
    """Each code in both languages."""
    desk = Desk()
    desk.ask()
    desk.answer(b"", refused=refusal, captured_at=None, width_px=None, height_px=None)
    found = desk.now_()
    assert (found.state, found.code) == ("refused", refusal.value)
    english = desk.pictures.picture("r-1", person(), Language.EN).refused
    assert refusal.value not in found.refused + english
    assert found.refused != english


def test_late_and_too_late() -> None:
    """Nobody answers within ten seconds: said so; an answer that comes then is shown, until it is forgotten."""
    desk = Desk()
    desk.ask()
    desk.now += timedelta(seconds=10)
    assert (desk.now_().state, desk.now_().code) == ("refused", "no_answer")
    desk.answer()
    assert desk.now_().state == "there"
    desk.now += held.HELD_FOR
    with pytest.raises(ProblemError, match="no_such_picture"):
        desk.now_()
    desk.answer()  # of a request that is not known any more: passed over


def test_a_cluster_that_is_away() -> None:
    """The request was not sent, and the page says so."""
    desk = Desk()
    desk.away = True
    assert (desk.ask().state, desk.ask().code) == ("refused", "not_sent")


def test_memory_is_bounded() -> None:
    """By number and by bytes; the oldest go."""
    kept = HeldPictures(count=3, size=10)
    for number in range(5):
        kept.put(HeldPicture(f"r-{number}", "cam-1", ROOM, "", "op", NOON, False, "", None, b"x" * 4), NOON)
    assert [kept.get(f"r-{number}", NOON) is not None for number in range(5)] == [False, False, False, True, True]
    assert "xxxx" not in repr(kept.get("r-4", NOON))


def test_no_bytes_break_the_look_at_a_picture() -> None:
    """Whatever a camera's process sends."""
    mutator = Mutator(4)
    assert fuzz(lambda raw: is_jpeg(raw, 64, 48), lambda: mutator.line([JPEG]), 20_000).total() > 0


def test_jpegs_of_all_kinds_are_known() -> None:
    """Grey, progressive, with marks before the size."""
    grey = cv2.imencode(".jpg", np.full((10, 20), 120, np.uint8))[1].tobytes()
    progressive = cv2.imencode(".jpg", np.full((10, 20, 3), 9, np.uint8), [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[
        1
    ].tobytes()
    marked = grey[:2] + b"\xff\xfe\x00\x05abc" + grey[2:]
    assert all(is_jpeg(each, 20, 10) for each in (grey, progressive, marked))


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_audits_page_has_a_word_for_each_refusal(language: str) -> None:
    """The audit has the code: who reads it there reads no code."""
    words = (Path(held.__file__).parents[1] / "web" / "src" / "words" / language / "pages.ts").read_text(
        encoding="utf-8"
    )
    assert [each for each in SnapshotRefusal if f'"audit.result.{each.value}": ' not in words] == []
