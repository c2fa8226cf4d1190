"""A request's way: refused before it is read, proven, held to its rate and its fields, and answered when the broker has it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

from schemas.dead_letters import DeadLetterReference
from schemas.incidents import Operation
from streams.intake.http.app import describe
from streams.intake.http.credentials import Credentials
from streams.intake.http.guard import LARGEST_BODY
from streams.intake.http.signature import TOLERANCE
from tests.support.intake_http import NOW, OTHER_SECRET, REPORT, SECRET, Served, sender, served, signed, write_senders
from tests.support.producer import FakeProducer

TOKEN = "a token of Signalen"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file of three senders: two partners, and a system that cannot sign."""
    signalen = {"id": "signalen", "may": ["signalen"], "tokens_sha256": [hashlib.sha256(TOKEN.encode()).hexdigest()]}
    return write_senders(tmp_path / "intake.yaml", sender(), sender("ggd", secrets=[OTHER_SECRET]), signalen)


def _run(
    file: Path, main: Callable[[Served], Awaitable[None]], producer: FakeProducer | None = None, **changes: Any
) -> Served:
    """Run a test with an application; return it afterwards."""

    async def within() -> Served:
        async with served(Credentials(file), producer, **changes) as app:
            await main(app)
            return app

    return asyncio.run(within())


def test_a_report_is_answered_when_the_broker_has_it(file: Path) -> None:
    """202 and its identity; not before the confirmation."""
    producer = FakeProducer(confirms=False)

    async def main(app: Served) -> None:
        waiting = asyncio.create_task(app.post(REPORT))
        while not producer.sent:
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.05)
        assert not waiting.done()
        producer.confirmations[0].confirm()
        answer = await waiting
        assert answer.status_code == 202
        incident = app.incidents()[0]
        assert answer.json() == {
            "result": "created", "incident_id": incident.incident_id, "revision": 0, "notes": [], "fields": [],
        }  # fmt: skip
        assert (incident.source, incident.source_id, incident.place) == (
            "politie-gms",
            "2026-4711",
            "Stadsplein, Amstelveen",
        )
        assert incident.reported_at == NOW.replace(microsecond=0)

    _run(file, main, producer)


def test_the_same_report_again_changes_nothing_and_another_content_updates(file: Path) -> None:
    """Under other ids of messages: what a report is, is told by its own id."""

    async def main(app: Served) -> None:
        results = [
            (await app.post(document, f"m{number}")).json()["result"]
            for number, document in enumerate(
                [
                    REPORT,
                    REPORT,
                    REPORT | {"priority": "A0"},
                    REPORT | {"operation": "cancel"},
                    REPORT | {"operation": "test"},
                ]
            )
        ]
        assert results == ["created", "duplicate", "updated", "cancelled", "not_for_us"]
        assert [each.operation for each in app.incidents()] == [Operation.CREATE, Operation.UPDATE, Operation.CANCEL]

    _run(file, main)


def test_a_message_that_comes_again_gets_its_first_answer(file: Path) -> None:
    """A sender that tries again signs anew, under the same id; one id for two messages is a fault of its own."""

    async def main(app: Served) -> None:
        first = await app.post(REPORT)
        await app.post(REPORT | {"operation": "cancel"}, "m2")
        again = await app.post(REPORT, at=NOW + timedelta(seconds=1))
        assert again.status_code == 202
        assert again.json() == first.json()
        other = await app.post(REPORT | {"priority": "P 2"})
        assert (other.status_code, other.json()["code"]) == (409, "id_reused")
        assert len(app.incidents()) == 2

    _run(file, main)


def test_a_recorded_request_does_nothing_when_it_is_sent_again(file: Path) -> None:
    """Neither to this process, nor to one that started since and knows no ids, nor later."""
    body = json.dumps(REPORT).encode()
    recorded = signed(body)

    async def first(app: Served) -> None:
        assert (await app.client.post("/incidents", content=body, headers=recorded)).status_code == 202
        assert (
            await app.post(REPORT | {"operation": "cancel"}, "m2", at=NOW + timedelta(seconds=5))
        ).status_code == 202
        again = await app.client.post("/incidents", content=body, headers=recorded)
        assert again.json()["result"] == "created"
        assert len(app.incidents()) == 2

    known = _run(file, first).incidents()

    async def after_a_restart(app: Served) -> None:
        again = await app.client.post("/incidents", content=body, headers=recorded)
        assert again.json()["result"] == "after_cancel"
        app.now = NOW + TOLERANCE + timedelta(seconds=1)
        later = await app.client.post("/incidents", content=body, headers=recorded)
        assert (later.status_code, later.json()["code"]) == (401, "signature_too_old")
        assert app.incidents() == []

    _run(file, after_a_restart, known=known)


