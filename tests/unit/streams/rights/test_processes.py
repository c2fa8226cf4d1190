"""What each process needs, against the code that does it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import streams.stages
from console.projection.cluster.follower import BACK
from streams import topics
from streams.canary.lines import NEEDED
from streams.cli.capture import ASKED, SENT
from streams.config.partners import load_partners
from streams.rights.granting import with_partners
from streams.rights.partners import connected
from streams.rights.processes import CAPTURE_READS, CAPTURE_WRITES, OUTPUTS, PROCESSES, SAID, SHARE_READS, STAGE_CLASSES
from streams.stages.share import Share
from streams.worker.stages import STAGES

FOLDER = Path(streams.stages.__file__).parent
FILES = {
    "detect": [*(FOLDER / "detect").glob("*.py")],
    "observe": [FOLDER / "observe.py"],
    "locate": [FOLDER / "locate.py"],
    "corroborate": [*(FOLDER / "corroborate").glob("*.py")],
    "decide": [path for path in (FOLDER / "decide").glob("*.py") if path.name not in {"shadow.py", "metrics.py"}],
    "trends": [*(FOLDER / "trends").glob("*.py")],
    "shadow": [FOLDER / "decide" / "shadow.py"],
    "audit": [FOLDER / "audit.py"],
    "share": [FOLDER / "share.py"],
    "hits": [FOLDER / "hits.py"],
}
"""Where each stage's code is."""
HANDLED = {"shadow": {topics.ALERTS}}
"""What a stage names and does not send: a shadow's alerts are told on another topic."""


def test_every_stage_has_its_outputs() -> None:
    """A new stage says what it sends, or it could not run where rights are asked for."""
    assert set(OUTPUTS) == set(STAGES) == set(FILES)
    assert set(STAGE_CLASSES) == set(STAGES) - {"detect", "share"}


def test_what_share_reads() -> None:
    """The stage's own inputs, with the partners of a file: neither more nor less than its user may read."""
    partners = load_partners()
    needs = with_partners(connected(partners))["share"]
    assert needs.reads - {topics.changelog("share")} == set(Share(partners).inputs)
    gets = {
        topic.name for each in partners.partners for topic in topics.partner_topics(each, partners.about_health(each))
    }
    assert needs.writes == gets | {
        topics.DISPATCH_RECEIPTS, topics.changelog("share"), topics.DEAD_LETTERS, topics.AUDIT
    }  # fmt: skip


@pytest.mark.parametrize("stage", OUTPUTS)
def test_a_stage_sends_what_its_code_names(stage: str) -> None:
    """The table has every topic that a stage's code names and does not read, and no other."""
    cls = STAGE_CLASSES.get(stage)
    inputs = set(cls.inputs) if cls is not None else {topics.CAMERA_FRAMES, *SHARE_READS}
    named = set().union(*(_named(path) for path in FILES[stage]))
    assert named - inputs - HANDLED.get(stage, set()) - {topics.DEAD_LETTERS} == set(OUTPUTS[stage]) - inputs


@pytest.mark.parametrize("name", PROCESSES)
def test_processes_need_only_our_topics(name: str) -> None:
    """No right is for a topic that is not there."""
    needs = PROCESSES[name]
    assert needs.reads | needs.writes | needs.describes | needs.keeps <= set(topics.BY_NAME)


def test_every_process_is_explained() -> None:
    """Each has the commands that it is."""
    assert set(SAID) == set(PROCESSES)


def test_capture_needs_what_it_waits_for() -> None:
    """The command waits for topics that it may use."""
    assert set(ASKED) == set(CAPTURE_READS)
    assert set(SENT) <= set(CAPTURE_WRITES)


def test_the_canary_may_use_all_that_it_waits_for() -> None:
    """The same of the canary."""
    needs = PROCESSES["canary"]
    assert needs.reads | needs.writes == set(NEEDED)


def test_the_console_may_read_what_it_follows() -> None:
    """The rooms' follower reads nothing that the console's user may not."""
    assert set(BACK) <= PROCESSES["console"].reads


def test_who_may_read_pictures() -> None:
    """Pictures are for those alone who look for persons in them, and snapshots for who shows or holds them."""
    assert [name for name, needs in PROCESSES.items() if topics.CAMERA_FRAMES in needs.reads] == ["detect"]
    assert [name for name, needs in PROCESSES.items() if topics.SNAPSHOTS in needs.reads] == [
        "console", "snapshot", "delete"
    ]  # fmt: skip


def test_who_may_write_alerts() -> None:
    """What stands on the operators' list is decided by one stage; a dead letter of a stage that reads alerts goes back there.

    `delete` writes tombstones.
    """
    writers = {
        topic: [name for name, needs in PROCESSES.items() if topic in needs.writes]
        for topic in (topics.ALERTS, topics.ALERT_STATE)
    }
    assert writers == {topics.ALERTS: ["decide", "dead-letters"], topics.ALERT_STATE: ["decide", "delete"]}


def test_who_may_act() -> None:
    """The console and `act` do; the canary and the drill act on their own alerts, and others only repeat what was said."""
    assert {name for name, needs in PROCESSES.items() if topics.OPERATOR_ACTIONS in needs.writes} == {
        "console", "act", "canary", "drill", "completeness", "dead-letters", "decide"
    }  # fmt: skip


def test_nobody_but_the_chains_writer_writes_the_audit_chain() -> None:
    """Whoever could write the chain could make it say what they like."""
    assert [name for name, needs in PROCESSES.items() if topics.AUDIT_CHAIN in needs.writes] == ["audit"]


def _named(path: Path) -> set[str]:
    """Return the topics of the flow that a file names."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        value = getattr(topics, name, None) if name.isupper() else None
        if isinstance(value, str) and value in topics.BY_NAME:
            found.add(value)
    return found
