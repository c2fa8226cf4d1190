"""The chart: resources of Kubernetes' own types that give no process more than it needs, and name no secret."""

from __future__ import annotations

import copy
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from console.settings import ConsoleSettings
from streams.cli.main import COMMANDS
from streams.intake.http.settings import IntakeHttpSettings
from streams.logbook.settings import LogbookSettings
from streams.rights.processes import PROCESSES, STAGE_CLASSES
from streams.settings import KafkaSettings, Settings
from streams.topics import BY_NAME, STATEFUL_STAGES
from tests.support import chart
from tests.support.kubernetes import faults, schemas

VALUES = yaml.safe_load((chart.CHART / "values.yaml").read_text())
CASES = chart.kept()
DOCUMENTS = [(case, document) for case, documents in CASES.items() for document in documents]
PODS = [(case, document) for case, document in DOCUMENTS if document["kind"] in ("StatefulSet", "Job", "CronJob")]
NEEDS = {
    "helm": "go install helm.sh/helm/v3/cmd/helm@v3.22.0",
    "kubeconform": "go install github.com/yannh/kubeconform/cmd/kubeconform@v0.7.0",
}


def named(value: object) -> str:
    """Return what a parameter is called."""
    return f"{value['kind']}-{value['metadata']['name']}" if isinstance(value, dict) else str(value)


def tool(name: str) -> str:
    """Return the path of a tool, or skip."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed: {NEEDS[name]}")
    return found


def pod_of(document: dict[str, Any]) -> dict[str, Any]:
    """Return the template of the pods of a resource."""
    spec = document["spec"]["jobTemplate"]["spec"] if document["kind"] == "CronJob" else document["spec"]
    return dict(spec["template"])


def container_of(document: dict[str, Any]) -> dict[str, Any]:
    """Return the only container of a pod."""
    (found,) = pod_of(document)["spec"]["containers"]
    return dict(found)


def environment_of(document: dict[str, Any]) -> dict[str, Any]:
    """Return the variables of a container: values, or where they come from."""
    listed = container_of(document)["env"]
    assert len({each["name"] for each in listed}) == len(listed)
    return {each["name"]: each.get("value", each.get("valueFrom")) for each in listed}


def of_kind(case: str, kind: str) -> dict[str, dict[str, Any]]:
    """Return the resources of a kind, by name without the release."""
    found = [each for each in CASES[case] if each["kind"] == kind]
    return {each["metadata"]["name"].removeprefix("toezicht-"): each for each in found}


def test_what_is_kept_was_made_of_this_chart() -> None:
    """A chart that changed is rendered anew: the other tests look at what is kept."""
    assert chart.kept_digest() == chart.digest(), "run `python -m tests.support.chart` with helm on the PATH"
    assert set(CASES) == set(chart.CASES)


@pytest.mark.parametrize("case", chart.CASES)
def test_helm_makes_what_is_kept(case: str) -> None:
    """Where there is a Helm."""
    assert chart.rendered(tool("helm"), chart.CASES[case]) == CASES[case]


@pytest.mark.parametrize("case", chart.CASES)
def test_the_resources_are_of_their_types(case: str) -> None:
    """Kubernetes', KEDA's and the Prometheus operator's; a field that is none is seen."""
    assert [fault for document in CASES[case] for fault in faults(document)] == []
    wrong = copy.deepcopy(next(each for each in CASES[case] if each["kind"] == "StatefulSet"))
    wrong["spec"]["template"]["spec"]["containers"][0]["livenesProbe"] = {}
    assert faults(wrong)


