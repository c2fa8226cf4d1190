"""The deciding part in containers, by deploy/compose.yaml as it stands, under the load of `bench faults`.

podman and podman-compose stand for Docker. The broker is a process of this machine, since its image is not to be had without a
registry of images: containers reach it by the host's network, which is all that is added to the file.
"""

from __future__ import annotations

import os
import resource
import secrets
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

import yaml

from bench.faults.map import registry_document
from bench.faults.world import FaultWorld
from tests.support.compose import COMPOSE, DEPLOY
from tests.support.installed import found
from tests.support.worker_process import eventually

TOOLS: Final = {
    "podman": "Debian: podman",
    "podman-compose": "PyPI: podman-compose 1.6.0",
}
WITHIN_S: Final = 300.0
"""Only there to end a test that fails."""
BEFORE: Final = "localhost/toezicht:before"


class Containers:
    """Containers: podman and podman-compose, as this machine lets them.

    Args:
        folder: Where files for both are.
    """

    def __init__(self, folder: Path) -> None:
        self._tools = found(TOOLS)
        hard = {name: resource.getrlimit(kind)[1] for name, kind in (("nofile", resource.RLIMIT_NOFILE),)}
        limits = [
            f"nofile={hard['nofile']}:{hard['nofile']}",
            "nproc=4096:4096",
        ]  # podman's own may be above this machine's
        lines = ["[containers]", f"default_ulimits = {limits}"]
        if runc := shutil.which("runc", path=f"{os.environ['PATH']}:/usr/sbin"):  # which takes cgroups of both versions
            lines += ["[engine]", 'runtime = "runc"', "[engine.runtimes]", f'runc = ["{runc}"]']
        self._config = folder / "containers.conf"
        self._config.write_text("\n".join(lines).replace("'", '"') + "\n")

    def run(self, tool: str, *words: str, given: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run one of the two."""
        environment = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "CONTAINERS_CONF": str(self._config)}
        return subprocess.run(
            [self._tools[tool], *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=WITHIN_S,
            cwd=DEPLOY,
            env=environment | (given or {}),
        )

    def podman(self, *words: str) -> str:
        """Run podman, which must do it; return what it printed."""
        done = self.run("podman", *words)
        assert done.returncode == 0, f"{words}: {done.stderr}"
        return done.stdout.strip()


class ComposedWorld(FaultWorld):
    """Composed world: as the one of `bench faults`, with one container for all stages.

    Attributes:
        said: What each step printed, for who looks why it failed.
    """

    def __init__(self, folder: Path, progress: Callable[[str], None], containers: Containers) -> None:
        super().__init__(folder, progress, stages=())
        self._containers = containers
        self._project = f"toezicht-test-{secrets.token_hex(4)}"
        self._config = folder / "config"
        self._files: tuple[Path, ...] = ()
        self.said = ""

    def start(self) -> None:
        """Start the broker, and the release before in its container."""
        self._config.mkdir(parents=True)
        (self._config / "cameras.yaml").write_text(registry_document())
        near = {"network_mode": "host", "environment": {"TOEZICHT_METRICS_HOST": "127.0.0.1"}}
        added = dict.fromkeys(("topics", "deciding"), near)
        (self.folder / "near.yaml").write_text(yaml.safe_dump({"services": added}))
        before = {name: {"image": BEFORE} for name in added}
        (self.folder / "before.yaml").write_text(yaml.safe_dump({"services": before}))
        self._files = (DEPLOY / "compose.yaml", self.folder / "near.yaml", self.folder / "before.yaml")
        super().start()
        self.compose("up", "-d", "deciding")
        eventually(self.healthy, WITHIN_S)

    def take(self, newer: bool) -> None:
        """Take the file of the release: the one that stands there, or that of the release before."""
        self._files = self._files[:2] if newer else (*self._files[:2], self.folder / "before.yaml")

    def compose(self, *words: str) -> str:
        """Run a step as the page has it, which must do it; return what it printed."""
        given = {
            "CONFIG": str(self._config),
            "ALERTS": str(self._config),
            "GRAFANA_PASSWORD": secrets.token_hex(8),
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka.bootstrap_servers,
        }
        files = [word for path in self._files for word in ("--file", str(path))]
        done = self._containers.run("podman-compose", "--project-name", self._project, *files, *words, given=given)
        self.said = f"{' '.join(words)}: {done.returncode}\n{done.stdout[-4_000:]}\n{done.stderr[-4_000:]}"
        assert done.returncode == 0, self.said
        return done.stdout

    def healthy(self) -> bool:
        """Return whether the container's own test says that it gets on; nothing asks it by itself without systemd."""
        return self._containers.run("podman", "healthcheck", "run", self.container).returncode == 0

    @property
    def container(self) -> str:
        """Return the name of the container of the stages."""
        return f"{self._project}_deciding_1"

    def inspected(self, form: str) -> str:
        """Return what podman knows of the container of the stages."""
        return self._containers.podman("inspect", "--format", form, self.container)

    def await_whole(self) -> None:
        """Wait until the container is healthy."""
        eventually(self.healthy, WITHIN_S)

    def restarts(self) -> int:
        """Return how often the container was started again by itself."""
        return int(self.inspected("{{.RestartCount}}"))

    def stop(self) -> None:
        """Stop all of it, and leave no container and no volume."""
        try:
            if self._files:
                mine = self._containers.podman(
                    "ps", "--all", "--quiet", "--filter", f"label=com.docker.compose.project={self._project}"
                )
                self._containers.podman("rm", "--force", "--volumes", *mine.split())  # with those that have no name
                self.compose("down", "--volumes")
        finally:
            super().stop()


IMAGE_OF_THE_FILE: Final = f"localhost/{COMPOSE['services']['deciding']['image']}"
"""What the file asks for, as podman names it."""
