"""What partners are told to send is read; no document says one thing in two places."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from streams import topics
from streams.config.partners import load_partners
from streams.stages.corroborate.stage import Corroborate
from streams.stages.decide.stage import Decide
from streams.stages.locate import Locate
from streams.stages.observe import Observe
from streams.stages.share import Share
from streams.stages.trends.stage import Trends

DOCS = Path(__file__).parents[2] / "docs"
READ = {topic for stage in (Observe, Locate, Corroborate, Decide, Trends) for topic in stage.inputs}


def test_a_topic_that_partners_are_told_to_send_to_is_read() -> None:
    """The sentence on answers names only inputs of stages; what nothing reads is said to be so, by its name."""
    text = (DOCS / "partners.md").read_text()
    [told] = re.findall(r"Answers go to ((?:`[a-z-]+`(?:, | and )?)+)", text)
    named = re.findall(r"`([a-z-]+)`", told)
    assert named
    assert set(named) <= READ, "partners are told to send what nothing reads"
    for unread in re.findall(r"Nothing reads ((?:`[a-z-]+`(?:, | and )?)+)", text):
        for topic in re.findall(r"`([a-z-]+)`", unread):
            assert topic in topics.BY_NAME
            assert topic not in READ
    assert topics.DISPATCH_RECEIPTS in READ
    partners = load_partners()
    answers = re.findall(r"answer on `partner-<id>(-[a-z]+)`", text)
    assert answers
    for partner in partners.partners:
        assert {topics.partner_topic(partner) + each for each in answers} <= {*Share(partners).inputs}


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.md")), ids=lambda path: path.name)
def test_no_document_has_two_sections_of_one_name(path: Path) -> None:
    """One of them would be read, and the other be right."""
    headings = Counter(re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE))
    assert [heading for heading, times in headings.items() if times > 1] == []
