"""The compose file: it reaches a cluster outside too, and gives no container more than it needs."""

from __future__ import annotations

import re

import pytest
import yaml

from streams.capture.onvif.settings import OnvifSettings
from streams.intake.http.settings import IntakeHttpSettings
from streams.settings import KafkaSettings, Settings
from tests.support.compose import COMPOSE, DEPLOY, OURS, SERVICES, command_of, environment_of, interpolated

_OF_THE_IMAGE = {"TOEZICHT_DATA", "TOEZICHT_CACHE", "TOEZICHT_METRICS_PORT", "TOEZICHT_METRICS_HOST"}


@pytest.mark.parametrize("name", OURS)
def test_a_container_is_given_every_setting(name: str) -> None:
    """Of the pipeline, the process and the cluster; what the image sets by itself it must not be given."""
    passed = set(OURS[name]["environment"])
    wanted = {f"TOEZICHT_{each.upper()}" for each in Settings.model_fields} - _OF_THE_IMAGE
    wanted |= {f"KAFKA_{each.upper()}" for each in KafkaSettings.model_fields}
    assert wanted - passed == set()
    assert not passed & _OF_THE_IMAGE


@pytest.mark.parametrize("name", OURS)
def test_a_cluster_outside_with_certificates_of_its_own_is_reached(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each process sees the files that its variables name, and its settings are those that were given."""
    given = {
        "CONFIG": "/etc/toezicht",
        "KAFKA_BOOTSTRAP_SERVERS": "kafka-1.example:9093",
        "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "KAFKA_SSL_CAFILE": "/config/kafka/ca.pem",
        "KAFKA_SSL_CERTFILE": "/config/kafka/client.pem",
        "KAFKA_SSL_KEYFILE": "/config/kafka/client.key",
        "KAFKA_SASL_USERNAME": "everybody",
        "KAFKA_SASL_PASSWORD": "of-everybody",
        "KAFKA_REPLICATION_FACTOR": "3",
    }
    for variable, value in environment_of(name, given).items():
        if variable.startswith("KAFKA_"):
            monkeypatch.setenv(variable, value)
    kafka = KafkaSettings()
    assert kafka.bootstrap_servers == "kafka-1.example:9093"
    assert (kafka.sasl_username, kafka.replication_factor) == ("everybody", 3)
    mounts = [interpolated(each, given).split(":") for each in SERVICES[name]["volumes"]]
    assert ["/etc/toezicht", "/config", "ro"] in mounts
    for path in (kafka.ssl_cafile, kafka.ssl_certfile, kafka.ssl_keyfile):
        assert path is not None
        assert path.is_relative_to("/config")


@pytest.mark.parametrize("name", OURS)
def test_a_process_can_have_a_user_of_its_own(name: str) -> None:
    """Which is what least privilege needs; the others do not come by it."""
    begin = name.upper().replace("-", "_")
    own = {f"{begin}_KAFKA_USERNAME": "mine", f"{begin}_KAFKA_PASSWORD": "secret"}
    given = {"CONFIG": "c", "KAFKA_SASL_USERNAME": "everybody", "KAFKA_SASL_PASSWORD": "of-everybody", **own}
    users = {each: environment_of(each, given)["KAFKA_SASL_USERNAME"] for each in OURS}
    assert users == {each: "mine" if each == name else "everybody" for each in OURS}
    assert environment_of(name, given)["KAFKA_SASL_PASSWORD"] == "secret"


def test_what_brings_reports_in_is_there_with_its_profile_alone() -> None:
    """Each is a command whose settings are those that it knows, and starts with what a folder of files gives it."""
    given = {"CONFIG": "c", "SIGNALEN_URL": "https://signalen.example", "MELDINGEN_URL": "https://meldingen.example"}
    wanted = {
        "intake-http": ["intake", "http"],
        "signalen": ["intake", "poll", "signalen", "--url", "https://signalen.example"],
        "meldingen": ["intake", "poll", "meldingen", "--url", "https://meldingen.example"],
        "onvif": ["intake", "onvif"],
    }
    for name, command in wanted.items():
        assert SERVICES[name]["profiles"] == [name]
        filled = command_of(name, given)
        assert filled[: len(command)] == command
        assert filled[len(command) :] in ([], ["--token-file", f"/config/{name}.token"])
    http = {name for name in SERVICES["intake-http"]["environment"] if name.startswith("TOEZICHT_INTAKE_HTTP_")}
    assert http <= {f"TOEZICHT_INTAKE_HTTP_{name.upper()}" for name in IntakeHttpSettings.model_fields}
    onvif = {name for name in SERVICES["onvif"]["environment"] if name.startswith("TOEZICHT_ONVIF_")}
    assert onvif <= {f"TOEZICHT_ONVIF_{name.upper()}" for name in OnvifSettings.model_fields}


def test_nothing_waits_for_the_local_broker_of_a_cluster_outside() -> None:
    """It is there with its profile alone, and whoever waits for it does not need it."""
    assert SERVICES["kafka"]["profiles"] == ["kafka"]
    waiting = {
        name: service["depends_on"]["kafka"] for name, service in OURS.items() if "kafka" in service["depends_on"]
    }
    assert waiting == {"topics": {"condition": "service_healthy", "required": False}}
    assert interpolated(OURS["topics"]["command"][1], {}) == "apply"
    assert interpolated(OURS["topics"]["command"][1], {"TOPICS": "check"}) == "check"


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_has_no_more_than_it_needs(name: str) -> None:
    """No capability, no way to a privilege, limits, and a file system that nobody writes; Kafka's image says why not."""
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "network_mode", "pid", "devices"} & set(service)
    for limit in ("mem_limit", "cpus", "pids_limit"):
        assert service[limit], limit
    assert service.get("read_only", False) is (name != "kafka")
    if name in OURS:
        assert service["user"] == "10001:10001"


