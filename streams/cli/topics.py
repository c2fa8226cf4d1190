"""`toezicht topics`: create the topics on a cluster, or compare them with what they should be; who may do what with them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from streams.cli.options import require_cluster, started
from streams.config.partners import load_partners, wanted_topics
from streams.errors import ConfigurationError
from streams.kafka.access.acl_admin import add_acls, found_acls, remove_acls
from streams.kafka.access.acls import Acl, kafka_acls_lines
from streams.kafka.admin import apply, check
from streams.rights.granting import KIND, AclComparison, Grants, compare
from streams.rights.partners import PartnerPrincipal, connected
from streams.rights.strimzi import Authentication, StrimziCluster, as_yaml, resources
from streams.settings import KafkaSettings, read_settings
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

    group.command("acls")(_acls)
    group.command("strimzi")(_strimzi)


def _acls(
    names: Annotated[list[str] | None, typer.Argument(help="Processes and partners; all if left out")] = None,
    user: Annotated[
        list[str] | None,
        typer.Option(help="NAME=USER: the user of a process, where that is not its name; may be repeated"),
    ] = None,
    partner: Annotated[
        list[str] | None,
        typer.Option(help="ID or ID=USER: a partner, in place of those of TOEZICHT_PARTNERS; may be repeated"),
    ] = None,
    commands: Annotated[bool, typer.Option("--commands", help="Print lines for Kafka's own kafka-acls.sh")] = False,
    compared: Annotated[
        bool, typer.Option("--check", help="Compare with the cluster; code 1 with a difference")
    ] = False,
    applied: Annotated[bool, typer.Option("--apply", help="Add to the cluster what is missing")] = False,
    removed: Annotated[
        bool,
        typer.Option("--remove", help="With --apply: also remove what nobody of ours needs; never what is others'"),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print who may do what on the cluster, the least that each process and each partner needs; or compare, or apply it.

    A process comes by the user of its name (`decide`, `capture`, `console`, …). A worker of several stages has one user: name
    it for each of them. A partner reads `partner-ID` and `partner-ID-health`, answers on `partner-ID-answers`, in consumer groups
    `ID` and `ID-…`.
    Nothing else is allowed to anybody; the brokers must be told `allow.everyone.if.no.acl.found=false` (docs/security.md).

    Without --check and --apply no cluster is asked. --apply adds what is missing and tells what is more than needed; running it
    twice changes nothing the second time. It needs a user who may (`topics`, or one of the brokers' super.users).

    Exit code 0 without a difference, or after --apply; 1 where --check finds one; 2 when the cluster cannot be reached.

    Example: toezicht topics acls --user locate=worker --user corroborate=worker --user decide=worker --partner politie --apply
    """
    if removed and not applied:
        raise ConfigurationError("topics acls", "--remove", "alone", "together with --apply")
    partners = [PartnerPrincipal.named(*each.split("=", 1)) for each in partner or ()] or _partners()
    everybody = Grants.of(dict(_pair(each) for each in user or ()), partners)
    wanted = everybody.only(names or ()).acls()
    if not compared and not applied:
        _print(wanted, commands, as_json)
        return
    kafka, _ = _cluster()
    found = compare(wanted, found_acls(kafka), everybody.acls())
    if applied:
        add_acls(kafka, found.missing)
        if removed:
            remove_acls(kafka, found.excess)
    _tell(found, applied=applied, removed=removed, as_json=as_json)
    if compared and not applied and (found.missing or found.excess):
        raise typer.Exit(1)


