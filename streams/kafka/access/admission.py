"""Admission: whether a cluster lets a client in, and which of its rights it lacks, asked in one short conversation.

Kafka's clients keep that to themselves. A wrong password and a certificate that nobody trusts look to them like a broker that is
away, for which they wait; a topic that one may not see looks like one that is not there. So where a client fails, or a process
starts, the question is put here once more, to any broker that answers: TLS, SASL, then what Kafka itself says that this user
may do with each topic (KIP-430). Nothing is written, and nothing but these answers is read.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from kafka.errors import (
    GroupAuthorizationFailedError,
    KafkaError,
    NoError,
    SaslAuthenticationFailedError,
    TopicAuthorizationFailedError,
    for_code,
)
from kafka.net.sasl import get_sasl_mechanism
from kafka.protocol.metadata import FindCoordinatorRequest, MetadataRequest
from kafka.protocol.parser import KafkaProtocol
from kafka.protocol.sasl import SaslAuthenticateRequest, SaslHandshakeRequest

from streams.kafka.access.acls import AccessOperation, Needs, Resource
from streams.kafka.errors import AccessError
from streams.kafka.options import kafka_client_options, ssl_context
from streams.settings import KafkaSettings

WITHIN_S: Final = 5.0
"""How long one broker may take for the whole conversation (s); one that is away is passed over."""
_NUMBERS: Final = {AccessOperation.READ: 3, AccessOperation.WRITE: 4, AccessOperation.DESCRIBE: 8}
"""Kafka's number of each operation (AclOperation.java)."""
_METADATA: Final = 8
"""The first version of Kafka's answer that tells what one may do with a topic (KIP-430, brokers since 2.3)."""


@dataclass(frozen=True, slots=True, order=True)
class Lack:
    """Lack: a right that a client needs and does not have."""

    operation: str
    resource: str
    name: str


class _RefusedError(Exception):
    """The broker, or this client's own settings, refuse the connection; says why in one line."""


def require_access(kafka: KafkaSettings, needs: Needs | None = None, within_s: float = WITHIN_S) -> None:
    """Hold that a cluster lets this client in and allows it what it needs; a cluster that does not answer is not judged.

    Args:
        kafka: The cluster, and who comes.
        needs: What is needed; None asks for admission alone.
        within_s: How long each broker may take (s).

    Raises:
        AccessError: It does not; one line names the user, the right and the topic, or what is wrong with the credentials.
    """
    if kafka.asks_who and (lacks := lacking(kafka, needs or Needs(), within_s)):
        raise AccessError.lacking(kafka, [(each.operation, each.resource, each.name) for each in lacks])


def lacking(kafka: KafkaSettings, needs: Needs, within_s: float = WITHIN_S) -> list[Lack]:
    """Return the rights that a client needs and does not have, in order; none where no broker answers.

    Args:
        kafka: The cluster, and who comes.
        needs: What is needed.
        within_s: How long each broker may take (s).

    Raises:
        AccessError: The cluster does not let it in.
    """
    for server in kafka.bootstrap_servers.split(","):
        try:
            return _ask(server.strip(), kafka, needs, time.monotonic() + within_s)
        except _RefusedError as error:
            raise AccessError.refused(kafka, str(error)) from None
        except (OSError, KafkaError, ValueError):
            continue  # away, or no broker: whoever asked has its own words for that
    return []


def access_error(kafka: KafkaSettings, needs: Needs | None = None) -> AccessError | None:
    """Return why a cluster refuses this client, or None where that is not why something failed; see `require_access`."""
    try:
        require_access(kafka, needs)
    except AccessError as error:
        return error
    return None


def _ask(server: str, kafka: KafkaSettings, needs: Needs, deadline_s: float) -> list[Lack]:
    with _connected(server, kafka, deadline_s) as connection:
        talk = _Conversation(connection, deadline_s)
        if kafka.security_protocol.startswith("SASL"):
            _authenticate(talk, kafka, server)
        return sorted({*_topics_lacking(talk, needs), *_groups_lacking(talk, needs)})


@contextmanager
def _connected(server: str, kafka: KafkaSettings, deadline_s: float) -> Iterator[socket.socket]:
    host, _, port = server.rpartition(":")
    host = host.strip("[]")
    with socket.create_connection((host, int(port)), timeout=max(0.1, deadline_s - time.monotonic())) as plain:
        context = _context(kafka)
        if context is None:
            yield plain
            return
        try:
            secured = context.wrap_socket(plain, server_hostname=host)
        except ssl.SSLCertVerificationError as error:
            raise _RefusedError(
                f"its certificate is not trusted ({error.verify_message}); expected one by an authority of KAFKA_SSL_CAFILE"
            ) from None
        except ssl.SSLError as error:
            raise _RefusedError(
                f"it does not speak TLS, or wants another certificate of ours ({error.reason}); "
                "see KAFKA_SECURITY_PROTOCOL, KAFKA_SSL_CERTFILE"
            ) from None
        with secured:
            yield secured


