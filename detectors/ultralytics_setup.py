"""ultralytics and OpenVINO, told to be quiet: no telemetry, nothing installed while running or written to the user's home.

Everything here that uses ultralytics calls `prepare_ultralytics` before its first import, since ultralytics reads these
variables once. Its import takes seconds (torch), so it is never done at the top of a module.

Threads: ultralytics sets torch to one thread (OMP_NUM_THREADS=1), which suits the small tensors after a prediction. It also
sets OpenCV to one thread, for its training; that is undone here, since HOG uses OpenCV's threads.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Final

FOLDER_VARIABLE: Final = "YOLO_CONFIG_DIR"
_UNWANTED: Final = (
    "sync",
    "clearml",
    "comet",
    "dvc",
    "mlflow",
    "raytune",
    "tensorboard",
    "wandb",
    "vscode_msg",
    "openvino_msg",
)
"""ultralytics' settings that send usage data or look for other services."""

_OPENVINO_TELEMETRY: Final = "openvino_telemetry"


def prepare_openvino() -> None:
    """Let OpenVINO be imported without what sends usage data from a process of its own and keeps an id in the home.

    To be called before its first import; it does without that package.
    """
    sys.modules.setdefault(_OPENVINO_TELEMETRY, None)  # type: ignore[arg-type]


def prepare_ultralytics(cache: Path | None = None, allow_download: bool = False) -> None:
    """Import ultralytics, and let OpenVINO be imported, with everything off that reaches outside.

    May be called again; what ultralytics has read by then stays.

    Args:
        cache: Folder in which ultralytics may keep its settings; a temporary one where nothing is given or set.
        allow_download: Whether ultralytics may look for a network, to download weights.
    """
    if cache is not None:
        os.environ[FOLDER_VARIABLE] = str(cache / "ultralytics")
    elif not os.environ.get(FOLDER_VARIABLE):
        os.environ[FOLDER_VARIABLE] = str(Path(tempfile.gettempdir()) / f"toezicht-ultralytics-{os.getuid()}")
    Path(os.environ[FOLDER_VARIABLE]).mkdir(parents=True, exist_ok=True)
    os.environ["YOLO_AUTOINSTALL"] = "false"
    os.environ["YOLO_VERBOSE"] = "false"
    if not allow_download:
        os.environ["YOLO_OFFLINE"] = "true"
    prepare_openvino()
    from detectors.opencv import cv2

    threads = cv2.getNumThreads()
    from ultralytics.utils import SETTINGS

    cv2.setNumThreads(threads)
    unwanted = {name: False for name in _UNWANTED if SETTINGS.get(name, False)}
    if unwanted:
        SETTINGS.update(unwanted)
