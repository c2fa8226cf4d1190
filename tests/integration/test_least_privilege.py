"""Least privilege on a real broker: TLS, passwords, and nothing allowed but what `toezicht topics acls` says.

Each stage runs by a user of its own, each client by its own; each does its work, and the broker itself says what it may not.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import (
    AuthorizationError,
    GroupAuthorizationFailedError,
    KafkaTimeoutError,
    TopicAuthorizationFailedError,
)
from typer.testing import CliRunner, Result

import streams.domain.rules
from bench.cluster.secured_broker import ADMIN, make_certificates
from schemas.actions import Action, OperatorAction
from schemas.audit import AuditEvent
from schemas.cameras import CameraStatus, FrameReference
from streams import topics
from streams.backup.manifest import read_manifest
from streams.backup.parts import TAKEN
from streams.backup.save import Saver
from streams.canary.lines import KafkaLines
from streams.canary.partitions import names as canary_names
from streams.canary.probe import Canaries
from streams.cli.main import build_app
from streams.clients import reports
from streams.clients.actions import ask
from streams.clients.alerts import AlertReader
from streams.clients.audit import AuditTrail, check_chain
from streams.clients.stages import INPUTS as FOLLOWED
from streams.clients.stages import StageOffsets
from streams.clients.telling import MessageTeller
from streams.clock import utc_now
from streams.completeness.check import Check
from streams.completeness.cluster import KafkaCluster
from streams.completeness.ledger import Ledger
from streams.compliance.deletion import Deleter, Trace, ended_before, older_traces, present
from streams.compliance.holds import read_holds
from streams.compliance.report import compliance_report
from streams.compliance.ways import Way
from streams.config.files import load_rules
from streams.dead_letters.letters import read_letters
from streams.domain.canary import asked_by
from streams.domain.compliance.finding import LimitStanding, ReportPart
from streams.errors import DeliveryError
from streams.kafka.access.acl_admin import add_acls, found_acls, remove_acls
from streams.kafka.access.acls import Acl, Needs
from streams.kafka.access.admission import lacking, require_access
from streams.kafka.admin import apply
from streams.kafka.errors import AccessError, ClusterError
from streams.kafka.options import kafka_client_options
from streams.kafka.reader import Reader, read_records
from streams.rights.granting import Grants
from streams.rights.partners import PartnerPrincipal
from streams.rights.processes import OUTPUTS, PROCESSES
from streams.settings import KafkaSettings, Settings
from streams.topics import BY_NAME, TOPICS, TopicSpec
from streams.worker.stages import make_stages
from tests.support.cluster import await_handled
from tests.support.messages import example
from tests.support.registry import registry_camera, write_registry
from tests.support.secured import SecuredBrokers, secured_brokers
from tests.support.secured_stages import SecuredStages
from tests.support.sharing import default_document
from tests.support.worker_process import eventually

pytestmark = [pytest.mark.integration, pytest.mark.slow]

PARTNERS: Final = [PartnerPrincipal.named(name) for name in ("politie", "hor", "ggd")]
NOBODY: Final = "nobody"
WITHIN_S: Final = 180.0
"""Only there to end a test that fails."""
STAGES: Final = ("observe", "locate", "corroborate", "decide", "trends", "shadow", "audit")
RULES: Final = Path(streams.domain.rules.__file__).parent / "default.yaml"
GRANTS: Final = Grants.of({}, PARTNERS)
ALL_TOPICS: Final = frozenset({*BY_NAME, *(name for partner in PARTNERS for name in (*partner.reads, partner.answers))})


def partner_topics() -> list[TopicSpec]:
    """Return the topics of the partners."""
    return [spec for partner in PARTNERS for spec in topics.partner_topics(partner.id)]


@dataclass(frozen=True)
class House:
    """House: a broker that allows nothing but what is needed, and how each user reaches it."""

    broker: SecuredBrokers
    folder: Path

    def of(self, user: str) -> KafkaSettings:
        """Return how a user reaches it."""
        return self.broker.settings_of(user)

    def call(self, user: str, *words: str, **changes: str) -> Result:
        """Call a command as a user."""
        environment = self.broker.environment_of(user) | {"TOEZICHT_DATA": str(self.folder / "data")} | changes
        return CliRunner().invoke(build_app(words[0]), list(words), env=environment)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Yield a secured broker with all topics, all users, and the rights that the command gives them."""
    folder = tmp_path_factory.mktemp("secured")
    with secured_brokers(folder / "broker") as broker:
        house = House(broker, folder)
        apply(house.of(ADMIN), [*TOPICS, *partner_topics()])
        broker.add_users([*GRANTS.users.values(), NOBODY])
        add_acls(house.of(ADMIN), GRANTS.acls())
        yield house


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no command's logging outlive the runner's streams."""
    monkeypatch.setattr("streams.cli.options.start_logging", lambda _: None)


@pytest.fixture(scope="module")
def registry(house: House) -> Path:
    """Return a registry with one camera."""
    return write_registry(house.folder / "cameras.yaml", registry_camera("c1", {"url": "none"}))


@pytest.fixture(scope="module")
def decided(house: House, registry: Path) -> list[BaseException]:
    """Run all deciding stages, each by a user of its own, until they have decided on what came; return what stopped any.

    Canaries come back through observe, locate, corroborate and decide; a report becomes an alert, on which somebody acts; what
    the audit is told is chained. They end here: what follows looks at what they left, and on a small machine they would be in
    its way.
    """
    settings = Settings(registry=registry, shadow_rules=RULES, data=house.folder / "data")
    lines = KafkaLines(house.of("canary"), utc_now)
    canaries = Canaries(lines, canary_names(), asked_by(load_rules(None)), utc_now)
    canaries.send()
    _patiently(lambda: reports.enter(house.of("console"), "Europe/Amsterdam", REPORT))
    _patiently(lambda: MessageTeller(house.of("console"), "console").tell(example(AuditEvent)))
    with SecuredStages(make_stages(list(STAGES), settings), house.of, house.folder / "state") as stages:
        eventually(lambda: bool(stages.errors) or _back(canaries), WITHIN_S)
        lines.close()
        if not stages.errors:
            _patiently(lambda: _act(house))
            for stage in STAGES:
                await_handled(house.of(ADMIN), stage, PROCESSES_INPUTS[stage])
    return stages.errors


# ---- each process works with its least privilege -----------------------------------------------------------------------


def test_stages_work(house: House, decided: list[BaseException]) -> None:
    """No stage ended, each one's output is there, and nothing was set aside."""
    assert decided == []
    for stage in STAGES:
        told = (topics.changelog("trends"),) if stage == "trends" else OUTPUTS[stage]  # its counts follow once an hour
        assert any(True for _ in read_records(house.of(ADMIN), told)), stage
    assert list(read_records(house.of(ADMIN), (topics.DEAD_LETTERS,))) == []


