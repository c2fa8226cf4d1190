"""A system that is asked what changed: nothing is lost and nothing taken twice, whatever fails in between."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from schemas.incidents import Incident
from streams.errors import ConfigurationError, ToezichtError
from streams.intake.intake import Intake
from streams.intake.polling.asking import LARGEST_ANSWER, ApiClient
from streams.intake.polling.base import UnreadablePageError
from streams.intake.polling.poller import LONGEST_PAUSE_S, FailedAnswerError, Poller, PollPlace
from streams.intake.polling.systems import PAGE_SIZE, SYSTEMS
from streams.kafka.send_window import SendWindow
from streams.metrics import SOURCE_HEARD_AT
from tests.support.intake_http import NOW, StandIn
from tests.support.mutation import Mutator, tries
from tests.support.polled import TOKEN, PolledSystem, serving
from tests.support.producer import FakeProducer

SECOND = timedelta(seconds=1)
COUNT = 20_000


class Polling:
    """A poller of a system over real HTTP, and an intake over a producer in memory."""

    def __init__(self, folder: Path, system: PolledSystem, url: str, name: str = "signalen") -> None:
        self.folder, self.system, self.url, self.name = folder, system, url, name
        self.now, self.slept, self.stops = NOW, list[float](), False
        self.producer = FakeProducer()
        self.token = folder / "token"
        self.token.write_text(TOKEN + "\n")
        self.token.chmod(0o600)
        self.restart()

    def restart(self) -> None:
        """Begin as a process does that starts: it knows the place, and the topic's incidents."""
        known = self.incidents()
        window = SendWindow(lambda: self.producer, "kafka:9092", sleep=lambda _: None)
        window.connect()
        self.intake = Intake(StandIn(self.name), window, lambda: self.now, keeps_content=False)
        for incident in known:
            self.intake.recall(incident)
        self.place = PollPlace(self.folder / "poll.json", self.name)
        self.poller = Poller(
            SYSTEMS[self.name], ApiClient("intake poll", self.url, self.token), self.intake, self.place,
            NOW - timedelta(hours=1), lambda: self.now, self.slept.append, lambda: self.stops, lambda: 1.0,
        )  # fmt: skip

    def incidents(self) -> list[Incident]:
        return [each for each in self.producer.messages() if isinstance(each, Incident)]

    def ids(self) -> list[str]:
        return [each.source_id for each in self.incidents()]


@pytest.fixture(params=["signalen", "meldingen"])
def polling(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Polling]:
    """Yield a poller of each system."""
    system = PolledSystem()
    with serving(system) as url:
        yield Polling(tmp_path, system, url, request.param)


def test_what_changed_is_taken_once_and_in_order(polling: Polling) -> None:
    """The oldest change first; a round without news takes nothing, a change is an update."""
    for number in (3, 1, 2):
        polling.system.change(number, NOW - (10 - number) * SECOND)
    polling.poller.round()
    assert polling.ids() == ["1", "2", "3"]
    polling.poller.round()
    assert polling.ids() == ["1", "2", "3"]
    polling.system.change(1, NOW, category="bzdsbr")
    polling.poller.round()
    assert [(each.source_id, each.revision) for each in polling.incidents()[3:]] == [("1", 1)]


def test_a_system_that_says_that_nothing_is_new_is_not_silent(polling: Polling) -> None:
    """Else operations would be told so of a quiet night; a system that does not answer is."""
    polling.now += timedelta(hours=1)
    polling.poller.round()
    heard_at = SOURCE_HEARD_AT.labels(polling.name)._value
    assert heard_at.get() == polling.now.timestamp()
    polling.now += timedelta(hours=1)
    polling.system.answers = [(500, b"", {})]
    with pytest.raises(FailedAnswerError):
        polling.poller.round()
    assert heard_at.get() == polling.now.timestamp() - 3_600


def test_what_is_older_than_asked_for_is_left(polling: Polling) -> None:
    """The first time it begins where it was told to."""
    polling.system.change(1, NOW - timedelta(days=3))
    polling.system.change(2, NOW - timedelta(minutes=30))
    polling.poller.round()
    assert polling.ids() == ["2"]