def test_kubeconform_accepts_the_resources(tmp_path: Path) -> None:
    """With the same types from files, and no network; it refuses what is wrong."""
    conform = tool("kubeconform")
    for name, schema in schemas().items():
        (tmp_path / f"{name}.json").write_text(json.dumps(schema))
    location = str(tmp_path / "{{ .ResourceKind }}{{ .KindSuffix }}.json")
    documents = [document for _, document in DOCUMENTS]
    strimzi = yaml.safe_load_all((chart.ROOT / "deploy" / "strimzi" / "toezicht.yaml").read_text())

    def asked(resources: list[dict[str, Any]]) -> subprocess.CompletedProcess[str]:
        command = [
            conform,
            "-strict",
            "-summary",
            "-schema-location",
            location,
            "-kubernetes-version",
            chart.KUBERNETES,
        ]
        given = yaml.safe_dump_all(resources)
        return subprocess.run(command, input=given, capture_output=True, text=True, check=False)

    accepted = asked([*documents, *strimzi])
    assert accepted.returncode == 0, accepted.stdout
    assert "Invalid: 0, Errors: 0, Skipped: 0" in accepted.stdout
    assert asked([documents[0] | {"metadat": {}}]).returncode == 1


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({}, "/kafka/bootstrapServers"),
        ({"kafka": chart.KAFKA | {"bootstrapServer": "x:1"}}, "bootstrapServer"),
        ({"kafka": chart.KAFKA, "settings": {"TOZICHT_RULES": "x"}}, "TOZICHT_RULES"),
        ({"kafka": chart.KAFKA, "processes": {"x": {"image": "core", "command": ["x"], "egress": ["nowhere"]}}}, "nowhere"),
        ({"kafka": chart.KAFKA, "processes": {"logbook": {"enabled": True}}}, "TOEZICHT_LOGBOOK_TO of logbook is empty"),
        ({"kafka": chart.KAFKA, "daily": {"delete": {"schedule": "daily"}}}, "/daily/delete/schedule"),
    ],
)  # fmt: skip
def test_wrong_values_are_refused(values: dict[str, Any], told: str) -> None:
    """With the value that is wrong, before anything is installed."""
    made = chart.helm(tool("helm"), values)
    assert made.returncode != 0
    assert told in made.stderr


@pytest.mark.parametrize(("case", "document"), PODS, ids=named)
def test_a_pod_has_no_more_than_it_needs(case: str, document: dict[str, Any]) -> None:
    """Not root, no capability, nothing to write but its own folders, no token, limits."""
    pod, container = pod_of(document)["spec"], container_of(document)
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == 10001
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    confined = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
    assert container["securityContext"] == confined
    assert container["resources"]["limits"]["memory"]
    assert container["resources"]["requests"]["cpu"]
    assert re.search(r":[0-9]", container["image"])
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod)
    writable = {each["name"] for each in container["volumeMounts"] if not each.get("readOnly")}
    assert writable == {"tmp", "state"} | ({"backups"} if document["kind"] == "CronJob" else set())
    assert not any("hostPath" in volume for volume in pod["volumes"])


@pytest.mark.parametrize(("case", "document"), PODS, ids=named)
def test_a_secret_is_named_and_never_told(case: str, document: dict[str, Any]) -> None:
    """Passwords, users of cameras and keys come from Secrets; only those who need them are given any."""
    environment = environment_of(document)
    for name, value in environment.items():
        if name.endswith(("_TOKEN_FILE", "_CREDENTIALS")):
            assert str(value).startswith("/secrets/")
        elif re.search("PASSWORD|SECRET|TOKEN|CAMERA_USER", name):
            assert isinstance(value, dict), name
            assert set(value) == {"secretKeyRef"}, name
    cameras = {name for name in environment if name.startswith("CAMERA_")}
    arguments = container_of(document)["args"]
    assert bool(cameras) is (arguments == ["capture"])
    volumes = {each["name"]: each for each in pod_of(document)["spec"]["volumes"]}
    files = volumes.get("files", {"secret": {"secretName": None}})["secret"]["secretName"]
    wanted = {"notify": "toezicht-partners", "intake": "toezicht-intake", "logbook": "toezicht-logbook"}
    assert files == wanted.get(arguments[0])
    assert ("/secrets" in {each["mountPath"] for each in container_of(document)["volumeMounts"]}) is bool(files)