def test_two_that_are_under_way_at_once_are_one(file: Path) -> None:
    """The second waits for the answer of the first."""
    producer = FakeProducer(confirms=False)

    async def main(app: Served) -> None:
        both = [asyncio.create_task(app.post(REPORT)) for _ in range(2)]
        while not producer.sent:
            await asyncio.sleep(0.001)
        producer.confirmations[0].confirm()
        answers = [await each for each in both]
        assert [each.status_code for each in answers] == [202, 202]
        assert answers[0].json() == answers[1].json()
        assert len(producer.sent) == 1

    _run(file, main, producer)


def test_a_broker_that_is_away_is_no_202(file: Path) -> None:
    """The sender is told to come back, and then learns that its report arrived."""
    producer = FakeProducer(confirms=False)

    async def main(app: Served) -> None:
        answer = await app.post(REPORT)
        assert (answer.status_code, answer.json()["code"]) == (503, "not_confirmed")
        assert answer.headers["retry-after"] == "5"
        producer.confirmations[0].confirm()
        again = await app.post(REPORT, at=NOW + timedelta(seconds=10))
        assert (again.status_code, again.json()["result"]) == (202, "duplicate")
        assert len(app.incidents()) == 1

    _run(file, main, producer, answer_within_s=0.05)


def test_all_faults_are_told_at_once_as_a_problem(file: Path) -> None:
    """By field, with what was expected, and without a value of it."""

    async def main(app: Served) -> None:
        answer = await app.post({"source": 5, "priority": "Zwartjanssen", "position": "thuis"})
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["code"] == "invalid"
        assert [fault["field"] for fault in problem["fields"]] == ["source", "source_id", "priority", "position"]
        assert "Zwartjanssen" not in answer.text
        assert app.producer.sent == []

    _run(file, main)


def test_a_report_is_not_lost_by_one_of_its_other_fields(file: Path) -> None:
    """It is taken, and the answer tells which field and what was expected; a sender that prefers it strict is refused."""
    odd = REPORT | {"priority": "heel erg", "position": {"lat": 4.8573, "lon": 52.30633}}

    async def main(app: Served) -> None:
        strict = await app.post(odd, Prefer="handling=strict")
        assert strict.status_code == 422
        assert [fault["field"] for fault in strict.json()["fields"]] == ["priority", "position"]
        assert app.producer.sent == []
        answer = await app.post(odd, "m2")
        assert answer.status_code == 202
        assert [(each["field"], each["note"]) for each in answer.json()["fields"]] == [
            ("priority", "priority_unknown"),
            ("position", "position_swapped"),
        ]
        assert answer.json()["notes"] == ["position_swapped", "priority_unknown"]

    _run(file, main)


