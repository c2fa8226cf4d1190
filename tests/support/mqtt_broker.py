"""A real mosquitto for tests: TLS and logins, on a free port of this machine, with a store that outlives it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

WITHIN_S: Final = 20.0


@contextmanager
def mosquitto(folder: Path, port: int, users: dict[str, str], certificate: Path, key: Path) -> Iterator[None]:
    """Run a broker that takes TLS and these users alone; what it keeps for sessions is in the folder."""
    program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
    passwords = folder / "passwords"
    passwords.write_text("".join(f"{name}:{password}\n" for name, password in users.items()))
    passwords.chmod(0o600)
    subprocess.run(["mosquitto_passwd", "-U", str(passwords)], check=True, capture_output=True)
    config = folder / "mosquitto.conf"
    config.write_text(
        f"listener {port} 127.0.0.1\ncertfile {certificate}\nkeyfile {key}\nallow_anonymous false\n"
        f"password_file {passwords}\npersistence true\npersistence_location {folder}/\nautosave_interval 1\n"
        "max_inflight_messages 0\nmax_queued_messages 100000\nuser root\n"
    )
    with (folder / "mosquitto.log").open("ab") as log:
        process = subprocess.Popen([program, "-c", str(config)], stdout=log, stderr=log)
    try:
        deadline_s = time.monotonic() + WITHIN_S
        while time.monotonic() < deadline_s and process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        else:
            raise AssertionError((folder / "mosquitto.log").read_text())
        yield
    finally:
        process.terminate()
        process.wait(WITHIN_S)
