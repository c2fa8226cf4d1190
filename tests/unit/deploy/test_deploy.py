"""What is deployed fits the code: metrics, files, images, rules."""

from __future__ import annotations

import copy
import gzip
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from prometheus_client import REGISTRY

from streams import metrics
from streams.cli.main import COMMANDS
from streams.config.registry import credential_variables, load_registry
from streams.local.pipeline import read_pipeline
from streams.settings import PipelineSettings

DEPLOY = Path(__file__).parents[3] / "deploy"
DASHBOARDS = [json.loads(path.read_text()) for path in sorted((DEPLOY / "grafana" / "dashboards").glob("*.json"))]
RULE_FILES = ("alerts.yml", "slo.yml")
CASE_FILES = ("alerts_test.yml", "operations_test.yml", "cluster_test.yml", "slo_test.yml")
RULES = [
    rule
    for name in RULE_FILES
    for group in yaml.safe_load((DEPLOY / "prometheus" / name).read_text())["groups"]
    for rule in group["rules"]
]
ALERTS = [rule for rule in RULES if "alert" in rule]
RECORDED = {rule["record"] for rule in RULES if "record" in rule}
CASES = [case for name in CASE_FILES for case in yaml.safe_load((DEPLOY / "prometheus" / name).read_text())["tests"]]
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
GRAFANA = json.loads(
    gzip.decompress((Path(__file__).parents[2] / "data" / "grafana" / "grafana-schema-12.1.1.json.gz").read_bytes())
)
SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count"), "info": ("_info",)}


def families() -> list[Any]:
    """Return every metric that the code declares."""
    collectors = [each for each in REGISTRY._collector_to_names if hasattr(each, "describe")]
    return [family for each in collectors for family in each.describe() if family.name.startswith("toezicht")]


def series() -> dict[str, set[str]]:
    """Return every series that the code can expose, with its labels."""
    assert metrics.ALERTS
    found = {}
    for collector in list(REGISTRY._collector_to_names):
        for family in collector.describe() if hasattr(collector, "describe") else ():
            if family.name.startswith("toezicht"):
                labels = set(getattr(collector, "_labelnames", ()))
                for suffix in SUFFIXES[family.type]:
                    found[family.name + suffix] = labels | ({"le"} if suffix == "_bucket" else set())
    return found


def expressions() -> list[str]:
    """Return all queries of the dashboards and the rules."""
    panels = [
        target["expr"] for board in DASHBOARDS for panel in board["panels"] for target in panel.get("targets", ())
    ]
    return panels + [rule["expr"] for rule in RULES]


@pytest.mark.parametrize("expression", expressions())
def test_a_query_names_metrics_and_labels_that_exist(expression: str) -> None:
    """A renamed metric breaks this test and not a dashboard at night."""
    known = series()
    names = re.findall(r"toezicht_\w+", expression)
    recorded = set(re.findall(r"\b[a-z]+:\w+:\w+", expression))
    assert recorded <= RECORDED
    assert names or recorded or re.search(r"\b(up|process_\w+|alertmanager_\w+)[{[]|^vector\(", expression)
    for name in names:
        assert name in known, name
    for labels in re.findall(r"\b(?:by|on) \(([^)]*)\)", expression):
        available = set().union(*(known[name] for name in names)) | {"process", "job", "instance"}
        available |= {"slo"} if recorded else set()
        available |= {"receiver"} if "alertmanager_" in expression else set()
        if "toezicht_detector_info" in names:  # an Info's labels are what it was told
            available |= {"name", "version", "degraded"}
        assert {label.strip() for label in labels.split(",")} <= available


def test_every_metric_is_on_the_dashboard_or_said_to_be_left_out() -> None:
    """Nothing is measured that nobody can see."""
    shown = set(re.findall(r"toezicht_\w+", "\n".join(expressions())))
    exposed = {re.sub(r"_(bucket|sum|count)$", "", name) for name in series()}
    assert exposed - {re.sub(r"_bucket$", "", name) for name in shown} == set()


def test_metric_names_have_units() -> None:
    """Counters end in _total, histograms in _seconds, and gauges in neither (Prometheus' naming rules)."""
    kinds = {family.name: family.type for family in families()}
    assert {"counter", "gauge", "histogram", "info"} == set(kinds.values())
    for name, kind in kinds.items():
        assert re.fullmatch(r"toezicht_[a-z_]+", name)
        assert name.endswith("_seconds") is (kind == "histogram"), name
        assert not name.endswith("_total"), f"{name}: the client adds the suffix of a counter"
    declared = re.findall(r"Counter\(\s*\"(\w+)\"", Path(metrics.__file__).read_text())
    assert len(declared) == list(kinds.values()).count("counter")
    assert all(name.endswith("_total") for name in declared)


