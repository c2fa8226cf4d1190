"""Access rights of a cluster: which there are, and adding and removing some. Reading them changes nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any, Final

from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
)
from kafka.errors import NoError, SecurityDisabledError

from schemas.phrases.codes.commands import no_cluster
from streams.kafka.access.acls import Acl
from streams.kafka.admin import READY_TIMEOUT_MS, administering
from streams.kafka.errors import ClusterError
from streams.settings import KafkaSettings

_ALL: Final = ACLFilter(
    principal=None,
    host=None,
    operation=ACLOperation.ANY,
    permission_type=ACLPermissionType.ANY,
    resource_pattern=ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY),
)

_LOOK_S: Final = 0.1


def found_acls(kafka: KafkaSettings) -> set[Acl]:
    """Return all that a cluster has.

    Raises:
        ClusterError: It cannot be reached, does not tell, or asks nobody what one may.
    """
    with administering(kafka) as client:
        try:
            return _described(client)
        except SecurityDisabledError:
            told = (
                f"Kafka at {kafka.bootstrap_servers} lets everybody do everything: no authorizer is set; expected "
                "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer (docs/security.md)"
            )
            raise ClusterError(told, no_cluster(kafka.bootstrap_servers)) from None


def add_acls(kafka: KafkaSettings, acls: Iterable[Acl]) -> None:
    """Add access rights; one that is there already stays as it is.

    Raises:
        ClusterError: The cluster cannot be reached, or refuses one.
    """
    wanted = set(acls)
    if not wanted:
        return
    with administering(kafka) as client:
        failed = client.create_acls([_theirs(acl) for acl in sorted(wanted)])["failed"]
        _require_none(kafka, "added", failed)
        _await(client, lambda found: wanted <= found)


def remove_acls(kafka: KafkaSettings, acls: Iterable[Acl]) -> None:
    """Remove access rights, each exactly as it is given.

    Raises:
        ClusterError: The cluster cannot be reached, or refuses one.
    """
    gone = set(acls)
    if not gone:
        return
    with administering(kafka) as client:
        results = client.delete_acls([_theirs(acl) for acl in sorted(gone)])
        _require_none(kafka, "removed", [error for _, _, error in results if error is not NoError])
        _await(client, lambda found: not gone & found)


def _described(client: Any) -> set[Acl]:
    found, _ = client.describe_acls(_ALL)
    return {_ours(acl) for acl in found}


def _await(client: Any, holds: Callable[[set[Acl]], bool]) -> None:
    """Wait until a broker goes by what the controller took: it learns of it just after."""
    deadline_s = time.monotonic() + READY_TIMEOUT_MS / 1000
    while not holds(_described(client)) and time.monotonic() < deadline_s:
        time.sleep(_LOOK_S)


def _require_none(kafka: KafkaSettings, done: str, failed: Iterable[Any]) -> None:
    names = sorted({error.__name__ for error in failed})
    if names:
        told = f"Kafka at {kafka.bootstrap_servers}: access rights were not {done}: {', '.join(names)}"
        raise ClusterError(told, no_cluster(kafka.bootstrap_servers))


def _ours(acl: Any) -> Acl:
    pattern = acl.resource_pattern
    return Acl(
        principal=acl.principal,
        resource=pattern.resource_type.name,
        name=pattern.resource_name,
        operation=acl.operation.name,
        pattern=pattern.pattern_type.name,
        permission=acl.permission_type.name,
        host=acl.host,
    )


def _theirs(acl: Acl) -> Any:
    return ACL(
        principal=acl.principal,
        host=acl.host,
        operation=ACLOperation[acl.operation],
        permission_type=ACLPermissionType[acl.permission],
        resource_pattern=ResourcePattern(ResourceType[acl.resource], acl.name, ACLResourcePatternType[acl.pattern]),
    )