PROCESSES_INPUTS: Final = {
    stage: sorted(PROCESSES[stage].reads - {topics.changelog(stage)} - {topics.CAMERA_TICKS, topics.ROOM_TICKS})
    for stage in STAGES
}
REPORT: Final = {
    "source": reports.SOURCE,
    "source_id": "centralist/1",
    "operation": "report",
    "category": "vogwve",
    "priority": "P 1",
    "position": {"lat": 52.303, "lon": 4.8525, "accuracy_m": 10},
}


def _patiently(call: Callable[[], None]) -> None:
    """Do something again where a machine that others use too was too slow for a client's patience; never after a refusal."""
    deadline_s = time.monotonic() + WITHIN_S
    while True:
        try:
            call()
            break
        except (ClusterError, DeliveryError, KafkaTimeoutError) as error:
            if isinstance(error, AccessError) or "may not" in str(error) or time.monotonic() > deadline_s:
                raise


def _back(canaries: Canaries) -> bool:
    canaries.receive(0.2)
    return not canaries.flying


def _act(house: House) -> None:
    reader = AlertReader(house.of("act"), from_start=True)
    eventually(lambda: _told(reader), WITHIN_S)
    alert = next(each for each in reader.alerts if each.reports)
    reader.close()
    action = OperatorAction(
        action_id="least-privilege",
        control_room_id=alert.control_room_id,
        alert_id=alert.alert_id,
        seen_revision=alert.revision,
        action=Action.ACKNOWLEDGE,
        user="centralist",
        acted_at=utc_now(),
    )
    assert ask(house.of("act"), action, WITHIN_S).action_id == action.action_id