def test_a_partner_reports_under_its_own_sources_alone(file: Path) -> None:
    """Whatever it signs."""

    async def main(app: Served) -> None:
        answer = await app.post(REPORT | {"source": "ggd"})
        assert (answer.status_code, answer.json()["code"]) == (403, "not_your_source")
        own = await app.post(REPORT | {"source": "ggd"}, secret=OTHER_SECRET, name="ggd")
        assert own.status_code == 202
        other = await app.post(REPORT, secret=OTHER_SECRET, name="politie-gms")
        assert (other.status_code, other.json()["code"]) == (401, "signature_wrong")
        assert [each.source for each in app.incidents()] == ["ggd"]

    _run(file, main)


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Toezicht-Sender": "nobody"}, 401, "sender_unknown"),
        ({"Toezicht-Sender": "signalen"}, 403, "not_allowed"),
        ({"webhook-signature": "v1,AAAA"}, 401, "signature_wrong"),
        ({"webhook-timestamp": "0"}, 401, "signature_too_old"),
        ({"webhook-id": ""}, 401, "signature_missing"),
        ({"Content-Encoding": "gzip"}, 415, "packed"),
        ({"Content-Encoding": "identity, br"}, 415, "packed"),
        ({"Content-Type": "text/plain"}, 415, "not_json"),
        ({"Content-Length": str(LARGEST_BODY + 1)}, 413, "too_large"),
        ({"Content-Length": "9" * 30}, 413, "too_large"),
        ({"Content-Length": "-1"}, 413, "too_large"),
        ({"Transfer-Encoding": "chunked"}, 411, "no_length"),
    ],
)
def test_what_may_not_come_is_refused_under_a_code(file: Path, headers: dict[str, str], status: int, code: str) -> None:
    """As problem+json with all headers of an answer, counted, and never on Kafka."""
    counted = {"route": "incidents", "result": code}
    before = REGISTRY.get_sample_value("toezicht_intake_requests_total", counted) or 0.0

    async def main(app: Served) -> None:
        body = json.dumps(REPORT).encode()
        answer = await app.client.post("/incidents", content=body, headers=signed(body) | headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert app.producer.sent == []

    _run(file, main)
    after = REGISTRY.get_sample_value("toezicht_intake_requests_total", counted) or 0.0
    assert after == before + (status not in {411, 413, 415})  # what the guard refuses is no request of a route


def test_a_sender_is_held_to_its_own_rate(file: Path) -> None:
    """429 tells when to come back; nobody can use up another one's share, least of all without a secret."""
    write_senders(file, sender(per_minute=60, burst=2), sender("ggd", secrets=[OTHER_SECRET]))

    async def main(app: Served) -> None:
        for number in range(10):
            await app.post(REPORT, f"x{number}", secret=OTHER_SECRET)  # somebody who says to be the police
        answers = [await app.post(REPORT, f"m{number}") for number in range(3)]
        assert [each.status_code for each in answers] == [202, 202, 429]
        assert answers[2].json()["code"] == "too_many"
        assert answers[2].headers["retry-after"] == "1"
        assert (await app.post(REPORT | {"source": "ggd"}, secret=OTHER_SECRET, name="ggd")).status_code == 202
        app.now_s = 1.0
        assert (await app.post(REPORT, "m3")).status_code == 202

    _run(file, main)


def test_a_secret_is_replaced_without_a_restart(file: Path) -> None:
    """Old, both, new: each holds from the next look at the file on."""

    async def main(app: Served) -> None:
        async def status(secret: str, message_id: str) -> int:
            return (await app.post(REPORT, message_id, secret=secret)).status_code

        assert [await status(SECRET, "a1"), await status(OTHER_SECRET, "a2")] == [202, 401]
        write_senders(file, sender(secrets=[OTHER_SECRET, SECRET]))
        assert app.parts.credentials.look_again()
        assert [await status(SECRET, "b1"), await status(OTHER_SECRET, "b2")] == [202, 202]
        write_senders(file, sender(secrets=[OTHER_SECRET]))
        assert app.parts.credentials.look_again()
        assert [await status(SECRET, "c1"), await status(OTHER_SECRET, "c2")] == [401, 202]

    _run(file, main)


def test_a_body_that_dawdles_is_not_waited_for(file: Path) -> None:
    """408, and the connection is closed: what is left of the body is not read."""

    async def slow() -> Any:
        yield b"{"
        await asyncio.sleep(60)
        yield b"}"

    async def main(app: Served) -> None:
        headers = signed(b"{}") | {"Content-Length": "2"}
        answer = await app.client.post("/incidents", content=slow(), headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (408, "too_slow")
        assert answer.headers["connection"] == "close"

    _run(file, main, body_within_s=0.05)


def test_a_system_posts_its_own_documents(file: Path) -> None:
    """With a token of which the file has the hash, or signed; its own source reads them, and no other sender may."""

    async def main(app: Served) -> None:
        def post(token: str, document: bytes = b'{"id": 5, "text": "Zwartjanssen"}', name: str = "signalen") -> Any:
            headers = {"Content-Type": "application/json", "Toezicht-Sender": name, "Authorization": f"Bearer {token}"}
            return app.client.post("/webhooks/signalen", content=document, headers=headers)

        answer = await post(TOKEN)
        assert (answer.status_code, answer.json()["result"]) == (202, "created")
        assert (await post("another")).json()["code"] == "token_wrong"
        assert (await post("")).json()["code"] == "token_wrong"
        assert (await post(TOKEN, name="politie-gms")).json()["code"] == "not_allowed"
        assert (await post(TOKEN, b"[" * 1_000)).status_code == 422
        assert [(each.source, each.source_id) for each in app.incidents()] == [("signalen", "5")]
        assert b"Zwartjanssen" not in b"".join(value for _, _, value, _ in app.producer.sent)
        assert (await app.client.post("/webhooks/meldingen", content=b"{}", headers=signed(b"{}"))).status_code == 404

    _run(file, main)


def test_a_signed_webhook_has_its_replay_window(file: Path) -> None:
    """As a partner's report."""
    write_senders(file, {"id": "signalen", "may": ["signalen"], "secrets": [SECRET]})

    async def main(app: Served) -> None:
        assert (await app.post({"id": 6}, path="/webhooks/signalen", name="signalen")).status_code == 202
        late = await app.post({"id": 6}, "m2", "/webhooks/signalen", name="signalen", at=NOW - timedelta(minutes=6))
        assert (late.status_code, late.json()["code"]) == (401, "signature_too_old")

    _run(file, main)


def test_what_a_source_refuses_is_told_and_set_aside_without_its_content(file: Path) -> None:
    """Its sender has it; operations see that and why, and nothing of what people wrote is on Kafka."""

    async def main(app: Served) -> None:
        headers = {
            "Content-Type": "application/json",
            "Toezicht-Sender": "signalen",
            "Authorization": f"Bearer {TOKEN}",
        }
        broken = b'{"text": "P 1 Zwartjanssen 0612345678"}'
        answer = await app.client.post("/webhooks/signalen", content=broken, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "not_json")
        old = await app.post(REPORT | {"occurred_at": "2026-10-01T00:00:00Z", "text": "Zwartjanssen"})
        assert (old.status_code, old.json()["code"]) == (422, "too_late")
        letters = [each for each in app.producer.messages() if isinstance(each, DeadLetterReference)]
        assert [(each.topic, each.urgent) for each in letters] == [("signalen", True), ("recorded", True)]
        assert [value for _, _, value, _ in app.producer.sent] == [b"", b""]
        assert "Zwartjanssen" not in repr(app.producer.sent)
        assert "0612345678" not in repr(app.producer.sent)

    _run(file, main)


def test_planted_names_reach_neither_kafka_nor_logs_nor_metrics(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Wherever a name, a telephone number or a circumstance stands in a request: in headers, keys, values, texts."""
    planted = "Zwartjanssen"
    documents: list[Any] = [
        REPORT | {name: f"{planted} 0612345678 hartklachten"} for name in REPORT if name not in {"source", "source_id"}
    ]
    documents += [
        REPORT | {planted: planted, "text": planted},
        REPORT | {"place": {planted: 1, "street": f"{planted} x" * 9}},
    ]
    documents += [{"source": planted}, f'{{"{planted}"'.encode(), [planted]]

    async def main(app: Served) -> None:
        for number, document in enumerate(documents):
            answer = await app.post(document, f"m{number}", **{"X-Name": planted, "Prefer": planted})
            assert planted not in answer.text + repr(answer.headers)
        for header in ("Toezicht-Sender", "webhook-id", "webhook-timestamp", "webhook-signature", "Authorization"):
            answer = await app.client.post("/incidents", content=b"{}", headers=signed(b"{}") | {header: planted})
            assert planted not in answer.text + repr(answer.headers)

    with caplog.at_level(logging.DEBUG, "streams"):
        app = _run(file, main)
    metrics = "".join(f"{sample}" for family in REGISTRY.collect() for sample in family.samples)
    assert app.incidents()
    for place in (repr(app.producer.sent), caplog.text, metrics):
        assert planted.lower() not in place.lower()
        assert "0612345678" not in place
        assert "hartklachten" not in place


@pytest.mark.parametrize("value", ["m\r\nX-Evil: 1", "a\nERROR toezicht forged line", "\x1b[2J", "\u202e"])
def test_no_header_gets_into_a_log_line_or_an_answer(file: Path, value: str, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever somebody sends: no line of a log is forged and no header of an answer made by it."""
    import contextlib

    async def main(app: Served) -> None:
        for header in ("Toezicht-Sender", "webhook-id", "webhook-signature", "X-Request-Id", "Prefer", "User-Agent"):
            scope_headers = [
                (name.lower().encode(), text.encode("latin-1", "replace")) for name, text in signed(b"{}").items()
            ]
            scope_headers = [each for each in scope_headers if each[0] != header.lower().encode()]
            scope_headers.append((header.lower().encode(), value.encode("latin-1", "replace")))
            sent: list[Any] = []

            async def receive() -> dict[str, Any]:
                return {"type": "http.request", "body": b"{}", "more_body": False}

            async def send(message: Any, sent: list[Any] = sent) -> None:
                sent.append(message)

            scope = {
                "type": "http", "method": "POST", "path": "/incidents", "raw_path": b"/incidents", "query_string": b"",
                "headers": scope_headers, "http_version": "1.1", "scheme": "http", "server": ("intake", 80), "client": None,
                "root_path": "", "asgi": {"version": "3.0"},
            }  # fmt: skip
            with contextlib.suppress(ConnectionError):
                await app.client._transport.app(scope, receive, send)  # type: ignore[attr-defined]
            assert sent[0]["status"] in {401, 403, 422}
            shown = repr(sent)
            assert "X-Evil" not in shown
            assert "forged" not in shown

    with caplog.at_level(logging.DEBUG, "streams"):
        _run(file, main)
    assert "forged" not in caplog.text
    assert "X-Evil" not in caplog.text


def test_load_balancers_are_told_whether_it_takes_reports(file: Path) -> None:
    """It lives from the start, and is ready once its desks are."""

    async def main(app: Served) -> None:
        assert (await app.client.get("/healthz")).json() == {"status": "ok"}
        assert (await app.client.get("/readyz")).status_code == 200
        app.parts.desks["signalen"].stop()
        answer = await app.client.get("/readyz")
        assert (answer.status_code, answer.json()) == (503, {"ready": False, "waiting_for": ["signalen"]})

    _run(file, main)


def test_when_a_sender_was_last_heard_is_a_metric(file: Path) -> None:
    """By its id, once it proved who it is."""

    async def main(app: Served) -> None:
        await app.post(REPORT | {"source": "ggd"}, secret=OTHER_SECRET, name="ggd")

    _run(file, main)
    assert (REGISTRY.get_sample_value("toezicht_intake_heard_at", {"intake": "incidents", "sender": "ggd"}) or 0) > 0


def test_a_defect_of_ours_is_a_problem_and_in_the_log(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Its sender learns nothing of it, and the headers are those of any answer."""

    async def main(app: Served) -> None:
        app.parts.replays.first = None  # type: ignore[assignment, method-assign]
        answer = await app.post(REPORT)
        assert (answer.status_code, answer.json()["code"]) == (500, "error")
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "NoneType" not in answer.text

    with caplog.at_level(logging.ERROR, "streams.intake.http.direct"):
        _run(file, main)
    assert "a request could not be answered" in caplog.text
    assert REPORT["source_id"] not in caplog.text


def test_what_is_posted_goes_to_its_handler_and_the_rest_to_the_framework(file: Path) -> None:
    """Another method, another path: told as problems; a path is taken as it stands there."""

    async def main(app: Served) -> None:
        for method, path, status in (
            ("GET", "/incidents", 405),
            ("PUT", "/incidents", 405),
            ("POST", "/incidents/", 307),
            ("POST", "/webhooks/other", 404),
            ("GET", "/healthz", 200),
        ):
            answer = await app.client.request(method, path, headers={"content-type": "application/json"})
            assert answer.status_code == status, path

    _run(file, main)


def test_the_openapi_document_describes_what_partners_send(file: Path) -> None:
    """The report's fields, the headers of the signature, and problems."""
    document = describe(["signalen"])
    assert set(document["paths"]) == {"/incidents", "/webhooks/signalen", "/healthz", "/readyz"}
    post = document["paths"]["/incidents"]["post"]
    schema = post["requestBody"]["content"]["application/json"]["schema"]
    assert schema["required"] == ["source", "source_id"]
    assert {each["name"] for each in post["parameters"]} >= {"Toezicht-Sender", "webhook-id", "webhook-signature"}
    assert "202" in post["responses"]
    names = set(document["components"]["schemas"])
    assert {"ReportPlace", "ReportPosition", "TakenBody", "ProblemBody"} <= names
    referred = {part.split('"')[0] for part in json.dumps(document).split("#/components/schemas/")[1:]}
    assert referred <= names