def test_many_pages_are_read_though_reports_change_meanwhile(polling: Polling) -> None:
    """Nothing is shifted out between two pages; what changed comes again with its change."""
    count = 3 * PAGE_SIZE + 5
    for number in range(count):
        polling.system.change(number, NOW - timedelta(minutes=50) + number * SECOND)
    touched = iter(range(0, count, 7))

    def change_one() -> None:
        number = next(touched)
        polling.now += SECOND
        polling.system.change(number, polling.now, category="bzdsbr")

    polling.system.before_each = change_one
    polling.poller.round()
    polling.system.before_each = lambda: None
    polling.poller.round()
    assert set(polling.ids()) == {str(number) for number in range(count)}
    newest = {each.source_id: each.category_source for each in polling.incidents()}
    for number, report in polling.system.reports.items():
        assert newest[str(number)] == report.get("category", "unknown"), number


def test_a_whole_page_of_one_moment_is_passed(polling: Polling) -> None:
    """Many that were changed at once by a script: it does not ask for the same page for ever."""
    for number in range(2 * PAGE_SIZE + 10):
        polling.system.change(number, NOW - timedelta(minutes=5))
    polling.poller.round()
    assert Counter(polling.ids()) == Counter({str(number): 1 for number in range(2 * PAGE_SIZE + 10)})


def test_a_failure_in_the_middle_loses_nothing_and_repeats_nothing(polling: Polling) -> None:
    """Nor does a process that is killed then."""
    for number in range(3 * PAGE_SIZE):
        polling.system.change(number, NOW - timedelta(minutes=50) + number * SECOND)
    polling.system.before_each = lambda: (
        polling.system.answers.append((503, b"", {})) if len(polling.system.asked) == 2 else None
    )
    with pytest.raises(FailedAnswerError):
        polling.poller.round()
    polling.system.before_each = lambda: None
    polling.restart()
    polling.poller.round()
    assert Counter(polling.ids()) == Counter({str(number): 1 for number in range(3 * PAGE_SIZE)})


def test_its_place_moves_when_all_is_on_kafka(polling: Polling) -> None:
    """A stop before leaves it, and the same is read again."""
    polling.producer.confirms = False
    polling.system.change(1, NOW - 5 * SECOND)
    polling.intake.tend = lambda wait_s=0.0: setattr(polling, "stops", True)  # type: ignore[method-assign]
    polling.poller.round()
    assert not polling.place.path.exists()
    polling.producer.confirms, polling.stops = True, False
    polling.producer.sent.clear()
    polling.producer.confirmations.clear()
    polling.restart()
    polling.poller.round()
    assert polling.ids() == ["1"]
    assert polling.place.read(NOW - timedelta(days=9)) == NOW - 5 * SECOND


