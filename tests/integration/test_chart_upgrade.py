"""Install, upgrade, the way back and removal by Helm, as docs/upgrade.md has them, on a real API server with its controllers.

Nodes are none: no container runs, and each pod is ready as soon as it is placed. Skipped, with what is missing, where there is no
`kube-apiserver`, `etcd`, `kube-controller-manager`, `kube-scheduler`, `kwok`, `helm` or `kubectl`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, Final

import pytest

from tests.support import api_server, chart, chart_release, controllers, installed
from tests.support.api_server import WITHIN_S, ApiServer
from tests.support.chart_release import AFTER, BEFORE, FIRST, Operations, Seen, platform
from tests.support.worker_process import eventually

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

STOPPED: Final = ("decide", "share")
"""What the changelog names here: all workers of it at once."""
KINDS: Final = ("statefulset", "service", "poddisruptionbudget", "networkpolicy", "cronjob")
WAIT: Final = ("--wait", "--timeout", f"{WITHIN_S:.0f}s")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """Yield a server with controllers and nodes."""
    installed.found(api_server.TOOLS | chart_release.TOOLS | controllers.TOOLS)
    folder = tmp_path_factory.mktemp("api")
    with api_server.api_server(folder) as found, controllers.controllers(found, folder):
        yield found


@pytest.fixture
def operations(server: ApiServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operations]:
    """Yield who has the older release running in a namespace of its own, where pods are restricted."""
    folder = tmp_path_factory.mktemp("helm")
    name = f"room-{next(_numbers)}"
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
    assert server.apply(namespace, dry_run=False).status_code == 201
    found = Operations(server, name, folder)
    found.make(*platform(BEFORE))
    found.install(FIRST, BEFORE, *WAIT)
    yield found
    found.helm("uninstall", chart.RELEASE)


_numbers = itertools.count()


def stop(operations: Operations, *names: str) -> None:
    """Stop all workers of processes, and wait until they are gone."""
    operations.kubectl("scale", "--replicas=0", *(f"statefulset/toezicht-{name}" for name in names))
    eventually(lambda: not set(names) & set(operations.ready()), WITHIN_S)


def secrets(operations: Operations) -> dict[str, str]:
    """Return which Secrets of the platform there are, and of which version each is; the chart has none of its own."""
    found = operations.listed("secret")
    mine = {
        name: each for name, each in found.items() if each["metadata"].get("labels", {}).get("made-by") == "platform"
    }
    assert all(name.startswith("sh.helm.release") for name in set(found) - set(mine))
    return {name: each["metadata"]["resourceVersion"] for name, each in mine.items()}


def wanted(operations: Operations) -> dict[str, dict[str, dict[str, Any]]]:
    """Return what is wanted of each resource; an address that the cluster gives is none of it."""
    given = {"clusterIP", "clusterIPs"}
    return {
        kind: {
            name: {field: value for field, value in each.items() if field not in given}
            for name, each in operations.specs(kind).items()
        }
        for kind in KINDS
    }


def fewest(seen: Sequence[Seen], process: str, before: int) -> int:
    """Return how few workers of a process were ready at any time, from when all of those before were."""
    ready: dict[str, bool] = {}
    counts = []
    for each in seen:
        if each.name.rpartition("-")[0] == f"toezicht-{process}":
            ready[each.name] = each.ready
            counts.append(sum(ready.values()))
    return min(counts[counts.index(before) :])


def test_an_upgrade_rolls_and_the_way_back_is_what_was_there(operations: Operations) -> None:
    """Topics first, then one worker of a stage at a time, each with the volume it had; the rollback leaves only backups."""
    before, claims = wanted(operations), operations.claims()
    with operations.watched() as seen:
        operations.upgrade(AFTER, *WAIT)
    after = wanted(operations)
    assert operations.images() == {"0.1.0"}
    assert operations.claims().items() >= claims.items()
    topics = next(place for place, each in enumerate(seen) if "topics" in each.name and each.phase == "Succeeded")
    newer = [place for place, each in enumerate(seen) if each.release == "0.1.0" and "topics" not in each.name]
    assert newer[0] > topics
    assert {each: fewest(seen, each, 2) for each in ("decide", "detect")} == {"decide": 1, "detect": 1}
    assert fewest(seen, "share", 1) == 0
    first = [each.name for each in seen if each.release == "0.1.0" and each.name.startswith("toezicht-decide")]
    assert list(dict.fromkeys(first)) == ["toezicht-decide-1", "toezicht-decide-0"]

    with operations.watched() as seen:
        operations.rollback(1, *WAIT)
    assert wanted(operations) == before
    assert {each: fewest(seen, each, 2) for each in ("decide", "detect")} == {"decide": 1, "detect": 1}
    assert operations.claims().items() >= claims.items()
    assert "toezicht-backups" in operations.claims()
    operations.upgrade(AFTER, *WAIT)
    assert wanted(operations) == after


def test_workers_that_were_stopped_return_and_what_must_stay_stays(operations: Operations) -> None:
    """A stage's volumes go with its workers and are read back; accounts, backups and Secrets outlive that, and the chart."""
    before, claims, kept = operations.ready(), operations.claims(), secrets(operations)
    assert (before["decide"], before["share"], before["notify"]) == (2, 1, 1)
    operations.upgrade(AFTER, *WAIT)
    stop(operations, *STOPPED, "console")
    eventually(lambda: "state-toezicht-decide-0" not in operations.claims(), WITHIN_S)
    assert operations.claims()["state-toezicht-console-0"] == claims["state-toezicht-console-0"]
    assert operations.claims()["state-toezicht-observe-0"] == claims["state-toezicht-observe-0"]
    operations.upgrade(AFTER, *WAIT)
    assert operations.ready() == before | {"exporter": 1}
    assert secrets(operations) == kept
    decide = operations.specs("statefulset")["toezicht-decide"]["template"]["spec"]["containers"][0]["env"]
    password = next(each for each in decide if each["name"] == "KAFKA_SASL_PASSWORD")
    assert password["valueFrom"] == {"secretKeyRef": {"name": "decide", "key": "password"}}

    claims = operations.claims()
    done = operations.helm("uninstall", chart.RELEASE, "--wait")
    assert done.returncode == 0, done.stderr
    eventually(lambda: operations.listed("pod") == {}, WITHIN_S)
    assert (operations.claims(), secrets(operations)) == (claims, kept)
    operations.install(chart.CHART, AFTER, *WAIT)
    assert operations.claims() == claims


