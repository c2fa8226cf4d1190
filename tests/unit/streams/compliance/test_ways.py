"""Every topic says how what stands on it is deleted: a new one is refused here until somebody has said it."""

from __future__ import annotations

import pytest

from streams import topics
from streams.compliance.ways import WAYS, Way, way_of
from streams.config.partners import load_partners, wanted_topics
from streams.stages.row_versions import kind_of
from streams.topics import CHANGELOGS, FLOW, TOPICS, TopicSpec


def test_no_topic_is_without_a_way() -> None:
    """And none that is gone has one."""
    assert set(WAYS) == {topic.name for topic in TOPICS}
    assert {way_of(topic.name) for topic in wanted_topics(load_partners())} == set(Way)
    with pytest.raises(KeyError):
        way_of("a-new-topic")


@pytest.mark.parametrize("topic", FLOW, ids=lambda topic: topic.name)
def test_a_way_fits_its_topic(topic: TopicSpec) -> None:
    """A tombstone needs a topic that is compacted, and what derives from images is kept by no way that lasts."""
    way = way_of(topic.name)
    assert (way in {Way.TOMBSTONE, Way.NEWEST, Way.HELD}) is ("compact" in topic.cleanup)
    if topic.from_images:
        assert way in {Way.BY_AGE, Way.NO_CASE, Way.TOMBSTONE}


def test_each_stage_with_state_is_told_what_to_forget() -> None:
    """But the chain's writer, whose one row is the newest entry's hash."""
    from streams.compliance.deletion import STAGES
    from streams.rights.processes import PROCESSES

    told = {stage: topic for topic, stages in STAGES.items() for stage in stages}
    assert set(told) == set(topics.STATEFUL_STAGES) - {"audit"}
    for stage, topic in told.items():
        assert topic in PROCESSES[stage].reads
        assert topics.BY_NAME[topic].group == topics.STATEFUL_STAGES[stage]
    assert {spec.name for spec in CHANGELOGS if way_of(spec.name) is Way.STATE} == {
        topics.changelog(stage) for stage in told
    }
    assert kind_of("done/evidence/00001") == "done"