@pytest.mark.parametrize("board", DASHBOARDS, ids=lambda board: board["title"])
def test_panels_are_complete_and_do_not_overlap(board: dict[str, Any]) -> None:
    """Each has a title, a description, a query and a place of its own in the grid of 24 columns."""
    taken: set[tuple[int, int]] = set()
    ids = [panel["id"] for panel in board["panels"]]
    assert len(ids) == len(set(ids))
    for panel in board["panels"]:
        assert panel["title"]
        if panel["type"] != "row":
            assert panel["description"]
            assert panel["targets"]
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert max(x for x, _ in cells) < 24
        assert not cells & taken, panel["title"]
        taken |= cells


def test_dashboards_have_names_of_their_own() -> None:
    """Grafana would show one of two with the same."""
    assert (
        len({board["uid"] for board in DASHBOARDS}) == len({board["title"] for board in DASHBOARDS}) == len(DASHBOARDS)
    )


def grafana_faults(kind: str, definition: str, document: object) -> list[str]:
    """Return what Grafana's own types (see tests/data/grafana) say against a document."""
    schema = {**GRAFANA[kind], "$ref": f"#/definitions/{definition}"}
    errors = jsonschema.Draft7Validator(schema).iter_errors(document)
    return [f"{list(error.absolute_path)}: {error.message}" for error in errors]


@pytest.mark.parametrize("board", DASHBOARDS, ids=lambda board: board["title"])
def test_the_dashboard_is_valid_for_grafana(board: dict[str, Any]) -> None:
    """The dashboard, each panel and each panel's options fit the types of the Grafana that compose runs."""
    assert COMPOSE["services"]["grafana"]["image"].endswith(":12.1.1")
    assert grafana_faults("dashboard", "Dashboard", board) == []
    for panel in board["panels"]:
        row = panel["type"] == "row"
        assert grafana_faults("dashboard", "RowPanel" if row else "Panel", panel) == []
        assert row or grafana_faults(panel["type"], "Options", panel["options"]) == []
    assert grafana_faults("dashboard", "Panel", {"type": "stat", "tittle": "x"})
    assert grafana_faults("stat", "Options", {"textMode": "loud"})


@pytest.mark.parametrize("board", DASHBOARDS, ids=lambda board: board["title"])
def test_every_panel_uses_the_dashboards_variable(board: dict[str, Any]) -> None:
    """The dashboard can be pointed at another Prometheus."""
    assert [variable["name"] for variable in board["templating"]["list"]] == ["datasource"]
    for panel in board["panels"]:
        for user in (panel, *panel.get("targets", ())) if panel["type"] != "row" else ():
            assert user["datasource"] == {"type": "prometheus", "uid": "${datasource}"}


def test_each_alert_rule_is_tested() -> None:
    """Each fires in alerts_test.yml, and each is seen not to fire."""
    names = {rule["alert"] for rule in ALERTS}
    assert len(names) == len(ALERTS)
    checks = [check for case in CASES for check in case.get("alert_rule_test", ())]
    assert {check["alertname"] for check in checks if check.get("exp_alerts")} == names
    silent = {check["alertname"] for check in checks if not check.get("exp_alerts")}
    assert silent == names - {"Watchdog"}  # which never is


def test_each_objective_is_tested() -> None:
    """Its share of errors has a value that is written down."""
    objectives = {rule["labels"]["slo"] for rule in RULES if rule.get("record") == "slo:objective:ratio"}
    assert objectives == {rule["labels"]["slo"] for rule in RULES if str(rule.get("record")).startswith("slo:errors:")}
    looked = [check for case in CASES for check in case.get("promql_expr_test", ()) if check["exp_samples"]]
    assert {re.findall(r'slo="(\w+)"', check["expr"])[0] for check in looked} | {"p1_acknowledged"} == objectives
    fired = [
        label for case in CASES for check in case.get("alert_rule_test", ()) for label in check.get("exp_alerts", ())
    ]
    assert {"p1_acknowledged", "alert_latency"} <= {each["exp_labels"].get("slo") for each in fired}


def test_the_compose_file_is_valid_for_the_compose_specification() -> None:
    """Checked with the specification's own schema, which is from before a project could have a `name`."""
    packed = Path(__file__).parents[2] / "data" / "compose" / "compose_spec.json.gz"
    schema = json.loads(gzip.decompress(packed.read_bytes()))
    described = copy.deepcopy({key: value for key, value in COMPOSE.items() if key != "name"})
    for service in described["services"].values():
        for waited_for in service.get("depends_on", {}).values():
            waited_for.pop("required", None)  # of Compose 2.20.2, younger than the schema too
    errors = jsonschema.Draft7Validator(schema).iter_errors(described)
    assert [f"{list(error.absolute_path)}: {error.message}" for error in errors] == []
    broken = {**described, "services": {"a": {"imagee": "x"}}}
    assert list(jsonschema.Draft7Validator(schema).iter_errors(broken))


