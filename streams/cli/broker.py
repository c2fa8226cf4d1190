"""`toezicht broker`: the local Kafka by itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from streams.cli.options import say, started
from streams.local.broker import BrokerError, LocalBroker
from streams.local.cluster import POLL_S
from streams.local.kafka_jars import DownloadError
from streams.local.watchdog import Watchdog
from streams.process import stop_signals


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def broker(
        port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 picks a free one")] = 9092,
        heap_mb: Annotated[int, typer.Option(min=256, help="Java's heap limit in MiB")] = 512,
        data: Annotated[
            Path | None, typer.Option(help="Folder for its data, may be deleted afterwards; TOEZICHT_DATA/broker")
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print the address as JSON")] = False,
    ) -> None:
        """Run Apache Kafka 4 on this machine until Ctrl-C, and start it again where it dies.

        One node in KRaft mode, reachable from this machine only. It is downloaded once (43 MB) and then works without a
        network. It has no replicas: use KAFKA_BOOTSTRAP_SERVERS with a real cluster where nothing may be lost.

        Example: toezicht broker --port 9092
        """
        settings, _ = started()
        folder = data or settings.data / "broker"
        try:
            _run(LocalBroker(folder, settings.cache, port, heap_mb, say), as_json)
        except (BrokerError, DownloadError) as error:
            say(str(error))
            raise typer.Exit(1) from None


def _run(local: LocalBroker, as_json: bool) -> None:
    """Run it until a signal comes; raises BrokerError where it cannot be started."""
    with stop_signals() as stopping, Watchdog(local, say) as watchdog:
        address = {"bootstrap_servers": local.bootstrap_servers, "data": str(local.data_dir), "pid": local.pid}
        ready = f"broker ready at {local.bootstrap_servers}, data in {local.data_dir}"
        print(json.dumps(address) if as_json else ready, flush=True)
        while not stopping.wait(POLL_S):
            watchdog.poll()
