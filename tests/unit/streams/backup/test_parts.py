"""Every topic says whether a backup takes it: a new one is refused here until somebody has said it."""

from __future__ import annotations

import pytest

from streams import topics
from streams.backup.parts import PARTS, TAKEN, BackupPart, newest_only, part_of
from streams.config.partners import load_partners, wanted_topics
from streams.topics import BY_NAME, DAY_MS, LEGAL_MS, TOPICS


def test_no_topic_is_without_a_part() -> None:
    """And none that is gone has one."""
    assert set(PARTS) == {topic.name for topic in TOPICS}
    assert {part_of(topic.name) for topic in wanted_topics(load_partners())} == set(BackupPart)
    with pytest.raises(KeyError):
        part_of("a-new-topic")


def test_what_lasts_longer_than_four_weeks_is_taken() -> None:
    """Nobody but the cluster has it; one short of it is what is known now, or passed."""
    lasting = {topic.name for topic in TOPICS if (topic.retention_ms or 0) > LEGAL_MS + DAY_MS}
    assert lasting == {name for name, part in PARTS.items() if part is BackupPart.LASTING}


def test_no_picture_is_taken_but_what_is_held() -> None:
    """Nor anything that was seen in one and not decided on."""
    assert not {topics.CAMERA_FRAMES, topics.SNAPSHOTS, topics.DETECTIONS, topics.OBSERVATIONS} & set(TAKEN)
    assert topics.HOLDS in TAKEN


def test_what_is_known_now_has_one_record_for_each_key() -> None:
    """A copy of all that it ever was would be larger, and older, than what it is."""
    assert all(newest_only(BY_NAME[name]) for name, part in PARTS.items() if part is BackupPart.PRESENT)
