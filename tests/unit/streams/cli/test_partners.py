"""`toezicht partners`: the matrix, what one partner gets, and all that is wrong with a file at once."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.cli.main import main
from streams.config.files import load_rules
from streams.config.partners import load_partners, wanted_topics
from streams.config.yaml import FileError
from streams.topics import TOPICS
from tests.support.sharing import changed, default_document, granted


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """Run the command; return its exit code."""
    monkeypatch.setattr("sys.argv", ["toezicht", "partners", *words])
    try:
        main()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def test_check_prints_the_matrix(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each partner and category, and the law behind each ground."""
    assert run(monkeypatch, "check") == 0
    lines = capsys.readouterr().out.splitlines()
    (burglary,) = [line for line in lines if line.startswith("oov ") and " woninginbraak " in line]
    assert burglary.split("  ")[-1] == "partner-oov"
    assert "500 m" in burglary
    assert "gemeentewet-172" in burglary
    grants = sum(len(each["categories"]) for about in default_document()["partners"].values() for each in about["gets"])
    assert len([line for line in lines if line.split("  ")[-1].strip().startswith("partner-")]) == grants
    assert any(line.startswith("opiumwet-13b") and "Opiumwet art. 13b" in line for line in lines)


def test_check_tells_a_program_the_same(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With topics, fields and grains of each grant."""
    assert run(monkeypatch, "check", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["partners"]["ggd"]["reads"] == ["partner-ggd", "partner-ggd-health"]
    assert found["partners"]["corporatie"]["reads"] == ["partner-corporatie"]
    assert found["partners"]["ggd"]["gets"] == [
        {
            "category": "verward_persoon", "fields": ["state", "priority", "occurred_at", "place", "position"],
            "grain_m": 500, "lowest": "P4", "ground": "wvggz-5", "topic": "health",
        }
    ]  # fmt: skip


def test_cases_are_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Who has one first, whose it is, to whom it can go, and by when it is back; the same for a program."""
    assert run(monkeypatch, "check") == 0
    lines = capsys.readouterr().out.splitlines()
    (home,) = [line for line in lines if line.startswith("woonfraude_overbewoning ")]
    assert home.split() == ["woonfraude_overbewoning", "oov", "oov", "corporatie", "1", "times", "4", "d", "14", "d"]
    (distress,) = [line for line in lines if line.startswith("verward_persoon ")]
    assert distress.split() == ["verward_persoon", "ggd", "ggd", "nobody", "0", "times", "8", "h", "24", "h"]
    assert run(monkeypatch, "check", "--json") == 0
    assert [each["to"] for each in json.loads(capsys.readouterr().out)["cases"]] == ["ggd", "oov", "oov"]


CASE = {"categories": ["woonfraude_overbewoning"], "to": "oov", "owner": "oov", "answer_s": 60, "keep_s": 120}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ({"to": "politie"}, "politie gets nothing of woonfraude_overbewoning"),
        ({"owner": "nobody"}, "nobody is no partner of this file"),
        ({"categories": ["brand"], "to": "brandweer", "owner": "brandweer"}, "brand: by the rules it is never a case"),
        ({"categories": ["witwassen"]}, "'witwassen' is no category"),
        ({"categories": ["woonfraude_overbewoning"] * 2}, "stands in two lines"),
        ({"answer_s": 121}, "121: longer than keep_s, 120"),
        ({"answer_s": 604_801, "keep_s": 700_000}, "604800"),
        ({"keep_s": 2_332_801}, "2332800"),
        ({"hops_at_most": 4}, "3"),
        (
            {"categories": ["verward_persoon"], "to": "ggd", "owner": "ggd", "keep_s": 86_401},
            "86401 for verward_persoon, which says something of somebody's health, expected 86400 or less",
        ),
    ],
)
def test_a_case_that_may_not_be_is_refused(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    line: dict[str, Any],
    told: str,
) -> None:
    """Without a ground, for longer than may be, or of what is no case by the rules; with the line of the file."""
    document = {**copy.deepcopy(default_document()), "cases": [CASE | line]}
    file = tmp_path / "partners.yaml"
    file.write_text(yaml.safe_dump(document, sort_keys=False))
    assert run(monkeypatch, "check", str(file)) == 2
    error = capsys.readouterr().err
    assert told in error
    assert "cases" in error