def test_a_clock_that_is_fast_passes_over_nothing(polling: Polling) -> None:
    """What a system dates ahead of now does not move the place ahead of it."""
    polling.system.change(1, NOW + timedelta(days=2))
    polling.poller.round()
    polling.system.change(2, NOW + SECOND)
    polling.now = NOW + 2 * SECOND
    polling.poller.round()
    assert set(polling.ids()) == {"1", "2"}


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((500, b"", {}), "status_5xx"),
        ((401, b"", {}), "refused"),
        ((404, b"", {}), "not_found"),
        ((302, b"", {"Location": "http://127.0.0.1:1/"}), "status_3xx"),
        ((200, b"<html>", {}), "unreadable"),
        ((200, b"{}", {}), "unreadable"),
        ((200, b"[" * 50_000, {}), "unreadable"),
        ((200, b" " * (LARGEST_ANSWER + 1), {}), "too_large"),
    ],
    ids=lambda value: str(value)[:12],
)
def test_any_other_answer_is_asked_again_later(
    polling: Polling, answer: tuple[int, bytes, dict[str, str]], code: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Told once; pauses grow to a minute; redirects are not followed, since the token would go with them."""
    polling.system.change(1, NOW - SECOND)
    polling.system.answers = [answer] * 8
    waits: list[float] = []

    def wait(pause_s: float) -> None:
        waits.append(pause_s)
        polling.stops = len(polling.system.answers) == 0 and bool(polling.ids())

    polling.poller._wait = wait  # type: ignore[method-assign]
    with caplog.at_level(logging.WARNING):
        polling.poller.run(15.0)
    assert waits == [1, 2, 4, 8, 16, 32, LONGEST_PAUSE_S, LONGEST_PAUSE_S, 15.0]
    assert [record.getMessage().split(",")[0] for record in caplog.records] == [f"{polling.name}: {code}"]
    assert polling.ids() == ["1"]


def test_a_system_that_says_when_to_come_back_is_obeyed(polling: Polling) -> None:
    """Up to a minute."""
    for value, least_s in (("7", 7.0), ("99999", LONGEST_PAUSE_S), ("soon", 1.0)):
        error = FailedAnswerError("x")
        polling.system.answers = [(429, b"", {"Retry-After": value})]
        with pytest.raises(FailedAnswerError) as caught:
            polling.poller.round()
        error = caught.value
        polling.poller._failures = 0
        assert polling.poller._failed(error) == least_s


def test_its_token_is_read_each_time_and_goes_nowhere_else(polling: Polling, caplog: pytest.LogCaptureFixture) -> None:
    """Replaced without a restart; in no log, and not accepted where others can read it."""
    polling.token.write_text("another")
    with caplog.at_level(logging.DEBUG), pytest.raises(FailedAnswerError, match="refused"):
        polling.poller.round()
    polling.token.write_text(TOKEN)
    polling.poller.round()
    assert polling.system.tokens == ["Bearer another", f"Bearer {TOKEN}"]
    assert TOKEN not in "".join(record.getMessage() for record in caplog.records if record.name.startswith("streams"))
    polling.token.chmod(0o644)
    with pytest.raises(FailedAnswerError, match="no_token"):
        polling.poller.round()
    with pytest.raises(ConfigurationError, match="0600"):
        ApiClient("intake poll", polling.url, polling.token)
    polling.token.chmod(0o600)
    with pytest.raises(ConfigurationError, match="https"):
        ApiClient("intake poll", "http://user:secret@signalen.example", polling.token)


def test_what_people_wrote_goes_nowhere(polling: Polling) -> None:
    """Neither what is taken nor what is refused."""
    polling.system.change(1, NOW - SECOND, text="Zwartjanssen 0612345678")
    polling.system.reports[2] = {"updated_at": NOW.isoformat(), "text": "Zwartjanssen 0612345678"}
    polling.system.page_size = 100
    polling.system.reports[2]["id"] = None
    del polling.system.reports[2]["id"]
    polling.system.reports = {1: polling.system.reports[1], 2: polling.system.reports[2] | {"id": ""}}
    polling.poller.round()
    shown = repr(polling.producer.sent).lower()
    assert "zwartjanssen" not in shown
    assert "0612345678" not in shown
    assert polling.producer.sent


def test_a_place_of_another_system_is_refused(tmp_path: Path) -> None:
    """It would pass over what it never read."""
    place = PollPlace(tmp_path / "poll.json", "signalen")
    place.write(NOW)
    assert PollPlace(tmp_path / "poll.json", "signalen").read(NOW + SECOND) == NOW
    with pytest.raises(ToezichtError, match="not the place of meldingen"):
        PollPlace(tmp_path / "poll.json", "meldingen").read(NOW)
    place.path.write_text("{")
    with pytest.raises(ToezichtError, match="remove it to begin anew"):
        place.read(NOW)


def test_a_mutated_answer_is_a_page_or_refused() -> None:
    """Nothing raises but what is meant to, and no page is larger than what came."""
    system = PolledSystem()
    for number in range(5):
        system.change(number, NOW - number * SECOND)
    since: datetime = NOW - timedelta(hours=1)
    signalen = json.dumps(system._signalen(
        {"updated_after": [since.isoformat()], "ordering": ["updated_at"], "page_size": ["2"], "page": ["1"]}
    )).encode()  # fmt: skip
    seeds = {"signalen": [signalen], "meldingen": [json.dumps(list(system.reports.values())).encode()]}
    results = Counter[str]()
    for name, lines in seeds.items():
        mutator = Mutator(31)
        for _ in range(tries(COUNT)):
            try:
                page = SYSTEMS[name].page(mutator.line(lines), since)
            except UnreadablePageError:
                results["refused"] += 1
                continue
            results["read"] += 1
            assert page.newest is None or page.newest.tzinfo is not None
    assert results["read"] > 0
    assert results["refused"] > 0
