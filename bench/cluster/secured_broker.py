"""Secured broker: one that asks who comes and what they may, SASL_SSL with SCRAM-SHA-512 and the standard authorizer.

From the broker's own jars, like the local broker. Key stores are PEM files, so that no keytool is needed. Nobody may do anything
without an ACL but its administrator; broker and controller are the administrator to each other.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import secrets
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from kafka import KafkaAdminClient
from kafka.admin import ScramMechanism, UserScramCredentialUpsertion
from pydantic import SecretStr

from streams.kafka.access.admission import access_error
from streams.kafka.options import kafka_client_options
from streams.local.broker import HOST, LocalBroker
from streams.settings import KafkaSettings

ADMIN: Final = "admin"
MECHANISM: Final = "SCRAM-SHA-512"
KNOWN_WITHIN_S: Final = 60.0
"""Only there to end a test that fails."""
ITERATIONS: Final = 4_096
"""The least that Kafka takes: a password of a test need not resist for years."""

SECURED: Final = """\
listeners=SASL_SSL://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=SASL_SSL://{host}:{port}
listener.security.protocol.map=SASL_SSL:SASL_SSL,CONTROLLER:SASL_SSL
inter.broker.listener.name=SASL_SSL
sasl.enabled.mechanisms=SCRAM-SHA-512
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512
sasl.mechanism.controller.protocol=PLAIN
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required username="{admin}" password="{password}";
listener.name.controller.sasl.enabled.mechanisms=PLAIN
listener.name.controller.plain.sasl.jaas.config=\
org.apache.kafka.common.security.plain.PlainLoginModule required username="{admin}" password="{password}" \
user_{admin}="{password}";
ssl.keystore.type=PEM
ssl.keystore.location={keystore}
ssl.truststore.type=PEM
ssl.truststore.location={authority}
ssl.client.auth=none
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=false
super.users=User:{admin}
"""
_REPLACED: Final = ("listeners=", "advertised.listeners=", "listener.security.protocol.map=")


class SecuredBroker(LocalBroker):
    """Secured broker: a local broker with SASL_SSL and ACLs; use it as a context manager."""

    def __init__(self, data_dir: Path, cache_dir: Path, **options: Any) -> None:
        super().__init__(data_dir, cache_dir, port=0, **options)
        self._passwords: dict[str, str] = {ADMIN: secrets.token_urlsafe(16)}
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.authority, self._keystore = make_certificates(self.data_dir)

    def client_settings(self) -> KafkaSettings:
        """Return how its administrator reaches it."""
        return self.settings_of(ADMIN)

    def settings_of(self, user: str, password: str | None = None) -> KafkaSettings:
        """Return how a user reaches it; with another password than the user's where one is given."""
        return KafkaSettings(
            bootstrap_servers=self.bootstrap_servers,
            security_protocol="SASL_SSL",
            ssl_cafile=self.authority,
            sasl_mechanism=MECHANISM,
            sasl_username=user,
            sasl_password=SecretStr(password if password is not None else self._passwords.get(user, "nobody's")),
        )

    def environment_of(self, user: str) -> dict[str, str]:
        """Return the variables by which a process reaches it as a user."""
        return {
            "KAFKA_BOOTSTRAP_SERVERS": self.bootstrap_servers,
            "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "KAFKA_SSL_CAFILE": str(self.authority),
            "KAFKA_SASL_MECHANISM": MECHANISM,
            "KAFKA_SASL_USERNAME": user,
            "KAFKA_SASL_PASSWORD": self._passwords[user],
        }

    def add_users(self, names: Iterable[str]) -> None:
        """Let users in, each with a password of its own and without any right."""
        new = {name: secrets.token_urlsafe(16) for name in names if name not in self._passwords}
        admin: Any = KafkaAdminClient(**kafka_client_options(self.client_settings()))
        try:
            admin.alter_user_scram_credentials(
                [
                    UserScramCredentialUpsertion(name, ScramMechanism.SCRAM_SHA_512, password, iterations=ITERATIONS)
                    for name, password in new.items()
                ]
            )
        finally:
            admin.close()
        self._passwords |= new
        self.await_users(new)

    def await_users(self, names: Iterable[str]) -> None:
        """Wait until the broker knows users whom the controller took: it learns of them just after."""
        deadline_s = time.monotonic() + KNOWN_WITHIN_S
        for name in names:
            while error := access_error(self.settings_of(name)):
                assert time.monotonic() < deadline_s, error
                time.sleep(0.2)

    def properties(self) -> str:
        """Return its configuration."""
        plain = super().properties()
        controller_port = plain.split("controller.quorum.voters=")[1].splitlines()[0].rsplit(":", 1)[1]
        kept = [line for line in plain.splitlines() if not line.startswith(_REPLACED)]
        return "\n".join(kept) + "\n" + SECURED.format(
            host=HOST,
            port=self.port,
            controller_port=controller_port,
            admin=ADMIN,
            password=self._passwords[ADMIN],
            keystore=self._keystore,
            authority=self.authority,
        )  # fmt: skip

    def format_options(self) -> tuple[str, ...]:
        """Return its first user, who is there before it runs."""
        return ("--add-scram", f"{MECHANISM}=[name={ADMIN},iterations={ITERATIONS},password={self._passwords[ADMIN]}]")


def make_certificates(folder: Path, name: str = "tests") -> tuple[Path, Path]:
    """Write an authority's certificate, and a key with a certificate by it for this machine's address; return both paths."""
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"authority of {name}")])
    authority = (
        _certificate(issuer, issuer, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    certificate = (
        _certificate(subject, issuer, key.public_key())
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    trusted, keystore = folder / f"{name}-authority.pem", folder / f"{name}-key.pem"
    trusted.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    keystore.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    keystore.chmod(0o600)
    return trusted, keystore


def _certificate(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
    )