@pytest.mark.parametrize("name", [name for name in OURS if OURS[name]["restart"] != "no"])
def test_a_container_is_healthy_while_it_gets_on(name: str) -> None:
    """It asks `/readyz`, which tells of progress: `/metrics` answers while nothing goes on."""
    assert "/readyz" in OURS[name]["healthcheck"]["test"][-1]
    assert "/readyz" in (DEPLOY / "Containerfile").read_text()


def test_state_has_a_volume_of_its_own() -> None:
    """Two processes never share a state folder; each volume is declared."""
    used = [mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", ())]
    named = [each for each in used if re.fullmatch(r"[a-z]+", each)]
    assert len(named) == len(set(named))
    assert set(named) == set(COMPOSE["volumes"])


def test_the_brokers_jvm_tells_of_itself_with_another_file_beside() -> None:
    """The agent is the user's, no other Java program of the container wants its port, and Prometheus asks there."""
    beside = yaml.safe_load((DEPLOY / "compose-jvm.yaml").read_text())["services"]
    assert set(beside) <= set(SERVICES)
    kafka, asked = beside["kafka"], yaml.safe_load((DEPLOY / "kafka" / "targets.yml").read_text())
    agent, port, rules = re.split("[=:]", kafka["environment"]["KAFKA_OPTS"].removeprefix("-javaagent:"))
    mounts = {inside: outside for outside, inside, _ in (each.rsplit(":", 2) for each in kafka["volumes"])}
    assert mounts[agent].startswith("${JMX_AGENT:?")
    assert yaml.safe_load((DEPLOY / mounts[rules]).read_text()) == {"excludeObjectNames": ["*:*"]}
    assert kafka["healthcheck"]["test"][1] == f"KAFKA_OPTS= {SERVICES['kafka']['healthcheck']['test'][1]}"
    assert [each["targets"] for each in asked] == [[f"kafka:{port}"]]
    [mounted] = beside["prometheus"]["volumes"]
    assert mounted.split(":")[1].startswith("/run/more/")
    prometheus = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
    [job] = [each for each in prometheus["scrape_configs"] if each["job_name"] == "kafka-jvm"]
    assert job["file_sd_configs"] == [{"files": ["/run/more/*.yml"]}]
