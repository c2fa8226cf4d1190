"""Strimzi's resources say what `topics apply` and `topics acls` say, and are of Strimzi's own types."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from streams.cli.main import build_app
from streams.config.partners import load_partners, wanted_topics
from streams.errors import ConfigurationError
from streams.kafka.access.acls import Acl, Pattern
from streams.rights.granting import KIND, Grants
from streams.rights.partners import connected
from streams.rights.strimzi import StrimziCluster, as_yaml, resources
from tests.support.kubernetes import faults

COMMITTED = Path(__file__).parents[4] / "deploy" / "strimzi" / "toezicht.yaml"
PARTNERS = load_partners()
APP = build_app("topics")
WORDS = {"DescribeConfigs": "DESCRIBE_CONFIGS", "AlterConfigs": "ALTER_CONFIGS"}


def made(users: dict[str, str] | None = None, cluster: StrimziCluster | None = None) -> list[dict[str, Any]]:
    """Return the resources of the built-in partners."""
    return resources(cluster or StrimziCluster("kafka"), wanted_topics(PARTNERS), users or {}, connected(PARTNERS))


def of_kind(kind: str, found: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the specifications of one kind, by name."""
    return {each["metadata"]["name"]: each["spec"] for each in found if each["kind"] == kind}


def told(user: str, spec: dict[str, Any]) -> set[Acl]:
    """Return what a resource allows, as Kafka's own entries."""
    found = set()
    for rule in spec.get("authorization", {}).get("acls", ()):
        what = rule["resource"]
        for operation in rule["operations"]:
            pattern = Pattern.PREFIXED if what.get("patternType") == "prefix" else Pattern.LITERAL
            word = WORDS.get(operation, operation.upper())
            name = what.get("name", "kafka-cluster")
            found.add(Acl(KIND + user, what["type"].upper(), name, word, pattern.value))
    return found


def test_each_user_may_what_topics_acls_allows() -> None:
    """No more and no less, for every process and every partner; but nobody may change rights beside the operator."""
    grants = Grants.of({}, connected(PARTNERS))
    users = of_kind("KafkaUser", made())
    allowed = set().union(*(told(user, spec) for user, spec in users.items()))
    wanted = {acl for acl in grants.acls() if acl.principal != "User:topics"}
    assert allowed == wanted
    assert set(users) == set(grants.users.values()) - {"topics"}


def test_each_topic_is_as_topics_apply_makes_it() -> None:
    """Partitions, and each setting; with three copies two must be in step, with fewer none waits for another."""
    topics = of_kind("KafkaTopic", made())
    wanted = {spec.name: spec for spec in wanted_topics(PARTNERS)}
    assert set(topics) == set(wanted)
    for name, spec in topics.items():
        assert spec["partitions"] == wanted[name].partitions
        assert spec["replicas"] == 3
        assert spec["config"] == wanted[name].config() | {"min.insync.replicas": "2"}
    alone = of_kind("KafkaTopic", made(cluster=StrimziCluster("kafka", replicas=1)))
    assert all("min.insync.replicas" not in spec["config"] for spec in alone.values())


def test_a_user_of_several_processes_is_one_resource() -> None:
    """With the rights of all of them."""
    users = of_kind("KafkaUser", made({"locate": "worker", "decide": "worker"}))
    assert not {"locate", "decide"} & set(users)
    grants = Grants.of({"locate": "worker", "decide": "worker"}, connected(PARTNERS))
    assert told("worker", users["worker"]) == {acl for acl in grants.acls() if acl.principal == "User:worker"}


@pytest.mark.parametrize("authentication", ["scram-sha-512", "tls"])
def test_the_resources_are_of_strimzis_types(authentication: Any) -> None:
    """Held against the definitions that Strimzi installs; one that is wrong is seen."""
    found = made(cluster=StrimziCluster("kafka", authentication=authentication))
    assert [fault for each in found for fault in faults(each)] == []
    wrong = copy.deepcopy(found[-1])
    wrong["spec"]["authorization"]["acls"][0]["operations"] = ["READ"]
    assert faults(wrong)
    misspelt = copy.deepcopy(found[0])
    misspelt["spec"]["partition"] = 1
    assert faults(misspelt)


def test_a_name_that_kubernetes_does_not_take_is_told() -> None:
    """Before `kubectl` would, and with what was expected."""
    with pytest.raises(ConfigurationError, match="small letters, digits and dashes"):
        made({"decide": "CN=decide"})


def test_the_committed_file_is_what_the_command_prints(tmp_path: Path) -> None:
    """`make check` asks the same; a file that differs or is not there is code 1."""
    printed = CliRunner().invoke(APP, ["topics", "strimzi"])
    assert printed.exit_code == 0
    assert printed.stdout == COMMITTED.read_text(), "run `toezicht topics strimzi > deploy/strimzi/toezicht.yaml`"
    assert list(yaml.safe_load_all(printed.stdout)) == made(cluster=StrimziCluster("toezicht"))
    assert CliRunner().invoke(APP, ["topics", "strimzi", "--check", str(COMMITTED)]).exit_code == 0
    other = tmp_path / "other.yaml"
    assert CliRunner().invoke(APP, ["topics", "strimzi", "--check", str(other)]).exit_code == 1
    other.write_text(as_yaml(made(cluster=StrimziCluster("toezicht", replicas=2))))
    assert CliRunner().invoke(APP, ["topics", "strimzi", "--check", str(other)]).exit_code == 1