def _told(reader: AlertReader) -> bool:
    reader.changes(0.2)
    return any(alert.reports for alert in reader.alerts)


def _watches(house: House) -> None:
    reader = AlertReader(house.of("watch"), from_start=True)
    eventually(lambda: _told(reader), WITHIN_S)
    assert reader.alerts
    reader.close()


def _looks_back(house: House) -> None:
    with Reader(house.of("review")) as reader:
        spans = reader.spans(sorted(PROCESSES["review"].reads))
        assert any(first < end for first, end in spans.values())
        assert list(reader.read_spans(spans))


def _takes_reports(house: House) -> None:
    reports.enter(house.of("intake"), "Europe/Amsterdam", {**REPORT, "source_id": "centralist/2"})


def _follows(house: House) -> None:
    """Read as the console does: all that it follows, how far the stages are, and the audit."""
    offsets = StageOffsets(house.of("console"), "console")
    assert {each.stage for each in offsets.read()} == set(FOLLOWED)
    offsets.close()
    trail = AuditTrail(house.of("console"))
    assert trail.page(lambda _: True, None, 10).entries
    trail.close()
    with Reader(house.of("console")) as reader:
        list(reader.read_spans(reader.spans(sorted(PROCESSES["console"].reads))))


def _captures(house: House) -> None:
    from streams.capture.process import make_sender

    sender = make_sender(house.of("capture"), 1.0)
    sender.start(lambda: None)
    sender.status(example(CameraStatus, camera_id="c1", changed_at=utc_now()))
    sender.offer(topics.CAMERA_FRAMES, example(FrameReference), utc_now(), b"\xff\xd8\xff\xd9")
    assert sender.close(WITHIN_S)
    with Reader(house.of("capture")) as reader:
        assert reader.ends((topics.CAMERA_WATCHES, topics.SNAPSHOT_REQUESTS))


def _checks(house: House) -> None:
    since = timedelta(hours=1)
    cluster = KafkaCluster(house.of("completeness"), utc_now() - since, lambda: False)
    check = Check(cluster, Ledger(since, timedelta(seconds=30)), utc_now, lambda: False, dry_run=True)
    assert check.run() is not None
    cluster.disconnect()


def _asks_for_pictures(house: House) -> None:
    with Reader(house.of("snapshot")) as reader:
        assert reader.ends((topics.SNAPSHOTS,))
    _write(house.of("snapshot"), topics.SNAPSHOT_REQUESTS)


def _verifies(house: House) -> None:
    assert check_chain(house.of("audit-verify")).finish() == ()


def _reports(house: House) -> None:
    """Read how long everything is kept, who did what, and which detectors look; no topic of ours is unreadable."""
    report = compliance_report(Settings(data=house.folder / "none"), house.of("compliance"), utc_now())
    unread = {each.subject: each.what.code for each in report.standing(LimitStanding.NOT_KNOWN)}
    partners = {name for name in unread if name.startswith("partner-")}  # not all of the built-in file are connected
    assert {
        name: code for name, code in unread.items() if name not in partners and code in {"not-read", "topic-absent"}
    } == {"registry": "not-read"}
    assert {"kept"} == {each.standing.value for each in report.of(ReportPart.TOPICS) if each.subject == topics.ALERTS}


