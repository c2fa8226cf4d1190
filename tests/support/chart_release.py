"""The chart as operations has it on a cluster: Helm and kubectl are run in a namespace of its own, as docs/upgrade.md has them.

No release was made yet. The older chart is the first that there was, which is the oldest that anybody can have installed: before
daily jobs, files of secrets per process and `exporter`. It is kept as Helm takes it: tests/data/kubernetes/README.md.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from tests.support import chart
from tests.support.api_server import ApiServer
from tests.support.installed import found

FIRST: Final = chart.KEPT.with_name("chart-first.tgz")
TOOLS: Final = {
    "helm": "go install helm.sh/helm/v3/cmd/helm@v3.22.0",
    "kubectl": "scripts/kube-apiserver.sh",
}
BEFORE: Final[dict[str, Any]] = {
    "kafka": chart.KAFKA,
    "config": {"configMap": "toezicht-config", "secret": "toezicht-partners"},
    "settings": {"TOEZICHT_ORGANISATION_NUMBER": "00000001234567890000", "TOEZICHT_PARTNERS": "/config/partners.yaml"},
    "image": {"registry": "registry.example/", "tag": "0.0.9", "pullSecrets": ["registry"]},
    "processes": {
        "decide": {"replicas": 2},
        "detect": {"replicas": 2},
        "notify": {"image": "partners", "command": ["notify"], "egress": ["partners"]},
        "trends": None,
    },
    "resources": chart.RESOURCES,
}
"""What a municipality with two workers for what is busiest, partners, and no plan of safety gave the older chart."""
AFTER: Final[dict[str, Any]] = BEFORE | {
    "config": {"configMap": "toezicht-config"},
    "settings": BEFORE["settings"] | {"TOEZICHT_LOG_FORMAT": "json"},
    "image": BEFORE["image"] | {"tag": "0.1.0"},
    "processes": BEFORE["processes"] | {"notify": {"enabled": True}},
    "topics": {"job": "apply"},
}
"""What it gives the present chart: what the changelog says, a new image, a setting, and topics by a job."""


class Seen(NamedTuple):
    """Seen: a pod after a change of it.

    Attributes:
        name: The pod.
        release: The tag of its image.
        phase: `Pending`, `Running`, `Succeeded`, `Failed`.
        ready: Whether it is ready.
        there: Whether it is there still.
        node: Where it is; empty before it is placed.
    """

    name: str
    release: str
    phase: str
    ready: bool
    there: bool
    node: str

    @classmethod
    def of(cls, event: dict[str, Any]) -> Seen:
        """Return what an event of a watch tells."""
        pod, there = event["object"], event["type"] != "DELETED"
        status = pod.get("status", {})
        image = pod["spec"]["containers"][0]["image"].rpartition(":")[2]
        node = pod["spec"].get("nodeName", "")
        return cls(pod["metadata"]["name"], image, status.get("phase", ""), there and is_ready(status), there, node)


def is_ready(status: dict[str, Any]) -> bool:
    """Return whether a pod of this status is ready."""
    return any((each["type"], each["status"]) == ("Ready", "True") for each in status.get("conditions", ()))


def _documents(text: str) -> Iterator[dict[str, Any]]:
    """Return documents of JSON, one after the other; the last may be cut off."""
    decoder = json.JSONDecoder()
    while text := text.lstrip():
        try:
            found, end = decoder.raw_decode(text)
        except json.JSONDecodeError:
            return
        yield found
        text = text[end:]


class Operations:
    """Operations: who installs the chart, upgrades it and goes back.

    Args:
        server: Where.
        namespace: Of the release, which has the chart's usual name.
        folder: Where Helm keeps what it wants to keep.
    """

    def __init__(self, server: ApiServer, namespace: str, folder: Path) -> None:
        self._tools = found(TOOLS)
        self.namespace = namespace
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "KUBECONFIG": str(server.kubeconfig),
        }

    def helm(self, *words: str, values: dict[str, Any] | None = None) -> subprocess.CompletedProcess[str]:
        """Run Helm, with values as a file of them."""
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(values, file)
            file.flush()
            given = ("--values", file.name) if values is not None else ()
            return self._run("helm", *words, *given)

    def install(self, of: Path, values: dict[str, Any], *words: str) -> None:
        """Install a chart, which must be taken."""
        done = self.helm("install", chart.RELEASE, str(of), *words, values=values)
        assert done.returncode == 0, done.stderr

    def upgrade(self, values: dict[str, Any], *words: str) -> None:
        """Upgrade to the present chart, which must be taken."""
        done = self.helm("upgrade", chart.RELEASE, str(chart.CHART), *words, values=values)
        assert done.returncode == 0, done.stderr

    def rollback(self, revision: int, *words: str) -> None:
        """Go back to a revision, which must be taken."""
        done = self.helm("rollback", chart.RELEASE, str(revision), *words)
        assert done.returncode == 0, done.stderr

    def kubectl(self, *words: str, given: str = "") -> str:
        """Run kubectl, which must be taken; return what it printed."""
        done = self._run("kubectl", *words, given=given)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def make(self, *resources: dict[str, Any]) -> None:
        """Create what the platform has before the chart."""
        self.kubectl("create", "-f", "-", given=yaml.safe_dump_all(resources))

    def listed(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the resources of a kind by their names."""
        found = json.loads(self.kubectl("get", kind, "-o", "json"))["items"]
        return {each["metadata"]["name"]: each for each in found}

    def specs(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return what is wanted of the resources of a kind by their names."""
        return {name: each["spec"] for name, each in self.listed(kind).items()}

    def replicas(self) -> dict[str, int]:
        """Return how many workers each process shall have."""
        return {name.removeprefix("toezicht-"): each["replicas"] for name, each in self.specs("statefulset").items()}

    def images(self) -> set[str]:
        """Return which releases' images the processes shall run."""
        pods = (each["template"]["spec"] for each in self.specs("statefulset").values())
        return {pod["containers"][0]["image"].rpartition(":")[2] for pod in pods}

    def claims(self) -> dict[str, str]:
        """Return which claims of volumes there are, and which each is: one that was made anew is another."""
        return {name: each["metadata"]["uid"] for name, each in self.listed("pvc").items()}

    def ready(self) -> dict[str, int]:
        """Return how many pods of each process are ready, of those that are there."""
        found: Counter[str] = Counter()
        for each in self.listed("pod").values():
            found[each["metadata"]["labels"]["app.kubernetes.io/component"]] += is_ready(each["status"])
        return dict(found)

    @contextmanager
    def watched(self) -> Iterator[list[Seen]]:
        """Yield a list that has each change of a pod once the block is over, in the order in which the server tells them."""
        words = ("get", "pods", "--watch", "--output-watch-events", "-o", "json")
        command = [self._tools["kubectl"], "--namespace", self.namespace, *words]
        seen: list[Seen] = []
        with tempfile.TemporaryFile("w+") as out:
            watch = subprocess.Popen(command, stdout=out, env=self._environment)
            try:
                yield seen
                time.sleep(1)  # what happened last is told by then, or what is asked below does not come out
            finally:
                watch.terminate()
                watch.wait(20)
            out.seek(0)
            seen.extend(map(Seen.of, _documents(out.read())))

    def _run(self, tool: str, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        command = [self._tools[tool], "--namespace", self.namespace, *words]
        return subprocess.run(
            command, capture_output=True, text=True, check=False, input=given, env=self._environment, timeout=300
        )


def platform(values: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what lies in the namespace before the chart: files, and Secrets with made-up words."""
    processes = yaml.safe_load((chart.CHART / "values.yaml").read_text())["processes"]
    names = ["toezicht-cluster-ca-cert", "toezicht-cameras", "toezicht-partners", "registry", *processes]
    meta = {"labels": {"made-by": "platform"}}
    secrets = [
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": each, **meta}, "stringData": {"password": "p"}}
        for each in names
    ]
    files = {"metadata": {"name": values["config"]["configMap"], **meta}, "data": {"cameras.yaml": "{}"}}
    return [{"apiVersion": "v1", "kind": "ConfigMap", **files}, *secrets]
