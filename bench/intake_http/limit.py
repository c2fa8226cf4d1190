"""Limit: an endpoint that verifies a signature, produces the body as it is, and answers when the broker has it; nothing more.

`python -m bench.intake_http.limit BROKER PORT SECRET`: the same server and the same producer's options as `toezicht intake http`.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any, Final

from kafka import KafkaProducer
from standardwebhooks import Webhook

from streams.intake.connected import PRODUCER_OPTIONS
from streams.intake.http.process import LINGER_MS
from streams.kafka.producer import OPTIONS
from streams.serving.patience import PatientProtocol
from streams.serving.served_at import ServedAt
from streams.serving.server import configured, listen, serve

TOPIC: Final = "bench-intake-http"
OK: Final = b'{"result": "taken"}'


class PlainEndpoint:
    """Plain endpoint: an ASGI application of one route.

    Args:
        producer: kafka-python's.
        secret: The only sender's.
    """

    def __init__(self, producer: Any, secret: str) -> None:
        self._producer = producer
        self._webhook = Webhook(secret)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request."""
        body = b""
        while (message := await receive()).get("more_body"):
            body += message["body"]
        body += message.get("body", b"")
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        self._webhook.verify(body, headers)
        loop = asyncio.get_running_loop()
        confirmed = loop.create_future()
        sent = self._producer.send(TOPIC, key=b"k", value=body)
        sent.add_callback(lambda _: loop.call_soon_threadsafe(confirmed.set_result, None))
        await confirmed
        head = [(b"content-type", b"application/json"), (b"content-length", str(len(OK)).encode())]
        await send({"type": "http.response.start", "status": 202, "headers": head})
        await send({"type": "http.response.body", "body": OK})


def main(broker: str, port: int, secret: str) -> None:
    """Serve until told to stop."""
    producer = KafkaProducer(**dict(OPTIONS) | PRODUCER_OPTIONS | {"bootstrap_servers": broker, "linger_ms": LINGER_MS})
    at = ServedAt("BENCH", "127.0.0.1", port)
    config = configured(PlainEndpoint(producer, secret), at, http=PatientProtocol)
    with listen(at) as listening:
        serve(config, listening, lambda: print("ready", flush=True), lambda: None)
    producer.close(1)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
