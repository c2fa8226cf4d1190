"""Client options: how kafka-python and aiokafka reach a cluster, from its settings."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any, Final

from streams.settings import KafkaSettings

RECONNECT_WITHIN_MS = 2_000
"""How long a client waits at most before it tries again to reach a broker; the default of half a minute delays every return."""

COMMITTED: Final[Mapping[str, Any]] = {"isolation_level": "read_committed"}
"""How both clients' consumers read: what a transaction wrote that was aborted was never said."""


def kafka_client_options(kafka: KafkaSettings) -> dict[str, Any]:
    """Return the options that kafka-python's clients take for this cluster."""
    options: dict[str, Any] = {
        "bootstrap_servers": kafka.bootstrap_servers.split(","),
        "reconnect_backoff_max_ms": RECONNECT_WITHIN_MS,
    }
    if kafka.security_protocol == "PLAINTEXT":
        return options
    options["security_protocol"] = kafka.security_protocol
    for name in ("ssl_cafile", "ssl_certfile", "ssl_keyfile"):
        path = getattr(kafka, name)
        if path is not None:
            options[name] = str(path)
    if kafka.security_protocol.startswith("SASL"):
        options["sasl_mechanism"] = kafka.sasl_mechanism
        options["sasl_plain_username"] = kafka.sasl_username
        options["sasl_plain_password"] = kafka.sasl_password.get_secret_value() if kafka.sasl_password else ""
    return options


def aiokafka_options(kafka: KafkaSettings) -> dict[str, Any]:
    """Return the options with which aiokafka's clients reach the cluster."""
    options: dict[str, Any] = {"bootstrap_servers": kafka.bootstrap_servers.split(",")}
    if kafka.security_protocol == "PLAINTEXT":
        return options
    options |= {"security_protocol": kafka.security_protocol, "ssl_context": ssl_context(kafka)}
    if kafka.security_protocol.startswith("SASL"):
        options["sasl_mechanism"] = kafka.sasl_mechanism
        options["sasl_plain_username"] = kafka.sasl_username
        options["sasl_plain_password"] = kafka.sasl_password.get_secret_value() if kafka.sasl_password else ""
    return options


def ssl_context(kafka: KafkaSettings) -> ssl.SSLContext | None:
    """Return the context for TLS, or None where the cluster asks for none."""
    if "SSL" not in kafka.security_protocol:
        return None
    context = ssl.create_default_context(cafile=str(kafka.ssl_cafile) if kafka.ssl_cafile else None)
    if kafka.ssl_certfile:
        context.load_cert_chain(str(kafka.ssl_certfile), str(kafka.ssl_keyfile) if kafka.ssl_keyfile else None)
    return context
