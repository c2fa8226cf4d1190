"""Cameras' own events as they run: the command, a real MQTT broker with TLS and logins, a real Kafka, and both going away."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from paho.mqtt.enums import CallbackAPIVersion

from schemas.observations import Observation, SituationKind
from streams.clock import utc_now
from streams.kafka.reader import read_messages
from streams.local.broker import free_port
from streams.settings import KafkaSettings
from streams.topics import OBSERVATIONS
from tests.support.intake_command import RUN
from tests.support.mosquitto import mosquitto_server
from tests.support.onvif import RULES, payload, topic, zones_document
from tests.support.registry import SQUARE, registry_camera, write_registry

pytestmark = [pytest.mark.integration, pytest.mark.slow]
WITHIN_S = 240.0
USERS = {"camera": "camera-pass", "toezicht": "toezicht-pass"}


def _certificate(folder: Path) -> tuple[Path, Path]:
    """Write a certificate of 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mqtt")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / "mqtt.pem", folder / "mqtt.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate, secret


class Setting:
    """A folder with certificates, a registry of a camera that no other test has, and the zones of its rules."""

    def __init__(self, folder: Path, kafka: KafkaSettings) -> None:
        self.folder, self.port = folder, free_port()
        self.certificate, self.key = _certificate(folder)
        self.camera = f"plein-{os.getpid()}-{time.monotonic_ns()}"
        self.prefix = f"gemeente/{self.camera}"
        camera = registry_camera(self.camera, {"url": "rtsp://camera/1"})
        camera["zones"].append({"id": "hoek", "name": "Hoek", "polygon": SQUARE})
        registry = write_registry(folder / "cameras.yaml", camera)
        zones = folder / "onvif.yaml"
        zones.write_text(yaml.safe_dump(zones_document(camera=self.camera, prefix=self.prefix, rules=RULES)))
        self.environment = os.environ | {
            "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers, "TOEZICHT_METRICS_PORT": "0", "TOEZICHT_REGISTRY": str(registry),
            "TOEZICHT_ONVIF_HOST": "127.0.0.1", "TOEZICHT_ONVIF_PORT": str(self.port), "TOEZICHT_ONVIF_USER": "toezicht",
            "TOEZICHT_ONVIF_PASSWORD": "toezicht-pass", "TOEZICHT_ONVIF_TLS_CA": str(self.certificate),
            "TOEZICHT_ONVIF_ZONES": str(zones), "TOEZICHT_ONVIF_CLIENT_ID": self.camera,
        }  # fmt: skip

    @contextmanager
    def broker(self) -> Iterator[None]:
        with mosquitto_server(self.folder, self.port, USERS, self.certificate, self.key):
            yield

    @contextmanager
    def process(self, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
        log = self.folder / "log"
        with log.open("ab") as errors:
            process = subprocess.Popen([*RUN, "onvif"], env=self.environment | settings, stdout=errors, stderr=errors)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(WITHIN_S)

    def publish(self, *events: tuple[str, bytes]) -> None:
        """Publish as a camera does: QoS 1, each confirmed by the broker."""
        client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv311)
        client.username_pw_set("camera", USERS["camera"])
        client.tls_set_context(ssl.create_default_context(cafile=str(self.certificate)))
        client.connect("127.0.0.1", self.port)
        client.loop_start()
        for name, content in events:
            client.publish(name, content, qos=1).wait_for_publish(WITHIN_S)
        client.disconnect()
        client.loop_stop()

    def logged(self, words: str, times: int = 1) -> None:
        deadline_s = time.monotonic() + WITHIN_S
        while (self.folder / "log").read_text().count(words) < times:
            assert time.monotonic() < deadline_s, (self.folder / "log").read_text()
            time.sleep(0.05)


def _observed(kafka: KafkaSettings, camera: str, least: int) -> list[Observation]:
    """Return what is on the topic of a camera, once there is so much of it."""
    deadline_s = time.monotonic() + WITHIN_S
    while True:
        read = read_messages(kafka, OBSERVATIONS, Observation, utc_now() - timedelta(hours=1))
        found = [each for each in read if each.camera_id == camera]
        if len(found) >= least or time.monotonic() > deadline_s:
            return found
        time.sleep(0.2)


def test_events_become_observations_also_those_that_came_while_nobody_was_there(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    """Over TLS with a login; the broker keeps what comes while the process is killed, and gives it to the next one."""
    setting = Setting(tmp_path, kafka)
    with setting.broker():
        with setting.process() as process:
            setting.logged("connected to MQTT")
            personal = payload("Bank", utc_now(), Age=40, PlateNumber="12-ABC-3", text="Zwartjanssen")
            setting.publish((topic(prefix=setting.prefix), personal))
            first = _observed(kafka, setting.camera, 1)
            assert [each.kind for each in first[0].situations] == [SituationKind.DWELLING]
            assert "12-ABC-3" not in first[0].model_dump_json()
            process.kill()
            process.wait(WITHIN_S)
        crossing = (topic("RuleEngine/LineDetector/Crossed", setting.prefix), payload("Lijn", utc_now()))
        setting.publish(crossing)
        with setting.process():
            setting.logged("the session goes on")
            deadline_s = time.monotonic() + WITHIN_S
            kinds: set[SituationKind] = set()
            while SituationKind.WRONG_DIRECTION not in kinds and time.monotonic() < deadline_s:
                kinds = {each.kind for one in _observed(kafka, setting.camera, 2) for each in one.situations}
                time.sleep(0.1)
            assert kinds == {SituationKind.DWELLING, SituationKind.WRONG_DIRECTION}
    log = (tmp_path / "log").read_text()
    assert "toezicht-pass" not in log
    assert "Zwartjanssen" not in log
    assert "Traceback" not in log


def test_a_broker_that_goes_away_is_tried_again(kafka: KafkaSettings, tmp_path: Path) -> None:
    """Its session is kept on its disk; the process goes on by itself."""
    setting = Setting(tmp_path, kafka)
    with setting.process():
        with setting.broker():
            setting.logged("connected to MQTT")
        setting.logged("the connection to MQTT is lost")
        with setting.broker():
            setting.logged("connected to MQTT", 2)
            setting.publish((topic("RuleEngine/ObjectAbandoned", setting.prefix), payload("Tas", utc_now())))
            found = _observed(kafka, setting.camera, 1)
            assert [(each.zone_id, each.count) for each in found[:1]] == [("hoek", 0)]


def test_a_refused_login_and_a_wrong_certificate_end_or_are_told(kafka: KafkaSettings, tmp_path: Path) -> None:
    """A wrong password is one line and exit code 2, without the password; without a file of zones nothing starts."""
    setting = Setting(tmp_path, kafka)
    with setting.broker(), setting.process(TOEZICHT_ONVIF_PASSWORD="wrong-pass") as process:
        assert process.wait(WITHIN_S) == 2
    last = (tmp_path / "log").read_text().splitlines()[-1]
    assert "refuses the login" in last
    assert "wrong-pass" not in (tmp_path / "log").read_text()
    with setting.process(TOEZICHT_ONVIF_ZONES="") as process:
        assert process.wait(WITHIN_S) == 2
    with setting.process(TOEZICHT_ONVIF_TLS="false", TOEZICHT_ONVIF_HOST="mqtt.example") as process:
        assert process.wait(WITHIN_S) == 2