def _context(kafka: KafkaSettings) -> ssl.SSLContext | None:
    try:
        return ssl_context(kafka)
    except (OSError, ssl.SSLError) as error:
        raise _RefusedError(
            f"this client's certificates cannot be read ({error.strerror or error}); see KAFKA_SSL_CAFILE, "
            "KAFKA_SSL_CERTFILE, KAFKA_SSL_KEYFILE"
        ) from None


class _Conversation:
    """Requests to one broker, one after another, each with its answer."""

    def __init__(self, connection: socket.socket, deadline_s: float) -> None:
        self._connection = connection
        self._deadline_s = deadline_s
        self._protocol: Any = KafkaProtocol(client_id="toezicht-access")

    def ask(self, request: Any) -> Any:
        """Return the answer.

        Raises:
            OSError: The broker went away, or is silent.
        """
        self._protocol.send_request(request)
        self._connection.sendall(self._protocol.send_bytes())
        while True:
            self._connection.settimeout(max(0.01, self._deadline_s - time.monotonic()))
            data = self._connection.recv(65_536)
            if not data:
                raise ConnectionError("the broker closed the connection")
            for _, answer in self._protocol.receive_bytes(data):
                return answer


def _authenticate(talk: _Conversation, kafka: KafkaSettings, server: str) -> None:
    """Say who comes, as kafka-python does.

    Raises:
        _RefusedError: The broker does not take it.
    """
    options = kafka_client_options(kafka)
    shaken = talk.ask(SaslHandshakeRequest(version=1, mechanism=kafka.sasl_mechanism))
    if for_code(shaken.error_code) is not NoError:
        there = ", ".join(shaken.mechanisms) or "none"
        raise _RefusedError(f"it does not take {kafka.sasl_mechanism}; KAFKA_SASL_MECHANISM can be {there}")
    mechanism = get_sasl_mechanism(kafka.sasl_mechanism)(host=server.rpartition(":")[0], **options)
    wrong = _RefusedError("user or password is wrong; see KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD")
    while not mechanism.is_done():
        answer = talk.ask(SaslAuthenticateRequest(version=0, auth_bytes=mechanism.auth_bytes()))
        if for_code(answer.error_code) is not NoError:
            raise wrong
        try:
            mechanism.receive(answer.auth_bytes)
        except (SaslAuthenticationFailedError, ValueError, AssertionError):
            raise wrong from None
    if not mechanism.is_authenticated():
        raise wrong


def _topics_lacking(talk: _Conversation, needs: Needs) -> Iterator[Lack]:
    names = sorted(needs.reads | needs.writes | needs.describes)
    if not names:
        return
    answer = talk.ask(
        MetadataRequest(
            version=_METADATA,
            topics=[MetadataRequest.MetadataRequestTopic(name=name) for name in names],
            allow_auto_topic_creation=False,
            include_cluster_authorized_operations=False,
            include_topic_authorized_operations=True,
        )
    )
    for topic in answer.topics:
        wanted = _wanted(topic.name, needs)
        if for_code(topic.error_code) is TopicAuthorizationFailedError:
            yield from (Lack(operation, Resource.TOPIC, topic.name) for operation in wanted)
        elif (may := topic.authorized_operations) is not None:  # it is not told of a topic that is not there
            yield from (Lack(each, Resource.TOPIC, topic.name) for each in wanted if _NUMBERS[each] not in may)


def _wanted(name: str, needs: Needs) -> list[AccessOperation]:
    wanted = [
        operation
        for operation, names in ((AccessOperation.READ, needs.reads), (AccessOperation.WRITE, needs.writes))
        if name in names
    ]
    return wanted or [AccessOperation.DESCRIBE]


def _groups_lacking(talk: _Conversation, needs: Needs) -> Iterator[Lack]:
    """Yield groups that may not be used: any broker knows who asks for a group's coordinator in vain."""
    for operation, names in (
        (AccessOperation.READ, needs.groups),
        (AccessOperation.DESCRIBE, needs.asks_groups - needs.groups),
    ):
        for name in sorted(names):
            answer = talk.ask(FindCoordinatorRequest(version=1, key=name, key_type=0))
            if for_code(answer.error_code) is GroupAuthorizationFailedError:
                yield Lack(operation, Resource.GROUP, name)