def test_a_node_that_is_emptied_takes_one_worker_of_a_stage_at_a_time(operations: Operations) -> None:
    """By its budget of disruptions; and what has one worker alone does not hold it up."""
    operations.upgrade(AFTER, *WAIT)
    for name in controllers.NODES[1:]:
        operations.kubectl("cordon", name)
    operations.kubectl("delete", "pods", "--all")
    eventually(lambda: operations.ready().get("decide") == 2, WITHIN_S)
    for name in controllers.NODES[1:]:
        operations.kubectl("uncordon", name)
    try:
        with operations.watched() as seen:
            operations.kubectl(
                "drain",
                controllers.NODES[0],
                "--delete-emptydir-data",
                "--pod-selector=app.kubernetes.io/part-of=toezicht",
            )
            eventually(lambda: operations.ready().get("decide") == 2, WITHIN_S)
    finally:
        operations.kubectl("uncordon", controllers.NODES[0])
    assert {each: fewest(seen, each, 2) for each in ("decide", "detect")} == {"decide": 1, "detect": 1}
    assert {each["spec"]["nodeName"] for each in operations.listed("pod").values()} <= set(controllers.NODES[1:])


def test_another_size_of_a_volume_is_refused_and_has_a_way(operations: Operations) -> None:
    """The cluster says so, the release before goes on; without its StatefulSet and its claims a stage gets the new size."""
    larger = AFTER | {"processes": AFTER["processes"] | {"decide": {"replicas": 2, "state": "8Gi"}}}
    refused = operations.helm("upgrade", chart.RELEASE, str(chart.CHART), values=larger)
    assert refused.returncode != 0
    assert 'StatefulSet.apps "toezicht-decide" is invalid: spec: Forbidden' in refused.stderr
    operations.rollback(1, *WAIT)
    assert operations.images() == {"0.0.9"}
    stop(operations, "decide")
    eventually(lambda: "state-toezicht-decide-0" not in operations.claims(), WITHIN_S)
    operations.kubectl("delete", "statefulset", "toezicht-decide")
    operations.upgrade(larger, *WAIT)
    claim = operations.specs("pvc")["state-toezicht-decide-1"]
    assert claim["resources"]["requests"]["storage"] == "8Gi"


def test_values_that_the_new_chart_does_not_know_are_refused_before_anything_changes(operations: Operations) -> None:
    """By their names; and what the new chart would leave out is seen before."""
    refused = operations.helm("upgrade", chart.RELEASE, str(chart.CHART), values=BEFORE)
    assert refused.returncode != 0
    assert "secret" in refused.stderr
    reused = operations.helm("upgrade", chart.RELEASE, str(chart.CHART), "--reuse-values")
    assert reused.returncode != 0
    assert operations.images() == {"0.0.9"}
    silent = AFTER | {"processes": BEFORE["processes"]}  # notify as the older chart had it, which is not enabled now
    shown = operations.helm("upgrade", chart.RELEASE, str(chart.CHART), "--dry-run=server", values=silent)
    assert shown.returncode == 0, shown.stderr
    assert "name: toezicht-share\n" in shown.stdout
    assert "name: toezicht-notify\n" not in shown.stdout