def test_images_are_pinned_and_no_password_has_a_default() -> None:
    """No `latest`; secrets come from the environment, and without them compose stops."""
    for name, service in COMPOSE["services"].items():
        assert re.search(r":v?\d", service["image"]), name
        for variable, value in (service.get("environment") or {}).items():
            if re.search("PASSWORD|USER|SECRET|TOKEN", variable):
                from_outside = value is None or re.fullmatch(r"\$\{\w+(:\?.+|:-\$\{\w+-\})\}", value)
                assert from_outside, f"{name}: {variable}"


def test_services_run_commands_that_exist_and_only_local_ports_are_open() -> None:
    """A renamed command breaks this test; nothing but this host reaches Prometheus and Grafana."""
    for service in COMPOSE["services"].values():
        if service["image"].startswith("toezicht:"):
            assert service["command"][0] in COMMANDS
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:")


def test_prometheus_scrapes_every_long_running_service() -> None:
    """Its targets are the services' names; what ends by itself is a job of its own, which is never down."""
    config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
    targets = {t.split(":")[0] for s in config["scrape_configs"][0]["static_configs"] for t in s["targets"]}
    running = {
        name
        for name, service in COMPOSE["services"].items()
        if service["image"].startswith("toezicht:") and service["restart"] != "no"
    }
    optional = {name for name in running if "profiles" in COMPOSE["services"][name]}
    assert targets == running - optional
    [found] = config["scrape_configs"][1]["dns_sd_configs"]  # one that nobody starts has no name, and is not down
    assert (set(found["names"]), found["port"]) == (optional, 9400)
    labels = {each["target_label"] for each in config["scrape_configs"][1]["relabel_configs"]}
    assert labels == {"job", "process"}
    tasks = {t.split(":")[0] for s in config["scrape_configs"][2]["static_configs"] for t in s["targets"]}
    assert tasks == {"reports"}
    assert not tasks & running


def test_the_image_is_pinned_locked_and_not_root() -> None:
    """Base image with a version, dependencies with hashes, another user than root, no secret."""
    text = (DEPLOY / "Containerfile").read_text()
    for image in re.findall(r"^FROM (\S+)", text, re.MULTILINE):
        assert re.search(r":\d+\.\d+\.\d+", image)
    assert text.count("--require-hashes") == 3
    assert re.search(r"^USER toezicht$", text, re.MULTILINE)
    for copied in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE):
        for path in copied.replace("${LOCK}", "all").split():
            assert (DEPLOY.parent / path).exists(), path


def test_the_example_files_are_valid() -> None:
    """`toezicht up deploy/pipeline.yaml` reads them."""
    pipeline = read_pipeline(DEPLOY / "pipeline.yaml")
    registry = load_registry(pipeline.registry)
    assert registry.cameras
    for process in pipeline.processes:
        assert process.command[0] in COMMANDS


def test_a_container_is_given_every_setting_of_a_pipeline() -> None:
    """As the file of `toezicht up` takes each of them: one that is set and not passed on would do nothing."""
    passed = set(COMPOSE["x-pipeline"]["environment"])
    assert {f"TOEZICHT_{name.upper()}" for name in PipelineSettings.model_fields} <= passed


def test_only_the_container_that_reads_cameras_has_their_passwords() -> None:
    """Least privilege: what the example's registry takes for its addresses is given to `capture` alone."""
    secrets = credential_variables(load_registry(DEPLOY / "cameras.yaml"))
    assert secrets
    for name, service in COMPOSE["services"].items():
        given = set(service.get("environment", {}))
        assert secrets & given == (secrets if service.get("command") == ["capture"] else set()), name


def test_each_alert_rule_has_a_runbook_that_exists() -> None:
    """The anchor is a heading of the document that it names."""
    for rule in ALERTS:
        document, anchor = rule["annotations"]["runbook_url"].split("#")
        lines = (DEPLOY.parent / document).read_text().splitlines()
        assert anchor in {re.sub(r"\W+", "", line.lower()) for line in lines if line.startswith("#")}
        assert rule["labels"]["severity"] in {"critical", "warning", "none"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "config", "prometheus.yml"),
        ("check", "rules", *RULE_FILES),
        *(("test", "rules", name) for name in CASE_FILES),
    ],
)
def test_prometheus_own_tool_accepts_the_files(arguments: tuple[str, ...]) -> None:
    """Debian's promtool checks the configuration and runs the rules' unit tests."""
    promtool: Any = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool (Debian package prometheus) is not installed")
    process = subprocess.run(
        [promtool, *arguments], cwd=DEPLOY / "prometheus", capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stdout + process.stderr
