"""The recipe for whoever reads alerts, run as it stands in docs/partners.md on a real broker, and killed again and again."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from schemas.alerts import Alert
from streams.settings import KafkaSettings
from tests.support.partner_programs import alert, block, tell
from tests.support.worker_process import eventually

pytestmark = pytest.mark.integration

WITHIN_S: Final = 90.0
"""Only there to end a test that fails."""
KILLS: Final = 6


class Recipe:
    """The page's program, in a folder of its own."""

    def __init__(self, folder: Path, kafka: KafkaSettings) -> None:
        self._code = block("docs/partners.md", "python", "mine.db").replace("localhost:9092", kafka.bootstrap_servers)
        self._folder = folder

    def start(self) -> None:
        """Start it."""
        with (self._folder / "said").open("a") as out:
            self._process = subprocess.Popen([sys.executable, "-c", self._code], cwd=self._folder, stdout=out)

    def kill(self) -> None:
        """Kill it as a power cut would."""
        self._process.kill()
        self._process.wait()

    def said(self) -> list[str]:
        """Return the ids of all that it did, in the order in which it did it."""
        path = self._folder / "said"
        return [line.split()[0] for line in path.read_text().splitlines()] if path.exists() else []

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return what its database has."""
        if not (self._folder / "mine.db").exists():
            return []
        with closing(sqlite3.connect(self._folder / "mine.db", timeout=30)) as mine:
            return mine.execute(query).fetchall()

    def done(self) -> set[str]:
        """Return the ids of what it noted as done."""
        try:
            return {str(row[0]) for row in self.rows("SELECT id FROM work WHERE done")}
        except sqlite3.OperationalError:
            return set()  # it has not begun yet


def test_nothing_is_lost_or_done_twice_by_id_however_often_it_is_killed(
    empty_kafka: KafkaSettings, tmp_path: Path
) -> None:
    """It takes each change once, older and repeated ones never, whatever moment it is killed at."""
    recipe, sent, chance = Recipe(tmp_path, empty_kafka), list[Alert](), random.Random(17)
    for number in range(KILLS):
        sent += [alert(f"a-{name}", revision) for name in range(number * 5, number * 5 + 5) for revision in (0, 1)]
        tell(empty_kafka, *sent[-10:], *chance.choices(sent, k=10))  # and some of before again
        recipe.start()
        time.sleep(chance.uniform(0.3, 1.5))
        recipe.kill()
    recipe.start()
    try:
        newest = {f"{each.alert_id}/{each.revision}" for each in sent if each.revision == 1}
        eventually(lambda: newest <= recipe.done(), WITHIN_S)
        tell(empty_kafka, alert("a-0", 0), alert("a-0", 1), alert("late", 3))
        eventually(lambda: "late/3" in recipe.done(), WITHIN_S)
    finally:
        recipe.kill()
    ids = {f"{each.alert_id}/{each.revision}" for each in sent} | {"late/3"}
    said = recipe.said()
    assert set(said) <= ids
    assert newest <= set(said)
    # the one thing that may be told twice, under the same id, is what was done and not yet written down when it was killed
    twice = sum(count - 1 for count in Counter(said).values())
    assert twice <= KILLS
    for each in sent:
        if f"{each.alert_id}/0" in said and each.revision == 1:
            assert said.index(f"{each.alert_id}/0") < said.index(f"{each.alert_id}/1")
    assert recipe.rows("SELECT count(*) FROM work WHERE NOT done") == [(0,)]
    assert dict(recipe.rows("SELECT alert_id, revision FROM alert")) == {each.alert_id: 1 for each in sent} | {
        "late": 3
    }
