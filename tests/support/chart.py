"""The chart as Helm makes resources of it, kept so that they can be looked at where there is no Helm.

`python -m tests.support.chart` renders it anew, with helm on the PATH (`go install helm.sh/helm/v3/cmd/helm@v3.22.0`).
"""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).parents[2]
CHART: Final = ROOT / "deploy" / "helm" / "toezicht"
KEPT: Final = ROOT / "tests" / "data" / "kubernetes" / "rendered.json.gz"
RELEASE: Final = "toezicht"
KUBERNETES: Final = "1.33.0"
"""The version whose types the resources are held against."""
KAFKA: Final = {"bootstrapServers": "kafka-kafka-bootstrap.kafka:9093"}
RESOURCES: Final = {"requests": {"cpu": "1"}, "limits": {"memory": "2Gi"}}
CASES: Final[dict[str, dict[str, Any]]] = {
    "least": {"kafka": KAFKA},
    "everything": {
        "kafka": KAFKA,
        "config": {"configMap": "cameras", "models": "models"},
        "image": {"registry": "registry.example/", "tag": "1.2.3", "pullSecrets": ["registry"]},
        "processes": {
            "notify": {"enabled": True},
            "intake-http": {"enabled": True},
            "logbook": {"enabled": True, "env": {"TOEZICHT_LOGBOOK_TO": "https://logboek.example/v1/traces"}},
            "trends": None,
            "detect": {"replicas": 2, "scale": None},
        },
        "daily": {"backup": {"schedule": "30 4 * * *", "minutes": 90, "resources": RESOURCES}},
        "backups": {"claim": "elsewhere"},
        "storageClassName": "fast",
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "tolerations": [{"key": "cameras", "operator": "Exists"}],
        "topics": {"job": "apply"},
        "keda": {"enabled": True},
        "podMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
    },
    "certificates": {
        "kafka": KAFKA | {"securityProtocol": "SSL"},
        "keda": {"enabled": True},
        "topics": {"job": "check"},
        "daily": {"delete": None},
    },
    "open": {"kafka": KAFKA, "networkPolicy": {"enabled": False}},
}  # fmt: skip


def digest() -> str:
    """Return what tells whether any file of the chart changed."""
    found = hashlib.sha256()
    for path in sorted(path for path in CHART.rglob("*") if path.is_file()):
        found.update(f"{path.relative_to(CHART)}\0".encode() + path.read_bytes() + b"\0")
    return found.hexdigest()


def kept() -> dict[str, list[dict[str, Any]]]:
    """Return the kept resources of each case."""
    found: dict[str, list[dict[str, Any]]] = _kept()["cases"]
    return found


def kept_digest() -> str:
    """Return the chart that they were made of."""
    return str(_kept()["chart"])


def _kept() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(gzip.decompress(KEPT.read_bytes()))
    return found


def helm(tool: str, values: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    """Run Helm on the chart with these values."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        yaml.safe_dump(values, file)
        file.flush()
        command = [tool, "template", RELEASE, str(CHART), "--namespace", RELEASE, "--kube-version", KUBERNETES]
        return subprocess.run([*command, "--values", file.name], capture_output=True, text=True, check=False)


def rendered(tool: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what Helm makes of the chart."""
    made = helm(tool, values)
    assert made.returncode == 0, made.stderr
    return [document for document in yaml.safe_load_all(made.stdout) if document]


def main() -> None:
    """Keep what Helm makes of the chart now."""
    told = {"chart": digest(), "cases": {name: rendered("helm", values) for name, values in CASES.items()}}
    with KEPT.open("wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
        packed.write(json.dumps(told, sort_keys=True, separators=(",", ":")).encode())


if __name__ == "__main__":
    main()
