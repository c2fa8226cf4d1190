"""Health means progress: who stands still is told, whether or not `/metrics` answers."""

from __future__ import annotations

import json
import urllib.request
from urllib.error import HTTPError

import pytest
from prometheus_client.exposition import make_wsgi_app

from streams.health import HEALTH, LIVE, PROGRESS_WITHIN_S, READY, TURN_WITHIN_S, Health, with_health
from streams.process import start_metrics, tell_ready
from streams.settings import Settings


class Clock:
    """A clock that stands until it is moved."""

    now_s = 100.0

    def __call__(self) -> float:
        """Return the time (s)."""
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    """Return a clock."""
    return Clock()


@pytest.fixture
def health(clock: Clock) -> Health:
    """Return a process without parts."""
    return Health(clock)


def test_a_process_that_began_nothing_lives_and_is_not_ready(health: Health) -> None:
    """Until it said that it does its work."""
    assert health.live() == ("200 OK", {})
    assert health.ready() == ("503 Service Unavailable", {"start": "not ready yet"})
    health.tell_ready()
    assert health.ready() == ("200 OK", {})


def test_a_part_that_takes_no_turn_needs_another_start(health: Health, clock: Clock) -> None:
    """At the limit it lives, behind it it does not, and with the next turn it does again."""
    turned = health.turns("event loop")
    health.tell_ready()
    clock.now_s += TURN_WITHIN_S
    assert health.live()[0] == health.ready()[0] == "200 OK"
    clock.now_s += 1.0
    told = {"event loop": "no turn for 91 s, expected one in 90 s"}
    assert health.live() == health.ready() == ("503 Service Unavailable", told)
    turned()
    assert health.live() == ("200 OK", {})


def test_a_part_that_waits_lives_and_is_not_ready(health: Health, clock: Clock) -> None:
    """A broker that is gone is no reason to start a process again: it would wait again."""
    progress = health.progress("decide")
    health.tell_ready()
    clock.now_s += PROGRESS_WITHIN_S + 1.0
    assert health.live() == ("200 OK", {})
    assert health.ready() == ("503 Service Unavailable", {"decide": "no progress for 61 s, expected one in 60 s"})
    progress()
    assert health.ready() == ("200 OK", {})


def test_a_part_is_asked_at_each_look(health: Health) -> None:
    """One that knows by itself for how long it has stood needs to give no sign."""
    stood_s = [0.0]
    health.asks("broker", lambda: stood_s[0])
    health.tell_ready()
    assert health.ready()[0] == "200 OK"
    stood_s[0] = PROGRESS_WITHIN_S + 1.0
    assert list(health.ready()[1]) == ["broker"]
    assert health.live()[0] == "200 OK"


def test_a_part_that_begins_again_takes_the_place_of_the_one_before(health: Health, clock: Clock) -> None:
    """A target that reconnected is judged by its new signs."""
    health.progress("notify-politie-mail")
    clock.now_s += 1_000.0
    health.progress("notify-politie-mail")
    health.tell_ready()
    assert health.ready() == ("200 OK", {})


def answered(health: Health, path: str) -> tuple[str, bytes]:
    """Return the status and the body of a request."""
    told: list[str] = []
    environ = {"PATH_INFO": path, "REQUEST_METHOD": "GET", "QUERY_STRING": ""}
    body = b"".join(with_health(make_wsgi_app(), health)(environ, lambda status, headers: told.append(status)))
    return told[0], body


def test_probes_and_metrics_share_a_port(health: Health, clock: Clock) -> None:
    """What stands still is named in the answer; a scrape is as it was."""
    health.turns("event loop")
    clock.now_s += 1_000.0
    status, body = answered(health, LIVE)
    assert status.startswith("503")
    assert json.loads(body)["silent"] == {"event loop": "no turn for 1000 s, expected one in 90 s"}
    assert answered(health, READY)[0].startswith("503")
    status, body = answered(health, "/metrics")
    assert status == "200 OK"
    assert b"python_info" in body


def test_a_process_answers_its_probes_over_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Kubernetes, compose and a load balancer ask; what `tell_ready` says is what they are told."""
    monkeypatch.setattr(HEALTH, "_beats", {})
    monkeypatch.setattr(HEALTH, "_ready", False)
    port = start_metrics(Settings(metrics_port=0))
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{LIVE}") as answer:
        assert json.load(answer) == {"status": "ok", "silent": {}}
    with pytest.raises(HTTPError, match="503"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}{READY}")
    tell_ready("a test", port)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{READY}") as answer:
        assert answer.status == 200
