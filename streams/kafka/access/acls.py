"""Access rights: what a process or a partner may do on a cluster, as Kafka's access control lists say it.

READ and WRITE imply DESCRIBE in Kafka's own authorizer, and a producer that is idempotent without transactions needs no right but
WRITE on a topic (KIP-679, brokers since 3.0): neither is written down twice here.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final, Self

ANY_HOST: Final = "*"
CLUSTER_NAME: Final = "kafka-cluster"
"""Kafka's own name for a cluster as a resource."""


class AccessOperation(StrEnum):
    """Access operation: what is allowed; Kafka's words."""

    READ = "READ"
    WRITE = "WRITE"
    CREATE = "CREATE"
    DESCRIBE = "DESCRIBE"
    ALTER = "ALTER"
    DELETE = "DELETE"
    DESCRIBE_CONFIGS = "DESCRIBE_CONFIGS"
    ALTER_CONFIGS = "ALTER_CONFIGS"


class Resource(StrEnum):
    """Resource: on what it is allowed; Kafka's words."""

    TOPIC = "TOPIC"
    GROUP = "GROUP"
    CLUSTER = "CLUSTER"


class Pattern(StrEnum):
    """Pattern: whether a name is meant as a whole, or as the beginning of names."""

    LITERAL = "LITERAL"
    PREFIXED = "PREFIXED"


@dataclass(frozen=True, slots=True, order=True)
class Acl:
    """Access control list entry: one thing that one principal may do on one resource.

    Attributes:
        principal: Who, with Kafka's prefix: `User:decide`.
        resource: Kafka's kind of resource: `TOPIC`.
        name: Its name, or the beginning of names.
        operation: Kafka's word for what: `READ`.
        pattern: `LITERAL` or `PREFIXED`.
        permission: `ALLOW`; `DENY` is never ours.
        host: From where; ours from anywhere.
    """

    principal: str
    resource: str
    name: str
    operation: str
    pattern: str = Pattern.LITERAL.value
    permission: str = "ALLOW"
    host: str = ANY_HOST

    def __str__(self) -> str:
        """Return one line for a person."""
        may = "may" if self.permission == "ALLOW" else "may NOT"
        names = f"{self.name}*" if self.pattern == Pattern.PREFIXED else self.name
        what = "the cluster" if self.resource == Resource.CLUSTER else f"{self.resource.lower()} {names}"
        host = "" if self.host == ANY_HOST else f" from {self.host}"
        return f"{self.principal} {may} {self.operation} {what}{host}"

    def as_dict(self) -> dict[str, str]:
        """Return the fields for a program."""
        return {field.name: str(getattr(self, field.name)) for field in fields(self)}


