"""Install, upgrade, the way back and removal on a real API server, as docs/upgrade.md has them for Kubernetes.

Skipped, with what is missing, where there is no `kube-apiserver`, `etcd`, `helm` and `kubectl`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from tests.support import chart
from tests.support.api_server import ApiServer, api_server
from tests.support.chart_release import AFTER, BEFORE, FIRST, Operations, platform, tools

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

STOPPED: Final = ("decide", "share")
"""What the changelog names here: all workers of it at once."""
Make = Callable[[], Operations]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """Yield a server."""
    tools()
    with api_server(tmp_path_factory.mktemp("api")) as found:
        yield found


@pytest.fixture
def operations(server: ApiServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operations]:
    """Yield who has the older release in a namespace of its own, where pods are restricted."""
    folder = tmp_path_factory.mktemp("helm")
    name = f"room-{next(_numbers)}"
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
    assert server.apply(namespace, dry_run=False).status_code == 201
    found = Operations(server, name, folder)
    found.make(*platform(BEFORE))
    found.install(FIRST, BEFORE)
    yield found
    found.helm("uninstall", chart.RELEASE)


_numbers = itertools.count()


def stop(operations: Operations) -> None:
    """Stop all workers of what the changelog names."""
    operations.kubectl("scale", "--replicas=0", *(f"statefulset/toezicht-{name}" for name in STOPPED))


def secrets(operations: Operations) -> dict[str, str]:
    """Return which Secrets of the platform there are, and of which version each is."""
    found = operations.listed("secret").items()
    mine = {name: each for name, each in found if each["metadata"].get("labels", {}).get("made-by") == "platform"}
    assert len(mine) == len(found) - sum(name.startswith("sh.helm.release") for name, _ in found)
    return {name: each["metadata"]["resourceVersion"] for name, each in mine.items()}


def test_an_upgrade_is_taken_and_workers_that_were_stopped_return(operations: Operations) -> None:
    """Nothing is refused; what the changelog names stands still until the new release is there, and is as many as before."""
    before, kept = operations.replicas(), secrets(operations)
    assert (before["decide"], before["share"], before["notify"], operations.images()) == (2, 1, 1, {"0.0.9"})
    stop(operations)
    assert {name: count for name, count in operations.replicas().items() if count == 0} == dict.fromkeys(STOPPED, 0)
    operations.upgrade(AFTER)
    assert operations.replicas() == before | {"exporter": 1}
    assert operations.images() == {"0.1.0"}
    assert set(operations.listed("cronjob")) == {"toezicht-delete", "toezicht-backup"}
    assert secrets(operations) == kept
    decide = operations.specs("statefulset")["toezicht-decide"]["template"]["spec"]["containers"][0]["env"]
    password = next(each for each in decide if each["name"] == "KAFKA_SASL_PASSWORD")
    assert password["valueFrom"] == {"secretKeyRef": {"name": "decide", "key": "password"}}
    assert {"name": "TOEZICHT_LOG_FORMAT", "value": "json"} in decide


def test_the_way_back_is_what_was_there_before(operations: Operations) -> None:
    """Each resource is wanted as the older release had it, backups stay, and the newer release comes again."""
    kinds = ("statefulset", "service", "poddisruptionbudget", "networkpolicy", "cronjob")
    before = {kind: wanted(operations, kind) for kind in kinds}
    operations.upgrade(AFTER)
    after = {kind: wanted(operations, kind) for kind in kinds}
    assert after["statefulset"] != before["statefulset"]
    stop(operations)
    operations.rollback(1)
    assert {kind: wanted(operations, kind) for kind in kinds} == before
    assert set(operations.listed("pvc")) >= {"toezicht-backups"}
    operations.upgrade(AFTER)
    assert {kind: wanted(operations, kind) for kind in kinds} == after


def wanted(operations: Operations, kind: str) -> dict[str, dict[str, Any]]:
    """Return what is wanted of the resources of a kind; an address that the cluster gives is none of it."""
    given = {"clusterIP", "clusterIPs"}
    return {
        name: {field: value for field, value in each.items() if field not in given}
        for name, each in operations.specs(kind).items()
    }


def test_what_must_outlive_the_chart_stays(operations: Operations) -> None:
    """The backups' volume and the Secrets; whoever installs again under the same name has them."""
    operations.upgrade(AFTER)
    kept, claim = secrets(operations), operations.listed("pvc")["toezicht-backups"]["metadata"]["uid"]
    done = operations.helm("uninstall", chart.RELEASE)
    assert done.returncode == 0, done.stderr
    assert "toezicht-backups" in done.stdout  # Helm tells what it keeps
    assert operations.listed("statefulset") == {}
    assert secrets(operations) == kept
    operations.install(chart.CHART, AFTER)
    assert operations.listed("pvc")["toezicht-backups"]["metadata"]["uid"] == claim


def test_another_size_of_a_volume_is_refused(operations: Operations) -> None:
    """The cluster says so, and the way back is open."""
    larger = AFTER | {"processes": AFTER["processes"] | {"decide": {"replicas": 2, "state": "8Gi"}}}
    refused = operations.helm("upgrade", chart.RELEASE, str(chart.CHART), values=larger)
    assert refused.returncode != 0
    assert 'StatefulSet.apps "toezicht-decide" is invalid: spec: Forbidden' in refused.stderr
    operations.rollback(1)
    assert operations.images() == {"0.0.9"}


def test_values_that_the_new_chart_does_not_know_are_refused_before_anything_changes(operations: Operations) -> None:
    """By their names; and what the new chart would leave out is seen before."""
    refused = operations.helm("upgrade", chart.RELEASE, str(chart.CHART), values=BEFORE)
    assert refused.returncode != 0
    assert "Additional property secret is not allowed" in refused.stderr or "'secret' not allowed" in refused.stderr
    reused = operations.helm("upgrade", chart.RELEASE, str(chart.CHART), "--reuse-values")
    assert reused.returncode != 0
    assert operations.images() == {"0.0.9"}
    silent = AFTER | {"processes": BEFORE["processes"]}  # notify as the older chart had it, which is not enabled now
    shown = operations.helm("upgrade", chart.RELEASE, str(chart.CHART), "--dry-run=server", values=silent)
    assert shown.returncode == 0, shown.stderr
    assert "name: toezicht-share\n" in shown.stdout
    assert "name: toezicht-notify\n" not in shown.stdout
