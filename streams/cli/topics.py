"""`toezicht topics`: create the topics on a cluster, or compare them with what they should be."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import Annotated

import typer

from streams.cli.options import require_cluster, started
from streams.config.partners import load_partners, wanted_topics
from streams.kafka.admin import apply, check
from streams.settings import KafkaSettings
from streams.topics import TopicSpec

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object for a program to read")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="Topics of the cluster that KAFKA_BOOTSTRAP_SERVERS names.")
    app.add_typer(group, name="topics")

    @group.command("apply")
    def apply_(as_json: AsJson = False) -> None:
        """Create the topics that are missing and correct the settings that differ.

        Those of partners follow from their file (TOEZICHT_PARTNERS). Never deletes a topic and never changes a partition count.
        Running it twice changes nothing the second time.

        Example: KAFKA_BOOTSTRAP_SERVERS=localhost:9092 toezicht topics apply
        """
        changes = apply(*_cluster())
        if as_json:
            typer.echo(json.dumps({"changes": [change.as_dict() for change in changes]}))
            return
        for change in changes:
            typer.echo(str(change))
        typer.echo(f"{len(changes)} changes" if changes else "nothing to change")

    @group.command("check")
    def check_(as_json: AsJson = False) -> None:
        """Report every difference: missing topics, partitions, copies, each setting, and what is kept too long.

        Exit code 0 without a difference, 1 with at least one, 2 when the cluster cannot be reached.

        Example: KAFKA_BOOTSTRAP_SERVERS=localhost:9092 toezicht topics check --json
        """
        found = check(*_cluster())
        if as_json:
            typer.echo(json.dumps({"differences": [difference.as_dict() for difference in found]}))
        else:
            for difference in found:
                typer.echo(str(difference))
            typer.echo(f"{len(found)} differences" if found else "all topics are as they should be")
        if found:
            raise typer.Exit(1)


def _cluster() -> tuple[KafkaSettings, Sequence[TopicSpec]]:
    """Return how to reach the cluster, and the topics that it should have."""
    settings, kafka = started()
    if settings.log_level != "DEBUG":
        logging.getLogger("kafka").setLevel(logging.CRITICAL)  # what goes wrong is told in one line, not in twenty
    require_cluster(kafka)
    return kafka, wanted_topics(load_partners(settings.partners))