def _strimzi(
    cluster: Annotated[str, typer.Option(help="Name of the cluster: of the resource Kafka")] = "toezicht",
    replicas: Annotated[int, typer.Option(min=1, max=9, help="Copies of each topic; from 3 on, 2 must be in step")] = 3,
    authentication: Annotated[Authentication, typer.Option(help="How users come")] = "scram-sha-512",
    api_version: Annotated[str, typer.Option(help="Of Strimzi's resources")] = "kafka.strimzi.io/v1beta2",
    user: Annotated[
        list[str] | None,
        typer.Option(help="NAME=USER: the user of a process, where that is not its name; may be repeated"),
    ] = None,
    check_file: Annotated[
        Path | None, typer.Option("--check", help="Compare with this file instead; code 1 with a difference")
    ] = None,
) -> None:
    """Print the topics, and the users with their least rights, as resources of Strimzi's operators; asks no cluster.

    What `topics apply` and `topics acls --apply` do on other clusters, with the partners of TOEZICHT_PARTNERS. Each user's
    password, or certificate, comes as a Secret of its name, which the chart in deploy/helm takes. The process `topics` has
    none: there the operator changes rights.

    Example: toezicht topics strimzi --cluster kafka | kubectl apply -n kafka -f -
    """
    settings, _ = read_settings()
    partners = load_partners(settings.partners)
    kafka = StrimziCluster(cluster, replicas, authentication, api_version)
    users = dict(_pair(each, "topics strimzi") for each in user or ())
    text = as_yaml(resources(kafka, wanted_topics(partners), users, connected(partners)))
    if check_file is None:
        typer.echo(text, nl=False)
        return
    try:
        same = check_file.read_text(encoding="utf-8") == text
    except (OSError, UnicodeDecodeError):
        same = False
    if not same:
        typer.echo(f"{check_file} is not what `toezicht topics strimzi` prints now", err=True)
        raise typer.Exit(1)


def _partners() -> list[PartnerPrincipal]:
    """Return those of the file of partners."""
    settings, _ = read_settings()
    return connected(load_partners(settings.partners))


def _pair(given: str, command: str = "topics acls") -> tuple[str, str]:
    name, _, user = given.partition("=")
    if not name or not user or user.startswith(KIND):
        raise ConfigurationError(command, "--user", given, f"NAME=USER, the user without {KIND}")
    return name, user


def _print(acls: list[Acl], commands: bool, as_json: bool) -> None:
    if commands:
        lines = kafka_acls_lines(acls)
        typer.echo(json.dumps({"commands": lines}) if as_json else "\n".join(lines))
    elif as_json:
        typer.echo(json.dumps({"acls": [acl.as_dict() for acl in acls]}))
    else:
        typer.echo("\n".join(str(acl) for acl in acls))


def _tell(found: AclComparison, *, applied: bool, removed: bool, as_json: bool) -> None:
    """Tell what differs, and what was done about it."""
    if as_json:
        fields = {name: getattr(found, name) for name in ("missing", "excess", "foreign", "reaching")}
        told = {name: [acl.as_dict() for acl in acls] for name, acls in fields.items()}
        typer.echo(json.dumps(told | {"added": applied, "removed": removed}))
        return
    _each("added" if applied else "missing", found.missing)
    _each("removed" if removed else "more than needed", found.excess)
    _each("not ours, and reaches what is ours", found.reaching)
    others = len(found.foreign) - len(found.reaching)
    if others:
        typer.echo(f"{others} more are not ours and were left alone")
    if not found.missing and not found.excess:
        typer.echo("all access rights are as they should be")
    elif found.excess and not removed:
        typer.echo(f"{len(found.excess)} are more than needed: `toezicht topics acls --apply --remove` takes them away")


def _each(word: str, acls: Iterable[Acl]) -> None:
    for acl in acls:
        typer.echo(f"{word}: {acl}")


def _cluster() -> tuple[KafkaSettings, Sequence[TopicSpec]]:
    """Return how to reach the cluster, and the topics that it should have."""
    settings, kafka = started()
    if settings.log_level != "DEBUG":
        logging.getLogger("kafka").setLevel(logging.CRITICAL)  # what goes wrong is told in one line, not in twenty
    require_cluster(kafka)
    return kafka, wanted_topics(load_partners(settings.partners))