def _deletes(house: House) -> None:
    """Look for what is old, cut a topic off, write a tombstone, tell a stage and the audit; read what is held."""
    kafka, now = house.of("delete"), utc_now()
    specs = present(kafka, [*TOPICS, *partner_topics()])
    assert {spec.name for spec in specs} >= set(BY_NAME)
    assert older_traces(kafka, specs, now - timedelta(days=2)) == []
    assert read_holds(kafka) == {}
    assert ended_before(kafka, topics.ALERT_STATE, now - timedelta(days=2))[0] == []
    cut = Trace(topics.SNAPSHOTS, Way.BY_AGE, last={(topics.SNAPSHOTS, 0): 0})
    deleter = Deleter(kafka, "officer", now)
    deleter.older([cut], now - timedelta(days=2), [(topics.REPORT_DELETIONS, "reports")])
    deleter.bury(["nobody"], Trace(topics.ALERT_STATE, Way.TOMBSTONE, last={(topics.ALERT_STATE, 0): 0}), "nobody")
    deleter.confirm()
    deleter.close()


def _backs_up(house: House) -> None:
    """Copy what must last, and tell the audit."""
    kafka = house.of("backup")
    place = Saver(kafka, house.folder / "backups", utc_now()).save(present(kafka, TOPICS), [])
    assert {part.topic for part in read_manifest(place).topics} == set(TAKEN)
    _write(kafka, topics.AUDIT)


def _administers(house: House) -> None:
    """Check topics and access rights as their administrator, who is none of the brokers' super users."""
    connected = {partner.id for partner in PARTNERS}
    document = {name: each for name, each in default_document().items() if name not in {"hits", "cases"}}
    document["partners"] = {name: each for name, each in document["partners"].items() if name in connected}
    file = house.folder / "partners.yaml"
    file.write_text(yaml.safe_dump(document))
    assert house.call("topics", "topics", "check", TOEZICHT_PARTNERS=str(file)).exit_code == 0
    partners = [word for partner in PARTNERS for word in ("--partner", partner.id)]
    checked = house.call("topics", "topics", "acls", *partners, "--check")
    assert (checked.exit_code, checked.stdout) == (0, "all access rights are as they should be\n"), checked.exception


def _measures(house: House) -> None:
    with Reader(house.of("exporter")) as reader:
        assert reader.ends(sorted(BY_NAME))
    offsets = StageOffsets(house.of("exporter"), "exporter")
    assert offsets.read()
    offsets.close()


def _reads_letters(house: House) -> None:
    assert list(read_letters(house.of("dead-letters"))) == []


def _delivers(house: House) -> None:
    """Read what partners get in a consumer group, and answer for one."""
    for partner in PARTNERS:
        _write(house.of(ADMIN), partner.reads[0])
    found = _consumed(house.of("notify"), "notify", [partner.reads[0] for partner in PARTNERS], len(PARTNERS))
    assert {record.topic for record in found} == {partner.reads[0] for partner in PARTNERS}
    _write(house.of("notify"), PARTNERS[0].answers)


def _answers(house: House) -> None:
    """Read one's own topics in two groups of one's own, and answer."""
    _write(house.of(ADMIN), PARTNERS[0].reads[0])
    for group in ("politie", "politie-meldkamer"):
        assert _consumed(house.of("politie"), group, list(PARTNERS[0].reads), 1)
    _write(house.of("politie"), PARTNERS[0].answers)


WORKS: Final[dict[str, Callable[[House], None]]] = {
    "capture": _captures,
    "intake": _takes_reports,
    "console": _follows,
    "completeness": _checks,
    "watch": _watches,
    "snapshot": _asks_for_pictures,
    "review": _looks_back,
    "audit-verify": _verifies,
    "compliance": _reports,
    "delete": _deletes,
    "backup": _backs_up,
    "dead-letters": _reads_letters,
    "topics": _administers,
    "exporter": _measures,
    "notify": _delivers,
    "politie": _answers,
}
"""What shows that a user may do its work; stages, the canary and `act` have `test_stages_work`."""