@pytest.mark.parametrize(("case", "document"), PODS, ids=named)
def test_a_process_is_told_what_there_is_to_tell(
    case: str, document: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command that exists, variables that exist, and a cluster with a private authority."""
    container = container_of(document)
    assert container["args"][0] in COMMANDS
    prefixes: dict[str, type[BaseModel]] = {
        "TOEZICHT_": Settings,
        "TOEZICHT_CONSOLE_": ConsoleSettings,
        "TOEZICHT_INTAKE_HTTP_": IntakeHttpSettings,
        "TOEZICHT_LOGBOOK_": LogbookSettings,
    }
    known = {f"{prefix}{field.upper()}" for prefix, kind in prefixes.items() for field in kind.model_fields}
    known |= {f"KAFKA_{field.upper()}" for field in KafkaSettings.model_fields}
    environment = environment_of(document)
    assert {name for name in environment if not name.startswith("CAMERA_")} - known == set()
    for name, value in environment.items():
        if name.startswith("KAFKA_"):
            monkeypatch.setenv(name, value if isinstance(value, str) else "of-the-secret")
    kafka = KafkaSettings()
    mounted = [Path(each["mountPath"]) for each in container["volumeMounts"]]
    for path in (kafka.ssl_cafile, kafka.ssl_certfile, kafka.ssl_keyfile):
        assert path is None or path.parent in mounted
    assert kafka.ssl_cafile is not None
    assert (kafka.ssl_keyfile is not None) is (case == "certificates")
    assert kafka.replication_factor == 3


def test_each_process_comes_by_a_user_with_its_rights() -> None:
    """The user whose Secret it takes is one that `topics strimzi` makes, and a worker's is its stage's."""
    for case in ("least", "everything"):
        for document in (*of_kind(case, "StatefulSet").values(), *of_kind(case, "CronJob").values()):
            user = environment_of(document)["KAFKA_SASL_USERNAME"]
            assert user in PROCESSES
            arguments = container_of(document)["args"]
            assert user == (arguments[1] if arguments[0] == "worker" else arguments[0])
    assert set(STAGE_CLASSES) - set(VALUES["processes"]) == {"shadow"}, (
        "other rules beside them are no part of every room"
    )


def test_a_stage_with_state_keeps_it() -> None:
    """On a volume of its own; the others start with nothing."""
    for case in ("least", "everything"):
        for name, document in of_kind(case, "StatefulSet").items():
            keeps = bool(document["spec"].get("volumeClaimTemplates"))
            assert keeps is (name in STATEFUL_STAGES or name == "console"), name
            if keeps:  # accounts are nowhere else; what a stage keeps is in its changelog
                away = document["spec"]["persistentVolumeClaimRetentionPolicy"]
                assert away == {"whenDeleted": "Retain", "whenScaled": "Retain" if name == "console" else "Delete"}, (
                    name
                )


def test_probes_tell_of_progress() -> None:
    """One that takes no turn is started again, one that waits is not; whoever has a page is asked there whether it is whole."""
    for document in of_kind("everything", "StatefulSet").values():
        container = container_of(document)
        assert container["livenessProbe"]["httpGet"] == {"path": "/livez", "port": "metrics"}
        assert container["startupProbe"]["httpGet"] == {"path": "/livez", "port": "metrics"}
        serves = any(port["name"] == "http" for port in container["ports"])
        assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "http" if serves else "metrics"}


def test_each_process_has_a_budget_of_disruptions_that_selects_it() -> None:
    """A node that is emptied takes one worker of a stage at a time."""
    for case in CASES:
        budgets = of_kind(case, "PodDisruptionBudget")
        pods = of_kind(case, "StatefulSet")
        assert set(budgets) == set(pods)
        for name, budget in budgets.items():
            assert budget["spec"]["maxUnavailable"] == 1
            labels = pods[name]["spec"]["template"]["metadata"]["labels"]
            assert budget["spec"]["selector"]["matchLabels"].items() <= labels.items()
            assert pods[name]["spec"]["selector"]["matchLabels"].items() <= labels.items()


def test_pods_reach_kafka_and_names_alone_but_for_who_needs_more() -> None:
    """Capture its cameras, the console who logs people in, notify its partners; Prometheus alone reaches a worker."""
    policies = of_kind("everything", "NetworkPolicy")
    general = policies.pop("toezicht")["spec"]
    assert general["policyTypes"] == ["Ingress", "Egress"]
    assert [[port["port"] for port in each["ports"]] for each in general["egress"]] == [[9093], [53, 53]]
    assert [[port["port"] for port in each["ports"]] for each in general["ingress"]] == [[9400]]
    leaves = {name for name, policy in policies.items() if "Egress" in policy["spec"]["policyTypes"]}
    entered = {name for name, policy in policies.items() if "Ingress" in policy["spec"]["policyTypes"]}
    assert (leaves, entered) == ({"capture", "console", "notify", "logbook"}, {"console", "intake-http"})
    for _, document in (each for each in PODS if each[0] == "everything" and each[1]["kind"] != "Job"):
        labels = pod_of(document)["metadata"]["labels"]
        assert general["podSelector"]["matchLabels"].items() <= labels.items()
        chosen = {
            name
            for name, each in policies.items()
            if each["spec"]["podSelector"]["matchLabels"].items() <= labels.items()
        }
        assert chosen == {labels["app.kubernetes.io/component"]} & set(policies)
    assert of_kind("open", "NetworkPolicy") == {}


def test_keda_counts_the_lag_of_what_a_stage_reads() -> None:
    """Its group and its inputs; and where KEDA decides how many there are, the chart does not."""
    scaled = of_kind("everything", "ScaledObject")
    assert set(scaled) == {"observe", "corroborate", "decide"}
    for name, found in scaled.items():
        for trigger in found["spec"]["triggers"]:
            assert trigger["metadata"]["consumerGroup"] == name
            assert trigger["metadata"]["topic"] in STAGE_CLASSES[name].inputs
            assert found["spec"]["maxReplicaCount"] <= BY_NAME[trigger["metadata"]["topic"]].partitions
        assert "replicas" not in of_kind("everything", "StatefulSet")[name]["spec"]
    assert of_kind("everything", "StatefulSet")["detect"]["spec"]["replicas"] == 2
    assert VALUES["keda"]["user"] in PROCESSES


def test_a_process_can_be_left_out() -> None:
    """By a null."""
    assert "trends" in of_kind("least", "StatefulSet")
    assert "trends" not in of_kind("everything", "StatefulSet")


def test_what_needs_more_than_a_cluster_is_off_until_it_is_given_that() -> None:
    """Partners, their posts and the Logboek; an exporter needs nothing and is there."""
    assert {"notify", "intake-http", "logbook"} & set(of_kind("least", "StatefulSet")) == set()
    assert {"notify", "intake-http", "logbook"} <= set(of_kind("everything", "StatefulSet"))
    assert "exporter" in of_kind("least", "StatefulSet")
    assert "logbook" not in of_kind("least", "NetworkPolicy")


def test_old_data_are_deleted_daily_before_a_backup_is_made() -> None:
    """By the commands of the compose file, never two at once, and the one over before the other begins."""
    compose = yaml.safe_load((chart.ROOT / "deploy" / "compose.yaml").read_text())["services"]
    jobs = of_kind("least", "CronJob")
    assert set(jobs) == {name for name, service in compose.items() if service.get("profiles") == ["daily"]}
    begins_min = {}
    for name, job in jobs.items():
        said = [re.sub(r"\$\{\w+:-(.*)\}", r"\1", word) for word in compose[name]["command"]]
        assert container_of(job)["args"] == said
        assert job["spec"]["concurrencyPolicy"] == "Forbid"
        assert job["spec"]["timeZone"] == VALUES["settings"]["TOEZICHT_TIME_ZONE"]
        minute, hour, *rest = job["spec"]["schedule"].split()
        assert rest == ["*", "*", "*"]
        begins_min[name] = int(hour) * 60 + int(minute)
    ends_s = jobs["delete"]["spec"]["jobTemplate"]["spec"]["activeDeadlineSeconds"]
    assert begins_min["delete"] * 60 + ends_s <= begins_min["backup"] * 60
    assert set(of_kind("certificates", "CronJob")) == {"backup"}
    changed = of_kind("everything", "CronJob")["backup"]["spec"]
    assert (changed["schedule"], changed["jobTemplate"]["spec"]["activeDeadlineSeconds"]) == ("30 4 * * *", 90 * 60)


def test_backups_outlive_the_chart() -> None:
    """Both jobs share one volume, since the journal of what was deleted lies beside the backups; nobody else sees it."""
    for case, claim in (("least", "toezicht-backups"), ("everything", "elsewhere")):
        holders = {
            document["metadata"]["name"]
            for each, document in PODS
            if each == case
            and {"name": "backups", "persistentVolumeClaim": {"claimName": claim}}
            in pod_of(document)["spec"]["volumes"]
        }
        assert holders == {"toezicht-delete", "toezicht-backup"}
        for job in of_kind(case, "CronJob").values():
            assert environment_of(job)["TOEZICHT_BACKUPS"] == "/backups"
    made = of_kind("least", "PersistentVolumeClaim")["backups"]
    assert made["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}
    assert of_kind("everything", "PersistentVolumeClaim") == {}
