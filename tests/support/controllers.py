"""Controllers, a scheduler and nodes that are none, beside an API server: what is wanted comes about, but no container runs.

Three programs on the PATH: `kube-controller-manager` and `kube-scheduler`, which `scripts/kube-apiserver.sh` builds too, and
kwok, which stands for nodes: a pod that is placed on one is told to run and to be ready, without its probes.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from tests.support.api_server import WITHIN_S, ApiServer, running
from tests.support.installed import found
from tests.support.worker_process import eventually

TOOLS: Final = {
    "kube-controller-manager": "scripts/kube-apiserver.sh",
    "kube-scheduler": "scripts/kube-apiserver.sh",
    "kwok": "go install sigs.k8s.io/kwok/cmd/kwok@v0.7.0",
}
NODES: Final = ("node-0", "node-1", "node-2")
VOLUMES: Final = 120


@contextmanager
def controllers(server: ApiServer, folder: Path) -> Iterator[None]:
    """Run them until the block ends; nodes are ready, and volumes are there to be claimed."""
    paths = found(TOOLS)
    alone = (
        "--kubeconfig",
        str(server.kubeconfig),
        "--leader-elect=false",
        "--bind-address=127.0.0.1",
        "--secure-port=0",
    )
    with ExitStack() as stack:
        for name in NODES:
            _make(server, node(name))
        for number in range(VOLUMES):
            _make(server, volume(number))
        for tool, words in {
            "kube-controller-manager": (
                *alone,
                "--service-account-private-key-file",
                str(folder / "accounts.pem"),
                "--node-monitor-grace-period=1h",  # a busy machine is no node that is gone
            ),
            "kube-scheduler": alone,
            "kwok": ("--kubeconfig", str(server.kubeconfig), "--manage-all-nodes=true", "--node-ip=127.0.0.1"),
        }.items():
            process = stack.enter_context(running(folder / f"{tool}.log", paths[tool], *words))
            stack.callback(_told_if_ended, process, folder / f"{tool}.log")
        eventually(lambda: all(_ready(server, name) for name in NODES), WITHIN_S)
        yield


def _told_if_ended(process: subprocess.Popen[bytes], log: Path) -> None:
    assert process.poll() is None, log.read_text(errors="replace")[-2_000:]


def _make(server: ApiServer, resource: dict[str, Any]) -> None:
    answer = server.apply(resource, dry_run=False)
    assert answer.status_code == 201, answer.text


def _ready(server: ApiServer, name: str) -> bool:
    conditions = server.get(f"/api/v1/nodes/{name}").json().get("status", {}).get("conditions", ())
    return any((each["type"], each["status"]) == ("Ready", "True") for each in conditions)


def node(name: str) -> dict[str, Any]:
    """Return a node that no kubelet stands behind."""
    labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "type": "kwok"}
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}}


def volume(number: int) -> dict[str, Any]:
    """Return a volume that a claim without a class can have; nothing is ever written there."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": f"volume-{number}"},
        "spec": {
            "capacity": {"storage": "20Gi"},
            "accessModes": ["ReadWriteOnce"],
            "persistentVolumeReclaimPolicy": "Retain",
            "hostPath": {"path": f"/nowhere/volume-{number}"},
        },
    }
