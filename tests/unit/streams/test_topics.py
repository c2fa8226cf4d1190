"""What must hold for every topic, whatever is added to `streams/topics.py`."""

from __future__ import annotations

import pytest

from schemas.base import PARTNER
from schemas.catalogue import MESSAGES
from schemas.dispatch import DispatchReceipt
from schemas.sharing import PartnerAlert
from streams.topics import (
    ALERTS,
    BY_NAME,
    CHANGELOGS,
    DAY_MS,
    DISPATCH_RECEIPTS,
    FLOW,
    FOUR_WEEKS_MS,
    HOUR_MS,
    MAX_FRAME_BYTES,
    STATEFUL_STAGES,
    TOPICS,
    TopicSpec,
    answers_topic,
    changelog,
    health_topic,
    partner_of,
    partner_topic,
    partner_topics,
)

DERIVED_FROM_IMAGES = {
    "camera-frames",
    "camera-status",
    "detections",
    "observations",
    "evidence",
    "evidence-urgent",
    "alerts",
    "alert-state",
    "shadow-alerts",
    "snapshots",
    "dead-letters",
}


def test_names_are_unique() -> None:
    """No topic is described twice."""
    assert len(BY_NAME) == len(TOPICS)


def test_every_topic_of_a_message_exists_and_every_topic_has_a_message() -> None:
    """The catalogue of messages and the list of topics name each other, both ways; each partner has topics of its own."""
    named = {topic.replace(PARTNER, "politie") for model in MESSAGES for topic in model.topics}
    assert named == {topic.name for topic in (*FLOW, *partner_topics("politie"))}


@pytest.mark.parametrize("topic", partner_topics("politie"), ids=lambda topic: topic.name)
def test_topics_of_partners_are_known_by_their_names(topic: TopicSpec) -> None:
    """Also to a process that was not told who is a partner; what is about somebody's health is kept a day."""
    assert BY_NAME[topic.name] == topic
    assert partner_of(topic.name) == "politie"
    assert topic.partitions == BY_NAME[ALERTS].partitions
    assert topic.retention_ms is not None
    assert (topic.retention_ms <= DAY_MS) is topic.name.endswith("-health")
    if topic.from_images:
        assert topic.retention_ms + topic.segment_ms + HOUR_MS <= FOUR_WEEKS_MS


@pytest.mark.parametrize(
    "name", ["partner-", "partner-a-b", "partner-Politie", "partner-politie-other", "xpartner-politie", "alert"]
)
def test_other_names_are_no_topics(name: str) -> None:
    """As with any name that nobody knows."""
    assert partner_of(name) is None
    with pytest.raises(KeyError):
        BY_NAME[name]
    assert not PartnerAlert.carried_by(name)


def test_a_message_says_which_topics_of_partners_carry_it() -> None:
    """Each of any partner, and no others."""
    assert PartnerAlert.carried_by(partner_topic("hor"))
    assert PartnerAlert.carried_by(health_topic("hor"))
    assert not PartnerAlert.carried_by(answers_topic("hor"))
    assert DispatchReceipt.carried_by(answers_topic("hor"))
    assert DispatchReceipt.carried_by(DISPATCH_RECEIPTS)
    assert not DispatchReceipt.carried_by(partner_topic("hor"))


def test_a_partner_without_anything_about_health_has_no_topic_for_it() -> None:
    """What nobody writes need not be there."""
    assert [topic.name for topic in partner_topics("hor", health=False)] == ["partner-hor", "partner-hor-answers"]


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_what_derives_from_images_is_gone_within_four_weeks(topic: TopicSpec) -> None:
    """Retention, the segment that must close first, and the broker's look every five minutes stay within 28 days."""
    config = topic.config()
    if topic.from_images:
        assert "delete" in config["cleanup.policy"]
        assert topic.retention_ms is not None
        assert topic.retention_ms + topic.segment_ms + HOUR_MS <= FOUR_WEEKS_MS
    assert config["message.timestamp.type"] == "LogAppendTime"
    assert (topic.retention_ms is None) == (topic.cleanup == "compact")


def test_image_topics_are_marked() -> None:
    """Each topic that can hold what a camera saw says so; changelogs hold state made from it, but for the audit's chain."""
    assert {topic.name for topic in FLOW if topic.from_images} == DERIVED_FROM_IMAGES
    assert {topic.name for topic in CHANGELOGS if not topic.from_images} == {changelog("audit")}


@pytest.mark.parametrize("group", ["camera", "room", "single"])
def test_groups_are_co_partitioned(group: str) -> None:
    """All topics of a group, changelogs included, have one partition count."""
    assert len({topic.partitions for topic in TOPICS if topic.group == group}) == 1


def test_changelogs_are_partitioned_as_their_stage() -> None:
    """A stage's changelog belongs to the group of its state."""
    for stage, group in STATEFUL_STAGES.items():
        assert BY_NAME[changelog(stage)].group == group


def test_the_largest_frame_fits() -> None:
    """A frame of the largest size leaves room for headers in a record of the topic's limit."""
    assert BY_NAME["camera-frames"].max_message_bytes >= MAX_FRAME_BYTES + 50_000
    assert int(BY_NAME[ALERTS].config()["max.message.bytes"]) == BY_NAME[ALERTS].max_message_bytes
