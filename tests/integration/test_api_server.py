"""The chart given to a real API server: a dry run of each resource, and its pods under the strictest pod security standard.

Skipped, with what is missing, where there is no `kube-apiserver` and `etcd`.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, Final

import pytest
import yaml

from tests.support import chart
from tests.support.api_server import WITHIN_S, ApiServer, api_server
from tests.support.kubernetes import definition
from tests.support.worker_process import eventually

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

OF_OPERATORS: Final = ("keda.sh", "monitoring.coreos.com", "kafka.strimzi.io")
"""Groups whose types an operator brings: the server is given them by what is kept of them, and no operator looks at them."""
STRICT: Final = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {"name": chart.RELEASE, "labels": {"pod-security.kubernetes.io/enforce": "restricted"}},
}
CASES: Final = chart.kept() | {
    "strimzi": list(yaml.safe_load_all((chart.ROOT / "deploy" / "strimzi" / "toezicht.yaml").read_text()))
}
"""What the chart makes, and topics and users for Strimzi."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """Yield a server with the operators' types, and a namespace that takes no pod that could do more than it needs."""
    resources = (each for case in CASES.values() for each in case)
    foreign = {each["kind"]: each for each in resources if each["apiVersion"].split("/")[0] in OF_OPERATORS}
    assert len(foreign) == 5
    with api_server(tmp_path_factory.mktemp("api")) as found:
        for resource in (STRICT, *map(definition, foreign.values())):
            answer = found.apply(resource, dry_run=False)
            assert answer.status_code == 201, answer.text
        for account in ("default", chart.RELEASE):  # which pods need, whichever test is the first
            made = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": account}}
            assert found.apply(made, chart.RELEASE, dry_run=False).status_code in {200, 201}
        for each in foreign.values():
            eventually(lambda wanted=each: found.knows(wanted), WITHIN_S)  # type: ignore[misc]
        yield found


def pod_of(resource: dict[str, Any]) -> dict[str, Any] | None:
    """Return a pod as the controller of a resource would make it; None where it makes none."""
    spec = resource["spec"]["jobTemplate"]["spec"] if resource["kind"] == "CronJob" else resource.get("spec", {})
    if "template" not in spec:
        return None
    pod = copy.deepcopy(spec["template"])
    claims = [each["metadata"]["name"] for each in spec.get("volumeClaimTemplates", ())]
    pod["spec"]["volumes"] += [{"name": name, "persistentVolumeClaim": {"claimName": name}} for name in claims]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        **pod,
        "metadata": {**pod["metadata"], "name": resource["metadata"]["name"]},
    }


@pytest.mark.parametrize("case", CASES)
def test_each_resource_is_admitted(server: ApiServer, case: str) -> None:
    """By its types with defaults filled in, its validation, and admission; nothing is kept."""
    assert server.version().startswith(f"v{chart.KUBERNETES.rpartition('.')[0]}.")
    answers = {f"{each['kind']} {each['metadata']['name']}": server.apply(each, chart.RELEASE) for each in CASES[case]}
    assert len(answers) == len(CASES[case])
    assert {name: answer.text for name, answer in answers.items() if answer.status_code not in {200, 201}} == {}
    assert {answer.headers.get("warning") for answer in answers.values()} == {None}
    listed = server.get(f"/apis/apps/v1/namespaces/{chart.RELEASE}/statefulsets").json()
    assert listed["items"] == []


@pytest.mark.parametrize("case", chart.CASES)
def test_each_pod_is_admitted_where_pods_are_restricted(server: ApiServer, case: str) -> None:
    """As its controller would make it: the standard `restricted` and the service account are asked of pods, not of templates."""
    pods = [pod for each in CASES[case] if (pod := pod_of(each)) is not None]
    assert len(pods) > 10
    refused = {
        pod["metadata"]["name"]: answer.text
        for pod in pods
        if (answer := server.apply(pod, chart.RELEASE)).status_code != 201
    }
    assert refused == {}


def test_what_is_wrong_is_refused(server: ApiServer) -> None:
    """A field that is none, a value that cannot be, a schedule of nobody's calendar, and a pod that may do more than it needs."""
    stateful = next(each for each in CASES["least"] if each["kind"] == "StatefulSet")
    daily = next(each for each in CASES["least"] if each["kind"] == "CronJob")
    scaled = next(each for each in CASES["everything"] if each["kind"] == "ScaledObject")
    other = {"matchLabels": {"app.kubernetes.io/component": "other"}}
    changes: list[tuple[dict[str, Any], dict[str, Any]]] = [
        (stateful, {"replica": 1}), (stateful, {"selector": other}), (daily, {"schedule": "15 25 * * *"}),
        (daily, {"timeZone": "Europe/Amstelveen"}), (scaled, {"maxReplicaCount": "four"}), (scaled, {"minReplicas": 1}),
    ]  # fmt: skip
    for resource, change in changes:
        wrong = copy.deepcopy(resource)
        wrong["spec"].update(change)
        assert server.apply(wrong, chart.RELEASE).status_code in {400, 422, 500}, wrong
    pod = pod_of(stateful)
    assert pod is not None
    pod["spec"]["containers"][0]["securityContext"]["allowPrivilegeEscalation"] = True
    answer = server.apply(pod, chart.RELEASE)
    assert (answer.status_code, "restricted" in answer.text) == (403, True)