@pytest.mark.usefixtures("decided")
@pytest.mark.parametrize("user", WORKS)
def test_processes_work(house: House, user: str) -> None:
    """Each client does its work with the rights that the command gives it, and no other."""
    _patiently(lambda: WORKS[user](house))


# ---- and can do nothing else -------------------------------------------------------------------------------------------

FORBIDDEN: Final = [
    ("intake", "WRITE", topics.ALERTS),
    ("intake", "WRITE", topics.EVIDENCE),
    ("intake", "READ", topics.ALERTS),
    ("capture", "READ", topics.CAMERA_FRAMES),
    ("capture", "WRITE", topics.OBSERVATIONS),
    ("detect", "WRITE", topics.CAMERA_FRAMES),
    ("observe", "READ", topics.CAMERA_FRAMES),
    ("locate", "READ", topics.CAMERA_FRAMES),
    ("corroborate", "WRITE", topics.ALERTS),
    ("decide", "READ", topics.CAMERA_FRAMES),
    ("decide", "WRITE", topics.EVIDENCE),
    ("decide", "READ", "partner-politie"),
    ("trends", "WRITE", topics.ALERTS),
    ("shadow", "WRITE", topics.ALERTS),
    ("audit", "WRITE", topics.AUDIT),
    ("console", "WRITE", topics.ALERTS),
    ("console", "READ", topics.CAMERA_FRAMES),
    ("console", "WRITE", topics.AUDIT_CHAIN),
    ("canary", "READ", topics.ALERTS),
    ("completeness", "WRITE", topics.ALERTS),
    ("watch", "WRITE", topics.OPERATOR_ACTIONS),
    ("exporter", "READ", topics.ALERTS),
    ("topics", "READ", topics.ALERTS),
    ("notify", "READ", topics.ALERTS),
    ("politie", "WRITE", topics.OPERATOR_ACTIONS),
    ("politie", "READ", topics.ALERTS),
    ("politie", "READ", topics.DISPATCH_REQUESTS),
    ("politie", "WRITE", "partner-politie"),
    ("politie", "READ", "partner-politie-answers"),
    ("hor", "READ", "partner-politie"),
]
"""Who must not do what, of all that nobody needs."""


@pytest.mark.parametrize(("user", "operation", "topic"), FORBIDDEN)
def test_what_is_not_needed_is_refused(house: House, user: str, operation: str, topic: str) -> None:
    """A real client tries it, and the broker refuses."""
    with pytest.raises(TopicAuthorizationFailedError):
        (_read if operation == "READ" else _write)(house.of(user), topic)


@pytest.mark.parametrize("name", [*GRANTS.needs, NOBODY])
def test_nothing_more_is_allowed(house: House, name: str) -> None:
    """The broker says of each user and each topic exactly the rights that it needs: none less, none more."""
    needs = GRANTS.needs.get(name, Needs())
    kafka = house.of(GRANTS.users.get(name, name))
    require_access(kafka, needs)
    may_read, may_write = _allowed(kafka)
    assert may_read == needs.reads
    assert may_write == needs.writes


def _allowed(kafka: KafkaSettings) -> tuple[set[str], set[str]]:
    """Return the topics that a user may read, and those that it may write, as the broker says."""
    lacks = lacking(kafka, Needs.of(reads=ALL_TOPICS, writes=ALL_TOPICS))
    refused = {
        operation: {each.name for each in lacks if each.operation == operation} for operation in ("READ", "WRITE")
    }
    return set(ALL_TOPICS - refused["READ"]), set(ALL_TOPICS - refused["WRITE"])


# ---- a partner sees its own ---------------------------------------------------------------------------------------------

MESSAGES: Final = 10_000