def test_pairs_are_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each of the two, what it learns of the other, and the same for a program."""
    assert run(monkeypatch, "pairs") == 0
    lines = capsys.readouterr().out.splitlines()
    (police,) = [line for line in lines if line.startswith("politie ") and "verwijs-zorg" in line]
    assert "  ggd  " in police
    assert "  verward_persoon  " in police
    assert police.endswith("150 m  2 h     24 h   verwijs-zorg        partner-politie-health")
    assert any(line.startswith("verwijs-wonen") and "convenant woonfraude" in line for line in lines)
    assert run(monkeypatch, "pairs", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    document = default_document()
    assert [each["categories"] for each in found["pairs"]] == [each["categories"] for each in document["hits"]["pairs"]]
    assert [each["ground"] for each in found["pairs"]] == [each["ground"] for each in document["hits"]["pairs"]]
    care = next(each for each in found["pairs"] if "ggd" in each["categories"])
    assert care["gives_away"] == {"politie": ["verward_persoon"], "ggd": ["verward_persoon"]}


def test_pairs_without_a_ground_are_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """With the line of the file."""
    document = copy.deepcopy(default_document())
    document["hits"]["pairs"][0]["ground"] = ""
    path = tmp_path / "partners.yaml"
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    assert run(monkeypatch, "pairs", str(path)) == 2
    assert "no two learn of each other without a ground" in capsys.readouterr().err


def test_check_refuses_with_every_fault_and_its_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Contradictions of the file and with the rules together, exit code 2."""
    path = tmp_path / "partners.yaml"
    path.write_text(yaml.safe_dump(granted(ground="", categories=["woninginbraak", "x"]), sort_keys=False))
    assert run(monkeypatch, "check", str(path)) == 2
    told = capsys.readouterr().err
    line = next(number for number, text in enumerate(path.read_text().splitlines(), 1) if "ground: ''" in text)
    assert f"{path}:{line}: partners.politie.gets.0.ground: missing: nothing is given without a ground" in told
    assert "'x' is no category" in told
    assert "grain_m: 10 for woninginbraak" in told
    assert "partners: brandweer is missing: the rules name it as a recipient of brand" in told


def test_faults_of_shape_are_told_together_too(tmp_path: Path) -> None:
    """Each with its field, its value and what was expected."""
    path = tmp_path / "partners.yaml"
    document = granted(grain_m="wide")
    document["partners"]["politie"]["kind"] = "army"
    path.write_text(yaml.safe_dump(document))
    with pytest.raises(FileError) as refused:
        load_partners(path)
    told = str(refused.value)
    assert "partners.politie.kind: Input should be 'police'" in told
    assert "partners.politie.gets.0.grain_m: Input should be a valid integer" in told
    assert len(told.splitlines()) == 2


def test_show_tells_what_one_partner_gets(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Its topics, its grants and the laws behind them; of nobody else."""
    assert run(monkeypatch, "show", "hor") == 0
    told = capsys.readouterr().out
    assert "reads partner-hor; answers on partner-hor-answers" in told
    assert "AVG art. 6(1)(e), with the APV" in told
    assert "Opiumwet" not in told
    assert run(monkeypatch, "show", "hor", "--json") == 0
    assert [*json.loads(capsys.readouterr().out)["partners"]] == ["hor"]
    assert run(monkeypatch, "show", "brandwacht") == 2
    assert "PARTNER is 'brandwacht', expected one of politie, brandweer" in capsys.readouterr().err


def test_each_partner_has_the_topics_that_it_needs() -> None:
    """And no topic about health where it gets nothing of that."""
    names = {topic.name for topic in wanted_topics(load_partners(rules=load_rules()))} - {each.name for each in TOPICS}
    assert {"partner-ggd", "partner-ggd-health", "partner-ggd-answers", "partner-hor", "partner-hor-answers"} <= names
    assert "partner-hor-health" not in names
    assert len(names) == 8 * 2 + 4  # the fire brigade's about health has hits alone


def test_a_file_of_one_partner_makes_topics_of_one(tmp_path: Path) -> None:
    """Whoever the file leaves out gets none."""
    path = tmp_path / "partners.yaml"
    path.write_text(yaml.safe_dump(changed("version", to="2")))
    names = [topic.name for topic in wanted_topics(load_partners(path))]
    assert [name for name in names if name.startswith("partner-")] == ["partner-politie", "partner-politie-answers"]