@dataclass(frozen=True, slots=True)
class Needs:
    """Needs: what a process or a partner does on a cluster, and so the least that it must be allowed.

    Attributes:
        reads: Topics that it reads.
        writes: Topics that it writes.
        describes: Topics of which it asks where they end.
        groups: Consumer groups in which it reads and commits.
        group_prefixes: What the names of such groups begin with.
        asks_groups: Consumer groups that it asks how far they are.
        keeps: Topics that it creates, and whose settings it corrects.
        deletes: Topics of which it deletes the oldest records.
        asks_settings: Topics whose settings it asks for, such as how long they keep what is on them.
        cluster: What it does to the cluster as a whole.
    """

    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    describes: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    group_prefixes: frozenset[str] = frozenset()
    asks_groups: frozenset[str] = frozenset()
    keeps: frozenset[str] = frozenset()
    deletes: frozenset[str] = frozenset()
    asks_settings: frozenset[str] = frozenset()
    cluster: frozenset[AccessOperation] = frozenset()

    @classmethod
    def of(
        cls,
        reads: Iterable[str] = (),
        writes: Iterable[str] = (),
        describes: Iterable[str] = (),
        groups: Iterable[str] = (),
        asks_groups: Iterable[str] = (),
    ) -> Self:
        """Return the needs of whoever reads and writes."""
        return cls(
            reads=frozenset(reads),
            writes=frozenset(writes),
            describes=frozenset(describes),
            groups=frozenset(groups),
            asks_groups=frozenset(asks_groups),
        )

    def __or__(self, other: Needs) -> Needs:
        """Return the needs of both together."""
        return Needs(**{field.name: getattr(self, field.name) | getattr(other, field.name) for field in fields(self)})

    def acls(self, principal: str) -> list[Acl]:
        """Return what a principal must be allowed, in order and each once; what another right implies is left out."""
        topic, group = Resource.TOPIC, Resource.GROUP
        wanted: list[tuple[Resource, Iterable[str], AccessOperation, Pattern]] = [
            (topic, self.reads, AccessOperation.READ, Pattern.LITERAL),
            (topic, self.writes, AccessOperation.WRITE, Pattern.LITERAL),
            (topic, self.describes - self.reads - self.writes - self.keeps, AccessOperation.DESCRIBE, Pattern.LITERAL),
            *((topic, self.keeps, operation, Pattern.LITERAL) for operation in _KEEPING),
            (topic, self.deletes, AccessOperation.DELETE, Pattern.LITERAL),
            (topic, self.asks_settings - self.keeps, AccessOperation.DESCRIBE_CONFIGS, Pattern.LITERAL),
            (group, self.groups, AccessOperation.READ, Pattern.LITERAL),
            (group, self.group_prefixes, AccessOperation.READ, Pattern.PREFIXED),
            (group, self.asks_groups - self.groups, AccessOperation.DESCRIBE, Pattern.LITERAL),
            *((Resource.CLUSTER, (CLUSTER_NAME,), operation, Pattern.LITERAL) for operation in self.cluster),
        ]
        found = {
            Acl(principal, resource.value, name, operation.value, pattern.value)
            for resource, names, operation, pattern in wanted
            for name in names
        }
        return sorted(found)


_KEEPING: Final = (
    AccessOperation.CREATE,
    AccessOperation.DESCRIBE,
    AccessOperation.DESCRIBE_CONFIGS,
    AccessOperation.ALTER_CONFIGS,
)
"""What keeping a topic as it should be takes. DELETE is none of it: nothing of ours ever deletes a topic, and `delete` has that
right since Kafka knows none that is for records alone."""


def kafka_acls_lines(acls: Iterable[Acl], tool: str = "kafka-acls.sh", servers: str = "") -> list[str]:
    """Return the commands of Kafka's own tool that add these, one for each principal and resource.

    Args:
        acls: What to allow.
        tool: The tool's path.
        servers: The cluster's address; the shell's `$KAFKA_BOOTSTRAP_SERVERS` where empty.
    """
    grouped: dict[tuple[str, str, str, str], list[str]] = {}
    for acl in acls:
        grouped.setdefault((acl.principal, acl.resource, acl.name, acl.pattern), []).append(acl.operation)
    address = shlex.quote(servers) if servers else '"$KAFKA_BOOTSTRAP_SERVERS"'
    begin = f"{shlex.quote(tool)} --bootstrap-server {address} --command-config admin.properties --add"
    return [f"{begin} {_arguments(*what, operations)}" for what, operations in grouped.items()]


def _arguments(principal: str, resource: str, name: str, pattern: str, operations: Iterable[str]) -> str:
    given = ["--allow-principal", principal]
    for operation in operations:
        given += ["--operation", _TOOLS_WORDS.get(operation, operation)]
    given += ["--cluster"] if resource == Resource.CLUSTER else [f"--{resource.lower()}", name]
    if pattern != Pattern.LITERAL:
        given += ["--resource-pattern-type", pattern.lower()]
    return shlex.join(given)


_TOOLS_WORDS: Final = {
    AccessOperation.DESCRIBE_CONFIGS.value: "DescribeConfigs",
    AccessOperation.ALTER_CONFIGS.value: "AlterConfigs",
}
"""What Kafka's tool calls those of two words."""
