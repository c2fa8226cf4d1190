"""Processes: what each process and each command of ours does on a cluster, and so the least that it needs.

What code tells is taken from there: a stage's inputs and ticks from its class, its state from `streams/topics.py`, what the
completeness check, the canary and a replay read from their own tables. What no code tells stands here once: what stages send, and
what clients without a table read. `tests/unit/streams/rights/` holds it against the code,
`tests/integration/test_least_privilege.py` runs each process with it on a broker that allows nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from streams import topics
from streams.backup.parts import TAKEN
from streams.canary.lines import NEEDED as CANARY_NEEDS
from streams.clients.stages import INPUTS as FOLLOWED
from streams.completeness.check import ANSWERS, STAGE_OF
from streams.compliance.ways import WAYS, Way
from streams.drill.lines import READS as DRILL_READS
from streams.drill.lines import WRITES as DRILL_WRITES
from streams.kafka.access.acls import AccessOperation, Needs
from streams.logbook.process import GROUP as LOGBOOK_GROUP
from streams.logbook.process import READS as LOGBOOK_READS
from streams.replay.recording import FACTS, SIGHTS
from streams.stages.audit import Audit
from streams.stages.base import Stage
from streams.stages.corroborate.stage import Corroborate
from streams.stages.decide.shadow import Shadow
from streams.stages.decide.stage import Decide
from streams.stages.hits import Hits
from streams.stages.locate import Locate
from streams.stages.observe import Observe
from streams.stages.trends.stage import Trends

STAGE_CLASSES: Final[Mapping[str, type[Stage]]] = {
    "observe": Observe,
    "locate": Locate,
    "corroborate": Corroborate,
    "decide": Decide,
    "trends": Trends,
    "shadow": Shadow,
    "audit": Audit,
    "hits": Hits,
}
"""All but `detect`, whose class needs the vision extra, and `share`, whose inputs depend on who is connected."""

SHARE_READS: Final = (topics.ALERTS, topics.DISPATCH_REQUESTS, topics.ROOM_TICKS, topics.ROOM_DELETIONS)
"""What `share` reads beside what partners answer, which `streams/rights/partners.py` adds with what they get."""

OUTPUTS: Final[Mapping[str, tuple[str, ...]]] = {
    "detect": (topics.DETECTIONS, topics.CAMERA_STATUS, topics.CAMERA_STATE),
    "observe": (topics.OBSERVATIONS,),
    "locate": (topics.CAMERA_WATCHES, topics.EVIDENCE, topics.EVIDENCE_URGENT),
    "corroborate": (topics.EVIDENCE,),
    "decide": (
        topics.ALERTS, topics.ALERT_STATE, topics.CANARY, topics.CANARY_STATE, topics.DECISION_LOG, topics.DISPATCH_REQUESTS,
    ),
    "trends": (topics.TRENDS,),
    "shadow": (topics.SHADOW_ALERTS,),
    "share": (topics.DISPATCH_RECEIPTS,),
    "audit": (topics.AUDIT_CHAIN,),
    "hits": (topics.AUDIT,),
}  # fmt: skip
"""What each stage sends, beside ticks, state and dead letters."""

SENT_ON: Final = frozenset({topics.OPERATOR_ACTIONS})
"""What clients outside write, by a partitioner of their own: the stage that answers for it sends what stands on a wrong partition
on to the right one, and needs WRITE on its own input. Our own processes never choose a wrong partition."""

DELETIONS: Final = frozenset({topics.ROOM_DELETIONS, topics.CAMERA_DELETIONS, topics.REPORT_DELETIONS})
"""What tells stages to forget something; whoever reads it tells the audit how many rows went (`streams/runtime/runner.py`)."""

CAPTURE_READS: Final = (topics.CAMERA_WATCHES, topics.SNAPSHOT_REQUESTS)
CAPTURE_WRITES: Final = (
    topics.CAMERA_FRAMES, topics.CAMERA_STATUS, topics.CAMERA_STATE, topics.DETECTIONS, topics.SNAPSHOTS, topics.AUDIT,
    topics.DEAD_LETTERS,
)  # fmt: skip

INTAKE: Final = Needs.of(reads=(topics.INCIDENTS,), writes=(topics.INCIDENTS, topics.DEAD_LETTERS))
"""It reads its own topic: what was reported lately, so that an update is known as one."""
_WATCH: Final = Needs.of(reads=(topics.ALERTS, topics.ALERT_STATE))
_AUDIT_TRAIL: Final = Needs.of(reads=(topics.AUDIT_CHAIN, topics.changelog("audit")))


def stage_needs(name: str) -> Needs:
    """Return what a stage of a worker needs."""
    stage = STAGE_CLASSES.get(name)
    inputs = SHARE_READS if name == "share" else FOLLOWED[name] if stage is None else stage.inputs
    ticks = getattr(stage, "ticks", None)
    state = (topics.changelog(name),) if name in topics.STATEFUL_STAGES else ()
    sent_on = frozenset() if name in topics.ONLOOKERS else SENT_ON.intersection(inputs)
    proves = (topics.AUDIT,) if DELETIONS.intersection(inputs) else ()
    return Needs.of(
        reads=(*inputs, *state),
        writes=(*OUTPUTS[name], *state, topics.DEAD_LETTERS, *sent_on, *proves, *([ticks] if ticks else [])),
        groups=(name,),
    )


def _console() -> Needs:
    """Return what the console needs: the newest state, the past, how far the stages are, actions, and reports by hand."""
    return (
        INTAKE
        | _WATCH
        | Needs.of(
            reads=(
                topics.OPERATOR_ACTIONS, topics.DECISION_LOG, topics.ROOM_TICKS, topics.CANARY, topics.CAMERA_STATE,
                topics.CAMERA_STATUS, topics.OBSERVATIONS, topics.SNAPSHOTS, topics.AUDIT_CHAIN,
            ),
            writes=(topics.OPERATOR_ACTIONS, topics.SNAPSHOT_REQUESTS, topics.AUDIT),
            describes=(name for names in FOLLOWED.values() for name in names),
            asks_groups=FOLLOWED,
        )
    )  # fmt: skip


def _administration() -> Needs:
    """Return what `topics apply`, `check` and `acls --apply` need; who may change access rights may everything in the end."""
    return Needs(keeps=frozenset(topics.BY_NAME), cluster=frozenset({AccessOperation.ALTER, AccessOperation.DESCRIBE}))


def _exporter() -> Needs:
    """Return what `exporter` needs, and a program that measures lags for an autoscaler: they read no message."""
    return Needs(
        describes=frozenset(topics.BY_NAME),
        asks_settings=frozenset(topics.BY_NAME),
        asks_groups=frozenset(OUTPUTS),
        cluster=frozenset({AccessOperation.DESCRIBE}),
    )


def _compliance() -> Needs:
    """Return what the report needs: how old and how long kept everything is, without reading it, and what tells of itself."""
    return _AUDIT_TRAIL | Needs(
        reads=frozenset({topics.CAMERA_STATUS, topics.DEAD_LETTERS, topics.DETECTIONS, topics.HOLDS}),
        describes=frozenset(topics.BY_NAME),
        asks_settings=frozenset(topics.BY_NAME),
    )


def _deleting() -> Needs:
    """Return what `delete` and `hold` need: they read what may name a case, cut topics off, and write tombstones and copies."""
    buried = (topics.ALERT_STATE, topics.CANARY_STATE)
    by_age = {name for name, way in WAYS.items() if way in {Way.BY_AGE, Way.NO_CASE}}
    named = {name for name, way in WAYS.items() if way is Way.BY_AGE}
    return Needs(
        reads=frozenset({*named, *buried, topics.HOLDS, topics.AUDIT}),
        writes=frozenset({*buried, *DELETIONS, topics.HOLDS, topics.AUDIT}),
        describes=frozenset(topics.BY_NAME),
        deletes=frozenset(by_age),
        asks_settings=frozenset(topics.BY_NAME),
    )


def _letters() -> Needs:
    """Return what `dead-letters` needs: a letter goes to where its record stood, or its source reads it anew."""
    read = {name for stage in OUTPUTS for name in stage_needs(stage).reads} - {topics.CAMERA_FRAMES}
    states = {topics.changelog(stage) for stage in topics.STATEFUL_STAGES}
    return Needs.of(reads=(topics.DEAD_LETTERS, topics.INCIDENTS), writes=(read - states) | {topics.SNAPSHOT_REQUESTS})


def _review() -> Needs:
    """Return what whoever looks back needs; `SAID` has the commands."""
    return _WATCH | Needs.of(
        reads=(
            *FACTS, *SIGHTS, topics.DECISION_LOG, topics.ROOM_TICKS, topics.SHADOW_ALERTS, topics.TRENDS,
            topics.changelog("decide"), topics.changelog("corroborate"), topics.changelog("share"),
        )
    )  # fmt: skip


PROCESSES: Final[Mapping[str, Needs]] = MappingProxyType(
    {
        **{name: stage_needs(name) for name in OUTPUTS},
        "capture": Needs.of(reads=CAPTURE_READS, writes=CAPTURE_WRITES),
        "intake": INTAKE,
        "console": _console(),
        "completeness": Needs.of(
            reads=(*STAGE_OF, *ANSWERS), writes=STAGE_OF, asks_groups=STAGE_OF.values()
        ),
        "logbook": Needs.of(reads=LOGBOOK_READS, groups=(LOGBOOK_GROUP,)),
        "canary": Needs.of(
            reads=(topics.CANARY, topics.CANARY_STATE),
            writes=set(CANARY_NEEDS) - {topics.CANARY, topics.CANARY_STATE},
        ),
        "drill": Needs.of(reads=DRILL_READS, writes=DRILL_WRITES),
        "watch": _WATCH,
        "act": _WATCH | Needs.of(reads=(topics.DECISION_LOG,), writes=(topics.OPERATOR_ACTIONS,)),
        "report": INTAKE,
        "snapshot": Needs.of(reads=(topics.SNAPSHOTS,), writes=(topics.SNAPSHOT_REQUESTS,)),
        "review": _review(),
        "audit-verify": _AUDIT_TRAIL,
        "compliance": _compliance(),
        "delete": _deleting(),
        "backup": Needs(reads=frozenset(TAKEN), writes=frozenset({topics.AUDIT}), asks_settings=frozenset(topics.BY_NAME)),
        "dead-letters": _letters(),
        "topics": _administration(),
        "exporter": _exporter(),
        "notify": Needs(
            writes=frozenset({topics.DEAD_LETTERS}), groups=frozenset({"notify"}), group_prefixes=frozenset({"notify-"})
        ),
    }
)  # fmt: skip
"""What each of our processes and commands needs, by the name that it has as a user where no other is given."""

SAID: Final[Mapping[str, str]] = {
    **{name: f"`worker {name}`" for name in OUTPUTS},
    "capture": "`capture`",
    "intake": "`intake …`",
    "console": "`console`",
    "completeness": "`completeness`",
    "logbook": "`logbook`",
    "canary": "`canary`",
    "drill": "`drill`",
    "watch": "`watch`",
    "act": "`act`",
    "report": "`report`",
    "snapshot": "`snapshot`",
    "review": "`replay`, `explain`, `verdicts`, `budget`, `trends`, `cases`, `cameras normal`, `intake unmapped`",
    "audit-verify": "`audit verify`, `audit export`",
    "compliance": "`compliance report`",
    "delete": "`delete`, `hold`",
    "backup": "`backup`",
    "dead-letters": "`dead-letters`",
    "topics": "`topics`",
    "exporter": "`exporter`, and a program that measures lags (KEDA)",
    "notify": "`notify`",
}
"""Which commands each is, for people."""
