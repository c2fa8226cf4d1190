"""Channels: what the contract says of each topic: what is on it, whose it is, and what an outside program may do.

Names, partitions and retention are in `streams/topics.py`. A topic that each partner has of its own stands here by its template.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from schemas.contract.asyncapi import Channel, TopicFacts, Whose
from streams import topics
from streams.topics import TopicSpec

_ROOM: Final = Whose.CONTROL_ROOM
_OURS: Final = Whose.PIPELINE

CHANNELS: Final[dict[str, Channel]] = {
    topics.CAMERA_FRAMES: Channel(
        _OURS, "Masked pictures on their way from capture to detection. Minutes old at most."
    ),
    topics.CAMERA_STATUS: Channel(
        _ROOM,
        "What each camera can do, one message per change.",
        read="A console follows which cameras can be relied on.",
    ),
    topics.CAMERA_STATE: Channel(
        _ROOM,
        "The newest status of each camera and aspect, with these as the record's key.",
        read="A console begins here, and goes on with camera-status.",
    ),
    topics.DETECTIONS: Channel(_OURS, "The boxes that a detector found in each picture."),
    topics.OBSERVATIONS: Channel(_OURS, "What each zone of each camera showed, second by second."),
    topics.INCIDENTS: Channel(
        _OURS,
        "Reports as intake read them. They come in through a source of intake alone, which leaves personal data behind.",
    ),
    topics.CAMERA_WATCHES: Channel(_OURS, "Reports handed to the cameras that cover their place."),
    topics.EVIDENCE: Channel(_OURS, "Facts about possible situations: reports, and what cameras saw."),
    topics.EVIDENCE_URGENT: Channel(
        _OURS, "The same of reports that may be pressing; it is decided on before the rest."
    ),
    topics.CAMERA_TICKS: Channel(_OURS, "Recorded time for the stages that keep state per camera."),
    topics.ROOM_TICKS: Channel(_OURS, "Recorded time for the stages that keep state per control room."),
    topics.ALERTS: Channel(
        _ROOM,
        "Every change of every alert of a control room, each time whole.",
        read="A console follows the list. Partners read a topic of their own, with what they need to know.",
    ),
    topics.ALERT_STATE: Channel(
        _ROOM,
        "The newest state of each alert, with the alert's id as the record's key.",
        read="A console begins here, and keeps the highest revision of each alert.",
    ),
    topics.CANARY: Channel(
        Whose.OPERATIONS,
        "Alerts of made-up reports: no operator sees them.",
        read="Tells how long a report takes to its alert.",
    ),
    topics.CANARY_STATE: Channel(_OURS, "The newest state of each made-up alert."),
    topics.SHADOW_ALERTS: Channel(
        Whose.OPERATIONS,
        "What other rules would have decided on the same inputs; no operator sees it.",
        read="Whoever prepares new rules compares it with alerts.",
    ),
    topics.DECISION_LOG: Channel(
        _ROOM,
        "What was decided on, in its order, and the answer to each action.",
        read="Whoever sent an action finds its answer by the action's id, with why it was refused.",
    ),
    topics.OPERATOR_ACTIONS: Channel(
        _ROOM,
        "What persons in the control room did to alerts.",
        send="A console acts for a person who is logged in to it.",
    ),
    topics.DISPATCH_REQUESTS: Channel(
        _OURS, "Requests to partners that a person confirmed. Each partner sees its own on its own topic."
    ),
    topics.DISPATCH_RECEIPTS: Channel(
        _OURS, "Partners' answers to requests, once it is sure that they are the asked partner's."
    ),
    topics.SNAPSHOT_REQUESTS: Channel(
        _ROOM, "Requests for one picture of one camera.", send="A console asks for a person who may have it."
    ),
    topics.SNAPSHOTS: Channel(
        _ROOM,
        "Pictures on request, persons pixelated, or why there is none.",
        read="A console shows the answer to its own request.",
    ),
    topics.TRENDS: Channel(
        _ROOM, "Counts per category, area and week; never a report.", read="The safety team's reports are made of them."
    ),
    topics.AUDIT: Channel(
        _ROOM,
        "Who did and saw what, as the part that did it tells it.",
        send="A console tells what it showed, and to whom.",
    ),
    topics.AUDIT_CHAIN: Channel(
        Whose.OPERATIONS, "The audit as a chain of hashes.", read="An auditor checks that nothing was changed."
    ),
    topics.DEAD_LETTERS: Channel(
        Whose.OPERATIONS,
        "What could not be handled, as it came, with the reason.",
        read="Operations look here, mend the cause and send it again.",
    ),
    topics.ROOM_DELETIONS: Channel(_OURS, "What the stages of a control room are to forget before its time."),
    topics.CAMERA_DELETIONS: Channel(_OURS, "What the stages of a camera are to forget before its time."),
    topics.REPORT_DELETIONS: Channel(_OURS, "What the stage that compares reports is to forget before its time."),
    topics.HOLDS: Channel(
        _OURS,
        "What is kept longer for a criminal case: on whose demand, until when, and copies of the records.",
    ),
    "partner-{partner}": Channel(
        Whose.PARTNER,
        "What one partner needs to know of alerts, the requests to it, and the cases that are its own.",
        read="The partner follows what it may see, and begins here.",
    ),
    "partner-{partner}-health": Channel(
        Whose.PARTNER,
        "The same of what is about somebody's health; kept for a day at the most.",
        read="The partner follows what it may see.",
    ),
    "partner-{partner}-answers": Channel(
        Whose.PARTNER,
        "What one partner answers to requests to it, and to cases that were handed over to it.",
        send="The partner answers; an answer to another partner's request or case is refused.",
    ),
}


def facts(specs: Iterable[TopicSpec]) -> list[TopicFacts]:
    """Return what the contract says of topics, in their order.

    Raises:
        KeyError: One has no channel here.
    """
    return [TopicFacts(spec.name, spec.partitions, spec.config(), CHANNELS[spec.name]) for spec in specs]
