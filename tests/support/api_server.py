"""A Kubernetes API server of its own, with etcd: what it answers when it is given resources. No controller and no node runs.

Both are programs on the PATH: `etcd` (Debian: etcd-server) and `kube-apiserver`, which `scripts/kube-apiserver.sh` builds.
"""

from __future__ import annotations

import secrets
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import httpx2
import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from streams.local.broker import free_port
from tests.support.installed import found

WITHIN_S: Final = 300.0
"""Only there to end a test that fails."""
TOOLS: Final = {
    "etcd": "Debian: etcd-server",
    "kube-apiserver": "scripts/kube-apiserver.sh",
}


class ApiServer:
    """API server: what a client with all rights asks of it.

    Args:
        client: Asks, as a member of `system:masters`.
        kubeconfig: By which kubectl and Helm ask, as the same.
    """

    def __init__(self, client: httpx2.Client, kubeconfig: Path) -> None:
        self._client = client
        self.kubeconfig = kubeconfig
        self._plurals: dict[str, dict[str, str]] = {}

    def version(self) -> str:
        """Return its version."""
        return str(self._client.get("/version").json()["gitVersion"])

    def get(self, path: str) -> httpx2.Response:
        """Ask."""
        return self._client.get(path)

    def knows(self, resource: dict[str, Any]) -> bool:
        """Return whether it serves the type of a resource: one that was defined takes a moment."""
        return resource["kind"] in self._named(resource["apiVersion"])

    def apply(self, resource: dict[str, Any], namespace: str = "", dry_run: bool = True) -> httpx2.Response:
        """Apply a resource as `kubectl apply --server-side` does, refusing unknown fields; nothing is kept of a dry run."""
        query = {"fieldManager": "test", "force": "true", "fieldValidation": "Strict"}
        return self._client.patch(
            f"{self._address(resource, namespace)}/{resource['metadata']['name']}",
            params=query | ({"dryRun": "All"} if dry_run else {}),
            headers={"content-type": "application/apply-patch+yaml"},
            content=yaml.safe_dump(resource),
        )

    def _address(self, resource: dict[str, Any], namespace: str) -> str:
        version = resource["apiVersion"]
        if resource["kind"] not in self._plurals.get(version, {}):
            self._plurals[version] = self._named(version)
        plural = self._plurals[version][resource["kind"]]
        group = _group(version)
        return f"{group}/namespaces/{namespace}/{plural}" if namespace else f"{group}/{plural}"

    def _named(self, version: str) -> dict[str, str]:
        """Return what the server calls the types of a version, by their kinds."""
        listed = self._client.get(_group(version))
        named = listed.json().get("resources", ()) if listed.status_code == 200 else ()
        return {each["kind"]: each["name"] for each in named if "/" not in each["name"]}


def _group(version: str) -> str:
    return f"/apis/{version}" if "/" in version else f"/api/{version}"


@contextmanager
def api_server(folder: Path) -> Iterator[ApiServer]:
    """Yield a server that is ready; it, its etcd and their data end with it."""
    paths, token = found(TOOLS), secrets.token_hex(16)
    etcd_port, peer_port, port = free_port(), free_port(), free_port()
    key = folder / "accounts.pem"
    key.write_bytes(
        rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )
    tokens = folder / "tokens.csv"
    tokens.touch(0o600)
    tokens.write_text(f'{token},admin,1,"system:masters"\n')
    store, peer = f"http://127.0.0.1:{etcd_port}", f"http://127.0.0.1:{peer_port}"
    with ExitStack() as stack:
        stack.enter_context(
            running(folder / "etcd.log", paths["etcd"], "--data-dir", str(folder / "etcd"),
                     "--listen-client-urls", store, "--advertise-client-urls", store, "--listen-peer-urls", peer,
                     "--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}", "--unsafe-no-fsync")
        )  # fmt: skip
        server = stack.enter_context(
            running(folder / "apiserver.log", paths["kube-apiserver"], "--etcd-servers", store,
                     "--bind-address", "127.0.0.1", "--advertise-address", "127.0.0.1", "--secure-port", str(port),
                     "--cert-dir", str(folder / "certs"), "--token-auth-file", str(tokens),
                     "--service-cluster-ip-range", "10.96.0.0/24", "--authorization-mode", "RBAC",
                     "--service-account-issuer", "https://127.0.0.1", "--service-account-key-file", str(key),
                     "--service-account-signing-key-file", str(key))
        )  # fmt: skip
        deadline_s = time.monotonic() + WITHIN_S
        certificate = folder / "certs" / "apiserver.crt"
        while not certificate.exists():
            _still(server, folder, deadline_s)
        context = ssl.create_default_context(cafile=str(certificate))
        client = stack.enter_context(
            httpx2.Client(
                base_url=f"https://127.0.0.1:{port}",
                verify=context,
                timeout=60,
                headers={"authorization": f"Bearer {token}"},
            )
        )
        while not _ready(client):
            _still(server, folder, deadline_s)
        yield ApiServer(client, _kubeconfig(folder, str(client.base_url), certificate, token))


def _kubeconfig(folder: Path, address: str, authority: Path, token: str) -> Path:
    """Write by what kubectl and Helm find the server."""
    named = {"cluster": "test", "user": "admin"}
    path = folder / "kubeconfig"
    path.touch(0o600)
    path.write_text(yaml.safe_dump({
        "apiVersion": "v1", "kind": "Config", "current-context": "test", "contexts": [{"name": "test", "context": named}],
        "clusters": [{"name": "test", "cluster": {"server": address, "certificate-authority": str(authority)}}],
        "users": [{"name": "admin", "user": {"token": token}}],
    }))  # fmt: skip
    return path


def _ready(client: httpx2.Client) -> bool:
    try:
        return client.get("/readyz").status_code == 200
    except httpx2.TransportError:
        return False


def _still(server: subprocess.Popen[bytes], folder: Path, deadline_s: float) -> None:
    """Wait a moment; what does not run, or takes too long, is told with the end of its log."""
    told = (folder / "apiserver.log").read_text(errors="replace")[-2_000:]
    assert server.poll() is None, told
    assert time.monotonic() < deadline_s, told
    time.sleep(0.2)


@contextmanager
def running(log: Path, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program until the block ends; what it says is in the log."""
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, cwd=log.parent)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