@pytest.fixture(scope="module")
def filled(house: House) -> dict[str, int]:
    """Put 10,000 messages on the topics of three partners, each field with its partner's name; return how many each has."""
    producer: Any = KafkaProducer(**kafka_client_options(house.of(ADMIN)), acks="all", linger_ms=20)
    counts = dict.fromkeys((partner.id for partner in PARTNERS), 0)
    for number in range(MESSAGES):
        partner = PARTNERS[number % len(PARTNERS)]
        name = f"only-for-{partner.id}"
        value = {"alert_id": f"{name}-{number}", "title": name, "position": name, "ground": name, "exercise": False}
        topic = partner.reads[number // len(PARTNERS) % len(partner.reads)]
        producer.send(topic, key=name.encode(), value=json.dumps(value).encode(), headers=[("ce_id", name.encode())])
        counts[partner.id] += 1
    producer.flush()
    producer.close()
    return counts


@pytest.mark.parametrize("partner", PARTNERS, ids=lambda each: each.id)
def test_a_partner_reads_its_own_alone(house: House, filled: dict[str, int], partner: PartnerPrincipal) -> None:
    """Of 10,000 messages a partner reads its own, and of the others no message, no field, no key and not even a topic's name."""
    kafka = house.of(partner.principal)
    consumer: Any = KafkaConsumer(**kafka_client_options(kafka), auto_offset_reset="earliest", enable_auto_commit=False)
    seen_topics = consumer.topics()
    assert seen_topics == {*partner.reads, partner.answers}
    found = []
    for topic in sorted(ALL_TOPICS):  # it tries all of them, and not only those that it is told of
        try:
            found += _all_of(consumer, topic)
        except AuthorizationError:
            continue
    consumer.close()
    mine = [record for record in found if b"only-for-" in record.value]
    assert len(mine) == filled[partner.id]
    others = [f"only-for-{each.id}".encode() for each in PARTNERS if each.id != partner.id]
    read = b"".join((record.key or b"") + record.value + b"".join(v for _, v in record.headers) for record in found)
    assert [other for other in others if other in read] == []
    assert {record.topic for record in found} <= set(partner.reads)


def test_a_partner_joins_no_group_of_others(house: House) -> None:
    """Neither another partner's consumer groups nor ours: it could move their place."""
    for group in ("hor", "hor-meldkamer", "decide", "notify", "other"):
        with pytest.raises(GroupAuthorizationFailedError):
            _consumed(house.of("politie"), group, ["partner-politie"], 1)


# ---- without a right, one line ------------------------------------------------------------------------------------------

COMMANDS: Final[dict[str, tuple[str, ...]]] = {
    "worker": ("worker", "decide"),
    "intake": ("intake", "p2000"),
    "completeness": ("completeness", "--once"),
    "canary": ("canary", "--once"),
    "watch": ("watch",),
    "audit-verify": ("audit", "verify"),
    "dead-letters": ("dead-letters", "list"),
    "trends": ("trends",),
    "topics": ("topics", "acls", "--check"),
    "detect": ("worker", "detect"),
    "observe": ("worker", "observe"),
    "intake-http": ("intake", "http"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_without_rights_one_line(house: House, registry: Path, name: str) -> None:
    """Who may nothing is told in one line who that is, which right, on what, and what to do."""
    result = house.call(NOBODY, *COMMANDS[name], TOEZICHT_REGISTRY=str(registry))
    told = str(result.exception)
    assert isinstance(result.exception, ClusterError), result
    assert "\n" not in told
    if name == "topics":
        assert "ClusterAuthorizationFailed" in told
        return
    assert f'user "{NOBODY}" may not ' in told
    assert told.endswith(": run `toezicht topics acls`")
    assert ' topic "' in told


LET_IN: Final[dict[str, tuple[str, ...]]] = COMMANDS | {
    "capture": ("capture",),
    "console": ("console",),
    "intake-http": ("intake", "http"),
    "intake-onvif": ("intake", "onvif"),
    "notify": ("notify",),
    "drill": ("drill",),
    "report": ("report", "brand", "--lat", "52.303", "--lon", "4.8525", "--user", "centralist"),
    "act": ("act", "a", "acknowledge", "--user", "centralist"),
    "snapshot": ("snapshot", "c1", "--user", "centralist"),
    "explain": ("explain", "a"),
    "budget": ("budget",),
    "verdicts": ("verdicts",),
    "replay": ("replay", "--from", "1h"),
    "cameras-normal": ("cameras", "normal", "c1"),
    "topics-check": ("topics", "check"),
    "topics-apply": ("topics", "apply"),
}
"""Every command that goes to a cluster."""


@pytest.mark.parametrize("name", LET_IN)
def test_a_wrong_password_is_told(house: House, registry: Path, name: str) -> None:
    """At once, and not by waiting for a broker that is there."""
    result = house.call("decide", *LET_IN[name], TOEZICHT_REGISTRY=str(registry), KAFKA_SASL_PASSWORD="wrong")
    assert isinstance(result.exception, AccessError), (result, result.output)
    assert 'user "decide" is not let in: user or password is wrong' in str(result.exception)
    assert "wrong;" in str(result.exception)


def test_an_authority_that_nobody_knows(house: House, tmp_path: Path) -> None:
    """A certificate by an authority that is not ours is told as one."""
    other, _ = make_certificates(tmp_path, "another")
    result = house.call("intake", "intake", "p2000", KAFKA_SSL_CAFILE=str(other))
    assert isinstance(result.exception, AccessError), result
    assert "its certificate is not trusted" in str(result.exception)
    assert "KAFKA_SSL_CAFILE" in str(result.exception)


def test_a_mechanism_that_the_broker_does_not_take(house: House) -> None:
    """What it takes is told."""
    result = house.call("intake", "intake", "p2000", KAFKA_SASL_MECHANISM="PLAIN")
    assert str(result.exception).endswith("it does not take PLAIN; KAFKA_SASL_MECHANISM can be SCRAM-SHA-512")


def test_a_certificate_file_that_is_not_there(house: House, tmp_path: Path) -> None:
    """A file of ours that cannot be read is not the broker's fault."""
    result = house.call("intake", "intake", "p2000", KAFKA_SSL_CAFILE=str(tmp_path / "none.pem"))
    assert "this client's certificates cannot be read (No such file or directory)" in str(result.exception)


def test_a_topic_that_is_missing_is_told_as_such(house: House) -> None:
    """Who may see a topic that is not there is not told of rights."""
    acl = Acl("User:watch", "TOPIC", "trends-of-nobody", "READ")
    add_acls(house.of(ADMIN), [acl])
    require_access(house.of("watch"), Needs.of(reads=(acl.name,)))
    remove_acls(house.of(ADMIN), [acl])


def test_the_rights_of_a_single_user(house: House, tmp_path: Path) -> None:
    """A stage whose right is taken away while it runs ends with one line."""
    settings = Settings(registry=write_registry(tmp_path / "c.yaml", registry_camera("c1", {"url": "none"})))
    taken = Acl("User:worker", "TOPIC", topics.INCIDENTS, "READ")
    house.broker.add_users(["worker"])
    rights = PROCESSES["locate"].acls("User:worker")
    add_acls(house.of(ADMIN), rights)
    stages = make_stages(["locate"], settings)
    with SecuredStages(stages, lambda _: house.of("worker"), tmp_path / "state") as alone:
        remove_acls(house.of(ADMIN), [taken])
        eventually(lambda: bool(alone.errors), WITHIN_S)
    remove_acls(house.of(ADMIN), rights)
    assert str(alone.errors[0]) == ('locate: user "worker" may not READ topic "incidents": run `toezicht topics acls`')


# ---- applying -----------------------------------------------------------------------------------------------------------


def test_applying_changes_nothing_the_second_time(house: House) -> None:
    """What is missing is added and told; what is more is told, and removed where that is asked for alone."""
    partners = [word for partner in PARTNERS for word in ("--partner", partner.id)]
    missing = Acl("User:watch", "TOPIC", topics.ALERTS, "READ")
    more = Acl("User:watch", "TOPIC", topics.OPERATOR_ACTIONS, "WRITE")
    foreign = Acl("User:elsewhere", "TOPIC", "another-system", "READ")
    blanket = Acl("User:copies", "TOPIC", "*", "READ")
    remove_acls(house.of(ADMIN), [missing])
    add_acls(house.of(ADMIN), [more, foreign, blanket])
    try:
        checked = house.call("topics", "topics", "acls", *partners, "--check", "--json")
        assert checked.exit_code == 1
        found = json.loads(checked.stdout)
        assert found["missing"] == [missing.as_dict()]
        assert found["excess"] == [more.as_dict()]
        assert found["foreign"] == [blanket.as_dict(), foreign.as_dict()]
        assert found["reaching"] == [blanket.as_dict()]
        applied = house.call("topics", "topics", "acls", *partners, "--apply").stdout
        assert f"added: {missing}" in applied
        assert f"more than needed: {more}" in applied
        again = house.call("topics", "topics", "acls", *partners, "--apply").stdout
        assert "added" not in again
        assert f"not ours, and reaches what is ours: {blanket}" in again
        removed = house.call("topics", "topics", "acls", *partners, "--apply", "--remove").stdout
        assert f"removed: {more}" in removed
        last = house.call("topics", "topics", "acls", *partners, "--check")
        assert last.exit_code == 0
        assert "all access rights are as they should be" in last.stdout
        assert "1 more are not ours and were left alone" in last.stdout
    finally:
        remove_acls(house.of(ADMIN), [foreign, blanket, more])
        add_acls(house.of(ADMIN), [missing])


def test_a_broker_that_asks_nobody(kafka: KafkaSettings) -> None:
    """Where everybody may everything, rights would be no protection: that is told, and not passed over."""
    with pytest.raises(ClusterError, match=r"no authorizer is set; expected authorizer\.class\.name"):
        found_acls(kafka)


# ---- what real clients do -----------------------------------------------------------------------------------------------


def _write(kafka: KafkaSettings, topic: str) -> None:
    """Write a record as any client does."""
    producer: Any = KafkaProducer(**kafka_client_options(kafka), acks="all", max_block_ms=20_000)
    try:
        producer.send(topic, key=b"k", value=b"{}", partition=0).get(timeout=20)
    finally:
        producer.close(timeout=1)


def _read(kafka: KafkaSettings, topic: str) -> list[Any]:
    """Read a topic as any client does, until something comes or the broker refuses; it may describe what it may not read."""
    consumer: Any = KafkaConsumer(**kafka_client_options(kafka), enable_auto_commit=False)
    found: list[Any] = []
    try:
        found += _all_of(consumer, topic)
        eventually(lambda: bool(_more(consumer, found)), WITHIN_S)
        return found
    finally:
        consumer.close()


def _all_of(consumer: Any, topic: str) -> list[Any]:
    count = BY_NAME[topic].partitions if topic in BY_NAME else topics.ROOM_PARTITIONS
    places = [TopicPartition(topic, number) for number in range(count)]
    consumer.assign(places)
    consumer.seek_to_beginning(*places)
    ends = consumer.end_offsets(places)
    found: list[Any] = list(_polled(consumer, 200))
    while any(consumer.position(place) < end for place, end in ends.items()):
        found += _polled(consumer, 500)
    return found


def _consumed(kafka: KafkaSettings, group: str, names: list[str], enough: int) -> list[Any]:
    """Read topics in a consumer group until there is enough."""
    consumer: Any = KafkaConsumer(
        *names, **kafka_client_options(kafka), group_id=group, auto_offset_reset="earliest", session_timeout_ms=10_000
    )
    found: list[Any] = []
    try:
        eventually(lambda: len({record.topic for record in _more(consumer, found)}) >= enough, WITHIN_S)
    finally:
        consumer.close()
    return found


def _more(consumer: Any, found: list[Any]) -> list[Any]:
    """Add what came, and return all."""
    found += _polled(consumer, 500)
    return found


def _polled(consumer: Any, wait_ms: int) -> list[Any]:
    return [record for records in consumer.poll(timeout_ms=wait_ms).values() for record in records]
