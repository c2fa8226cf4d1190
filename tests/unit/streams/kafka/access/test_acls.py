"""Access rights as Kafka's lists say them."""

from __future__ import annotations

from streams.kafka.access.acls import AccessOperation, Acl, Needs, kafka_acls_lines


def test_reading_and_writing_imply_describing() -> None:
    """What another right implies is not written down twice, and what is only looked at may only be described."""
    needs = Needs.of(reads=("a",), writes=("a", "b"), describes=("a", "b", "c"), groups=("g",), asks_groups=("g", "h"))
    assert [(acl.resource, acl.name, acl.operation) for acl in needs.acls("User:x")] == [
        ("GROUP", "g", "READ"),
        ("GROUP", "h", "DESCRIBE"),
        ("TOPIC", "a", "READ"),
        ("TOPIC", "a", "WRITE"),
        ("TOPIC", "b", "WRITE"),
        ("TOPIC", "c", "DESCRIBE"),
    ]


def test_no_needs_are_no_rights() -> None:
    """Who needs nothing may nothing."""
    assert Needs().acls("User:x") == []


def test_needs_together() -> None:
    """Who does both may both, and each right once."""
    both = Needs.of(reads=("a",)) | Needs.of(reads=("a", "b"), writes=("a",))
    assert both == Needs.of(reads=("a", "b"), writes=("a",))


def test_keeping_a_topic_never_deletes_it() -> None:
    """Whoever keeps topics may create and correct them, and neither read, write nor delete."""
    operations = {acl.operation for acl in Needs(keeps=frozenset({"a"})).acls("User:x")}
    assert operations == {"CREATE", "DESCRIBE", "DESCRIBE_CONFIGS", "ALTER_CONFIGS"}


def test_lines_for_kafkas_own_tool() -> None:
    """One line for each principal and resource, with what a shell would take apart quoted."""
    needs = Needs(
        reads=frozenset({"a"}), writes=frozenset({"a"}), group_prefixes=frozenset({"g-"}),
        cluster=frozenset({AccessOperation.DESCRIBE}),
    )  # fmt: skip
    lines = kafka_acls_lines(needs.acls("User:CN=de beslisser"), servers="kafka:9092")
    begin = (
        "kafka-acls.sh --bootstrap-server kafka:9092 --command-config admin.properties --add "
        "--allow-principal 'User:CN=de beslisser'"
    )
    assert lines == [
        f"{begin} --operation DESCRIBE --cluster",
        f"{begin} --operation READ --group g- --resource-pattern-type prefixed",
        f"{begin} --operation READ --operation WRITE --topic a",
    ]


def test_two_words_as_the_tool_says_them() -> None:
    """The tool writes the operations of two words without a line between."""
    (line,) = kafka_acls_lines([Acl("User:x", "TOPIC", "a", "ALTER_CONFIGS")])
    assert "--operation AlterConfigs --topic a" in line
    assert '--bootstrap-server "$KAFKA_BOOTSTRAP_SERVERS"' in line


def test_a_denial_is_told_as_one() -> None:
    """What forbids reads as what forbids, with its host."""
    assert str(Acl("User:x", "TOPIC", "a", "READ", permission="DENY", host="10.0.0.1")) == (
        "User:x may NOT READ topic a from 10.0.0.1"
    )
