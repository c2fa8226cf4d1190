"""The page for installers is run, command by command, with thirty cameras that send."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
import yaml

from streams.cameras.table import EXAMPLE
from streams.config.registry import load_registry
from tests.support.rtsp_serving import server_runs, serving

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "installing-cameras.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines() if line]
CAMERAS = 30

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(
        not server_runs(), reason="Debian's GStreamer RTSP server is not there (tests/integration/test_rtsp.py)"
    ),
]


def test_thirty_cameras(tmp_path: Path) -> None:
    """Every command of the page, in its order; in the end thirty cameras give pictures of the size that the registry says."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "deploy").mkdir()
    program = tmp_path / "bin" / "toezicht"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m streams.cli "$@"\n')
    program.chmod(0o755)
    document = yaml.safe_load((ROOT / "deploy" / "cameras.yaml").read_text(encoding="utf-8"))
    always = [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "until": "00:00"}]
    document["cameras"][0]["legal"] |= {"viewing_windows": always, "valid_until": "2099-01-01"}
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TOEZICHT_", "KAFKA_"))}
    environment |= {"PATH": f"{program.parent}:{environment['PATH']}", "PYTHONPATH": str(ROOT)}
    with serving("digest", "tcp") as server:
        place, login = f"127.0.0.1:{server.port}/cam", "bob:pw-Zq7-unlikely"
        url = f"rtsp://${{PLEIN_2_LOGIN}}@{place}"
        document["cameras"][0] |= {
            "width_px": 320,
            "height_px": 240,
            "source": {"url": url},
            "masks": {"version": "1", "polygons": []},
        }
        document["cameras"][0]["zones"][0]["polygon"] = [[0, 0], [320, 0], [320, 240]]
        (tmp_path / "deploy" / "cameras.yaml").write_text(yaml.safe_dump(document))
        done = ""
        for command in COMMANDS:
            real = (
                command.replace("10.0.3.7/stream2", place)
                .replace("viewer:p@ss/word", login)
                .replace("p@ss/word", login[4:])
            )
            if real.startswith("export "):
                done += f"{real}\n"  # each command has a shell of its own
            script = f"set -e\n{done}{real}\n"
            if " draw " in real:
                _drawn(script, tmp_path, environment)
                continue
            ended = subprocess.run(
                ["bash", "-c", script],
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=600,
            )
            assert ended.returncode == 0, (command, ended.stdout, ended.stderr)
            assert login[4:] not in ended.stdout + ended.stderr
            if "--example" in real:
                assert (tmp_path / "cameras.csv").read_text() == EXAMPLE
                (tmp_path / "cameras.csv").write_text(_table(place))
            if "--pictures" in real:
                assert (
                    f"{CAMERAS + 1} cameras: {CAMERAS + 1} in order, 0 with a problem, {CAMERAS + 1} opened"
                    in ended.stdout
                )
    assert len(list((tmp_path / "stills").glob("*.jpg"))) == CAMERAS + 1
    registry = load_registry(tmp_path / "cameras.yaml")
    assert len(registry.cameras) == CAMERAS + 1
    drawn = registry.camera("plein-1")
    assert drawn is not None
    assert drawn.masks.polygons == (((10, 10), (90, 10), (90, 90)),)


def _table(place: str) -> str:
    """Return the page's table with thirty cameras that are there: one's password in a file, the others' in one variable."""
    head = EXAMPLE.splitlines()[0]
    rest = "320,240,90,70,40,stadsplein-1,"
    first = f"plein-1,Plein 1,amstelveen,52.30615,4.85689,rtsp://bob@{place},secrets/plein-1,{rest}"
    others = [
        f"plein-{n},Plein {n},amstelveen,52.30615,4.85689,rtsp://${{PLEIN_2_LOGIN}}@{place},,{rest}"
        for n in range(2, CAMERAS + 1)
    ]
    return "\n".join([head, first, *others, ""])


def _drawn(script: str, folder: Path, environment: dict[str, str]) -> None:
    """Run the command, and save one mask as its page would."""
    process = subprocess.Popen(
        ["bash", "-c", script], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        with urlopen(f"{address}camera.json", timeout=60) as answer:
            shapes = json.load(answer)["shapes"]
        shapes["masks"] = [[[10, 10], [90, 10], [90, 90]]]
        headers = {"Content-Type": "application/json", "Origin": address.rsplit("/", 2)[0]}
        with urlopen(Request(f"{address}save", json.dumps(shapes).encode(), headers), timeout=60) as answer:
            assert "masks of plein-1 saved" in json.load(answer)["saved"]
        assert process.wait(60) == 0
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
