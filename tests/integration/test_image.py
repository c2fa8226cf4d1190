"""An image that was built runs the decision side: a report, a camera's evidence, an action, a partner that answers.

`deploy/build-image.sh core`, then `TOEZICHT_TEST_IMAGE=localhost/toezicht-core:0.1.0`: building takes minutes, no test does it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.settings import Settings

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(900)]
IMAGE = os.environ.get("TOEZICHT_TEST_IMAGE", "")
CAMERAS = Path(__file__).parents[2] / "deploy" / "cameras.yaml"
PIPELINE = """\
registry: /given/cameras.yaml
broker: {port: 0, heap_mb: 512}
processes:
  - {name: deciding, command: [worker, observe, locate, corroborate, decide]}
  - {name: share, command: [worker, share]}
  - {name: audit, command: [worker, audit]}
  - {name: completeness, command: [completeness]}
"""
SCENARIO = """\
set -eu
cd /var/lib/toezicht
toezicht up /given/pipeline.yaml > up.log 2>&1 &
up=$!
trap 'kill $up; wait $up || true' EXIT
for _ in $(seq 240); do grep -q 'Kafka at' up.log && break; kill -0 $up || { cat up.log >&2; exit 1; }; sleep 0.5; done
export KAFKA_BOOTSTRAP_SERVERS=$(sed -n 's/.*\\(127.0.0.1:[0-9]*\\).*/\\1/p' up.log | head -1)

toezicht topics check --json
toezicht canary --once --json
TOEZICHT_REGISTRY=/given/cameras.yaml toezicht drill --json
for port in $(sed -n 's/.*"127.0.0.1:\\([0-9]*\\)".*/\\1/p' run/prometheus-targets.json); do
  python -c "import urllib.request as r; print(r.urlopen('http://127.0.0.1:$port/readyz').read().decode().strip())"
done
"""


@pytest.fixture
def container() -> Iterator[str]:
    """Yield a container of the image, which is removed."""
    if not IMAGE:
        pytest.skip(
            "no image to try: deploy/build-image.sh core, then TOEZICHT_TEST_IMAGE=localhost/toezicht-core:0.1.0"
        )
    if os.geteuid() != 0 or shutil.which("buildah") is None:
        pytest.skip("needs root and buildah (Debian's package)")
    made = subprocess.run(["buildah", "from", "--pull-never", IMAGE], check=True, capture_output=True, text=True)
    name = made.stdout.strip()
    yield name
    subprocess.run(["buildah", "rm", name], check=True, capture_output=True)


def in_container(container: str, *command: str, volumes: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Run a command as the image's user."""
    mounts = [word for volume in volumes for word in ("--volume", volume)]
    line = ["buildah", "run", "--isolation", "chroot", "--user", "10001:10001", *mounts, container, "--", *command]
    return subprocess.run(line, capture_output=True, text=True, check=False)


def test_the_image_has_no_compiler_no_way_to_a_privilege_and_no_package_tool_of_python(container: str) -> None:
    """What a process that is taken over could use to go on."""
    for tool in ("gcc", "cc", "g++", "make", "ld", "pip", "pip3", "uv", "git", "curl", "wget"):
        assert in_container(container, "sh", "-c", f"command -v {tool}").returncode != 0, tool
    privileged = in_container(container, "find", "/", "-xdev", "-perm", "/6000", "-type", "f")
    assert privileged.stdout == ""
    assert in_container(container, "id", "-u").stdout.strip() == "10001"


def test_the_decision_side_runs_in_the_image(container: str, tmp_path: Path) -> None:
    """The canary comes back, an exercise reaches a partner and its answer the list; each process tells that it is ready."""
    (tmp_path / "cameras.yaml").write_text(CAMERAS.read_text())
    (tmp_path / "pipeline.yaml").write_text(PIPELINE)
    tmp_path.chmod(0o755)
    cache = Settings().cache
    volumes = (f"{tmp_path}:/given:ro", f"{cache}:/var/lib/toezicht/cache:ro")
    done = in_container(container, "sh", "-c", SCENARIO, volumes=volumes)
    assert done.returncode == 0, done.stdout + done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert told[0] == {"differences": []}
    assert {each["step"] for each in told if "step" in each} >= {"report", "action"}
    assert any("legs_ms" in each for each in told)
    ready = [each for each in told if "silent" in each]
    assert len(ready) == 5  # the four processes, and `up` itself
    assert all(each == {"status": "ok", "silent": {}} for each in ready)
    print(done.stdout)


@pytest.mark.skipif("vision" not in IMAGE, reason="needs an image with pixels: deploy/build-image.sh vision")
def test_the_demo_runs_to_its_end_in_the_image(container: str, tmp_path: Path) -> None:
    """Cameras, YOLO, all stages and the page; the alerts are those of the scenario (`--check`)."""
    (tmp_path / "demo.sh").write_text("cd /var/lib/toezicht && exec toezicht demo --once --check\n")
    tmp_path.chmod(0o755)
    volumes, given = [f"{tmp_path}:/given:ro", f"{Settings().cache}:/var/lib/toezicht/cache:ro"], []
    for name in ("TOEZICHT_MODELS", "TOEZICHT_DEMO_VIDEO", "TOEZICHT_DEMO_CALIBRATION"):
        if path := os.environ.get(name, ""):
            volumes.append(f"{Path(path).resolve().parent}:/given-{name.lower()}:ro")
            given.append(f"{name}=/given-{name.lower()}/{Path(path).name}")
    done = in_container(container, "env", *given, "sh", "/given/demo.sh", volumes=tuple(volumes))
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["frames"] > 0
    assert told["detections"] > 0
