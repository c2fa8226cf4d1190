"""Today's contract keeps to the last release's; every kind of break is named, at any depth, and what is allowed is not."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from schemas.catalogue import MESSAGES
from schemas.contract.compatibility import ACCEPTED_FILE, Accepted, Contract, breaks, read_contract, today
from schemas.contract.json_schema import WORDS_OPEN, schema_name
from schemas.errors import ContractError
from streams.cli.main import build_app
from streams.cli.schemas import topic_facts
from streams.errors import ToezichtError
from tests.support.messages import example


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))


RELEASES: Final = sorted(
    (Path(__file__).parents[3] / "data" / "schemas").iterdir(), key=lambda path: _numbers(path.name)
)
RELEASE: Final = RELEASES[-1]
NOW: Final = today(topic_facts())
"""Compared with itself where a change is planted, so that these tests do not depend on how far a release lies back."""
IN_USE: Final = [schema_name(model) for model in MESSAGES]


def _copy() -> Contract:
    return Contract(*copy.deepcopy(NOW))


def _only(name: str, strict: Any) -> Contract:
    """Return a contract of one message."""
    document: dict[str, Any] = {"channels": {}, "operations": {}, "components": {"messages": {}}}
    return Contract({name: strict}, {name: NOW.readers[name]}, document, {"codes": {}}, Accepted())


def _broken(name: str, strict: Any) -> list[str]:
    """Return what breaks where one message's strict schema becomes another."""
    return breaks(_only(name, NOW.strict[name]), _only(name, strict))


def _changed(change: Callable[[Any], object], name: str = "alert.v1") -> list[str]:
    """Return what breaks where one message's strict schema is changed."""
    strict = copy.deepcopy(NOW.strict[name])
    change(strict)
    return _broken(name, strict)


def test_today_keeps_to_the_last_release() -> None:
    """Where this fails a line says what breaks: undo it, give it a new number, or say in accepted.json why it is none."""
    release = read_contract(RELEASE)
    assert breaks(release, NOW) == []
    assert set(release.accepted.not_in_use) <= set(release.strict)
    assert all(len(why) > 20 for said in release.accepted for why in said[1].values())


def test_an_addition_raises_the_contract_s_version() -> None:
    """So that a reader sees by one number whether anything is new."""
    before, now = read_contract(RELEASE), NOW
    version, newer = (_numbers(each.asyncapi["info"]["version"]) for each in (before, now))
    same = (before.strict, before.phrases) == (now.strict, now.phrases)
    assert newer >= version if same else newer > version


def test_the_contract_of_today_breaks_nothing_of_itself() -> None:
    """Every schema of ours is within what is compared, the ones that refer to themselves too."""
    assert breaks(NOW, NOW) == []


def _field(name: str, **changes: Any) -> Callable[[Any], object]:
    return lambda schema: schema["properties"][name].update(changes)


def _require(schema: Any) -> None:
    schema["properties"]["new"] = {"type": "string"}
    schema["required"].append("new")


def _close(schema: Any) -> None:
    schema["required"].remove("score")
    schema["properties"]["score"]["default"] = 0


def _variant(schema: Any) -> None:
    part = copy.deepcopy(schema["$defs"]["ReportFact"])
    part["properties"]["kind"]["const"] = "rumour"
    schema["$defs"]["RumourFact"] = part
    schema["properties"]["fact"]["oneOf"].append({"$ref": "#/$defs/RumourFact"})


@pytest.mark.parametrize(
    ("change", "name", "line"),
    [
        (lambda s: s["properties"].pop("asks"), "alert.v1",
         "alert.v1: asks: the release's senders may write it, today's schema does not know it"),
        (lambda s: s["$defs"]["AlertReport"]["properties"].pop("notes"), "alert.v1",
         "alert.v1: reports[].notes: the release's senders may write it, today's schema does not know it"),
        (_require, "alert.v1", "alert.v1: new: the release's senders do not know it, today's schema requires it"),
        (lambda s: s["required"].append("asks"), "alert.v1",
         "alert.v1: asks: the release's senders may leave it out, today's schema requires it"),
        (_close, "alert.v1", "alert.v1: score: today's senders may leave it out, the release's schema for readers requires it"),
        (_field("score", type="string"), "alert.v1",
         "alert.v1: score: the release's senders may write number (minimum 0, maximum 100), today's schema takes string "
         "(minimum 0, maximum 100)"),
        (_field("score", maximum=50), "alert.v1",
         "alert.v1: score: the release's senders may write number (minimum 0, maximum 100), today's schema takes number "
         "(minimum 0, maximum 50)"),
        (_field("score", maximum=200), "alert.v1",
         "alert.v1: score: today's senders may write number (minimum 0, maximum 200), the release's schema for readers takes "
         "number (minimum 0, maximum 100)"),
        (_field("revision", type="number"), "alert.v1",
         "alert.v1: revision: today's senders may write number (minimum 0), the release's schema for readers takes integer "
         "(minimum 0)"),
        (_field("title", maxLength=100), "alert.v1",
         "alert.v1: title: the release's senders may write 300 characters, today's schema takes at most 100"),
        (_field("place", maxLength=121), "alert.v1",
         "alert.v1: place: today's senders may write 121 characters, the release's schema for readers takes at most 120"),
        (_field("opened_at", format="date"), "alert.v1",
         "alert.v1: opened_at: the release's senders have the format date-time, today's schema takes date"),
        (lambda s: s["$defs"]["AlertState"]["enum"].remove("shelved"), "alert.v1",
         "alert.v1: state: the release's senders may write 'shelved', today's schema takes 'new', 'acknowledged', "
         "'returned_to_normal', 'suppressed', 'closed', 'cancelled', 'expired'"),
        (lambda s: s["$defs"]["Priority"]["enum"].append("P0"), "alert.v1",
         "alert.v1: priority: today's senders may write 'P0', the release's schema for readers takes 'P1', 'P2', 'P3', 'P4'"),
        (_field("asks", default=True), "alert.v1", "alert.v1: asks: left out it is true, it was false"),
        (_field("asks", description="Whether anybody asked."), "alert.v1",
         'alert.v1: asks: means something else: gone is "Whether this change newly asks for attention: opened, came back, rose"'),
        (lambda s: s.update(description="Something else."), "tick.v1",
         'tick.v1: the message: means something else: gone is "Recorded time for one partition: what lets a stage act on time '
         'passing, and a replay repeat it."'),
        (_variant, "evidence.v1",
         "evidence.v1: fact: today's senders may write object, the release's schema for readers takes object"),
        (_field("group", pattern="^(camera)$"), "tick.v1",
         "tick.v1: group: the release's senders may write 'room', today's schema takes string (pattern ^(camera)$)"),
        (_field("closing", pattern="^[a-z]*$"), "alert.v1", ""),
        (_field("week", pattern="^[0-9]+$"), "trend.v1",
         r"trend.v1: week: the release's senders have the pattern ^\d{4}-W\d{2}$, today's schema takes ^[0-9]+$"),
    ],
)  # fmt: skip
def test_a_planted_break_is_named(change: Callable[[Any], object], name: str, line: str) -> None:
    """By its message, its field at any depth, and what was and is."""
    lines = _changed(change, name)
    assert (line in lines) if line else not lines, lines


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s["properties"].update(new={"type": "string", "default": ""}),
        lambda s: s["$defs"]["AlertReport"]["properties"].update(new={"type": "integer"}),
        lambda s: s["$defs"]["AlertState"]["enum"].append("parked"),
        lambda s: s["$defs"]["Verdict"]["enum"].append("probable"),
        lambda s: s["properties"]["closing"].update(pattern="^(true|false|test|duplicate|unfounded)?$"),
        lambda s: s["properties"]["asks"].update(description=s["properties"]["asks"]["description"] + ". More is said."),
        lambda s: s["properties"]["title"].update(deprecated=True, maxLength=0),
        lambda s: s["$defs"].update(Unused={"type": "string"}),
    ],
)  # fmt: skip
def test_what_a_minor_version_may_do_breaks_nothing(change: Callable[[Any], object]) -> None:
    """An optional field at any depth, a word more, a sentence more, a field that is deprecated."""
    assert _changed(change) == []


def test_what_is_another_of_topics_and_records_is_named() -> None:
    """Keys, identities, types, partitions, what is on a topic and who may use it; codes of phrases and their values."""
    now = _copy()
    channels, messages = now.asyncapi["channels"], now.asyncapi["components"]["messages"]
    del channels["trends"]
    del channels["audit"]["messages"]["audit-event.v1"]
    channels["alerts"]["bindings"]["kafka"]["partitions"] = 8
    channels["alert-state"]["bindings"]["kafka"]["topicConfiguration"]["cleanup.policy"] = ["delete"]
    del now.asyncapi["operations"]["receive-operator-actions"]
    messages["alert.v1"]["bindings"]["kafka"]["key"]["description"] = "the alert."
    messages["alert.v1"]["x-identity"] = "alert_id"
    messages["tick.v1"]["headers"]["schema"]["properties"]["ce_type"]["const"] = "tick"
    messages["tick.v1"]["headers"]["schema"]["required"].remove("ce_enteredat")
    del now.phrases["codes"]["urgency"]
    del now.phrases["codes"]["near-repeat"]["within_m"]
    now.phrases["codes"]["near-repeat"]["earlier"]["kind"] = "number"
    now.phrases["codes"]["near-repeat"]["later"] = {"kind": "count"}
    assert set(breaks(NOW, now)) == {
        "trends: the topic is gone",
        "audit: audit-event.v1 is no longer on it",
        "alerts: has 8 partitions, it had 4: keys move",
        "alert-state: is cleaned up by delete, it was by compact+delete",
        "operator-actions: outside programs could send to it",
        "alert.v1: the key is the alert., it was the control room; the alert id travels in the header `ce_subject`.",
        "alert.v1: ce_id is alert_id, it was derived from alert_id, revision",
        "tick.v1: ce_type is tick, it was nl.toezicht.tick.v1",
        "tick.v1: the header ce_enteredat is gone",
        "phrase urgency: the code is gone",
        "phrase near-repeat: the value within_m is gone",
        "phrase near-repeat: earlier is a number, it was a count",
    }
    gone = _copy()
    del gone.strict["tick.v1"]  # type: ignore[attr-defined]
    assert breaks(NOW, gone) == ["tick.v1: the message is gone"]


def test_what_is_accepted_is_no_break() -> None:
    """Other words with the same meaning, of that field alone; and whatever becomes of a message that nobody used."""
    now = _copy()
    now.strict["alert.v1"]["properties"]["asks"]["description"] = "Whether it asks for attention anew"
    now.strict["alert.v1"]["properties"]["closing_reason"]["description"] = "Other words"
    del now.strict["dispatch-request.v1"]  # type: ignore[attr-defined]
    del now.phrases["codes"]["urgency"]
    accepted = Accepted(
        reworded={"alert.v1: asks": "the same"},
        not_in_use={"dispatch-request.v1": "nobody sent it"},
        gone_codes={"urgency": "nobody says it"},
    )
    [line] = breaks(NOW._replace(accepted=accepted), now)
    assert line.startswith("alert.v1: closing_reason: means something else")


def _nodes(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of each schema within a document that says of which type a value is."""
    if isinstance(node, dict):
        if isinstance(node.get("type"), str):
            yield path
        for key, child in node.items():
            yield from _nodes(child, (*path, key))
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from _nodes(child, (*path, index))


def _at(document: Any, path: tuple[str | int, ...]) -> Any:
    for key in path:
        document = document[key]
    return document


TYPES: Final = ("string", "integer", "number", "boolean", "array", "object", "null")


@st.composite
def _mutated(draw: st.DrawFn) -> tuple[str, Any, bool | None]:
    """Return a message, its schema with one change at any depth, and whether that breaks; None where it is not known."""
    name = draw(st.sampled_from(IN_USE))
    schema = copy.deepcopy(NOW.strict[name])
    places = [path for path in _nodes(schema) if not path or path[0] != "$defs" or "enum" not in _at(schema, path)]
    node = _at(schema, draw(st.sampled_from(places)))
    ways = ["retype", "bound"]
    if node.get("properties"):
        ways = ["remove", "require", "add", "retype"]
    way = draw(st.sampled_from(ways))
    if way == "remove":
        field = draw(st.sampled_from(sorted(node["properties"])))
        del node["properties"][field]
        node["required"] = [each for each in node.get("required", ()) if each != field]
        return name, schema, True
    if way == "require":
        optional = sorted(set(node["properties"]) - set(node.get("required", ())))
        field = draw(st.sampled_from([*optional, "added"]))
        node["properties"].setdefault(field, {"type": "string"})
        node["required"] = [*node.get("required", ()), field]
        return name, schema, True
    if way == "add":
        node["properties"]["added"] = {"type": draw(st.sampled_from(TYPES))}
        return name, schema, False
    if way == "retype":
        node["type"] = draw(st.sampled_from([each for each in TYPES if each != node["type"]]))
        return name, schema, None  # beside its own type a union may have this one
    limit = draw(
        st.sampled_from(["maxLength", "minLength", "minimum", "maximum", "maxItems", "minItems", "pattern", "format"])
    )
    values = {"pattern": "^[a-c]*$", "format": "date"}
    node[limit] = values.get(limit, draw(st.integers(-5, 400)))
    return name, schema, None


@settings(max_examples=200, deadline=None)
@given(_mutated())
def test_any_break_at_any_depth_is_named(mutated: tuple[str, Any, bool | None]) -> None:
    """A field removed or newly required is, wherever it stands; one that is added is not."""
    name, schema, breaking = mutated
    lines = _broken(name, schema)
    assert all(line.startswith(f"{name}: ") and "\n" not in line for line in lines)
    if breaking is not None:
        assert bool(lines) is breaking, lines


VALUES: Final = st.sampled_from(
    [None, True, 0, -1, 3, 4.5, 1e9, "", "a", "abc", "x" * 90, "x" * 310, "2026-11-24", [], ["a"], {}, {"code": "a"}]
)


@settings(max_examples=200, deadline=None)
@given(_mutated(), st.data())
def test_what_breaks_nobody_by_its_lines_breaks_nobody_by_another_validator(
    mutated: tuple[str, Any, bool | None], data: st.DataObject
) -> None:
    """Where nothing is named, each document that may be written on the one side is taken on the other."""
    name, schema, _ = mutated
    document = json.loads(example(next(model for model in MESSAGES if schema_name(model) == name)).model_dump_json())
    for _ in range(data.draw(st.integers(0, 2))):
        lists = [parts for parts in document.values() if isinstance(parts, list)]
        parts = [document, *document.values(), *(part for each in lists for part in each)]
        places = [(part, key) for part in parts if isinstance(part, dict) for key in part]
        holder, key = data.draw(st.sampled_from(places))
        if data.draw(st.booleans()):
            holder[key] = data.draw(VALUES)
        elif len(document) > 1:
            del holder[key]

    def takes(side: Any) -> bool:
        return Draft202012Validator(side).is_valid(document)

    if _broken(name, schema):
        return
    if takes(schema):
        assert takes(NOW.readers[name])
    if takes(NOW.strict[name]):
        assert takes(schema)


def test_readers_schemas_hold_whatever_is_written() -> None:
    """What a strict schema allows, the reader's of the same release takes; the same with words that were added."""
    for name, strict in NOW.strict.items():
        grown = copy.deepcopy(strict)
        for part in grown.get("$defs", {}).values():
            if "enum" in part and WORDS_OPEN in NOW.readers[name]["$defs"][part["title"]]:
                part["enum"].append("added_later")
        assert _broken(name, grown) == []


def test_the_command(tmp_path: Path) -> None:
    """It names each break and ends with 1; a folder that is no contract is one line."""
    run = CliRunner().invoke
    app = build_app("schemas")
    assert run(app, ["schemas", "export", "--to", str(tmp_path)]).exit_code == 0
    same = run(app, ["schemas", "compare", str(tmp_path)])
    assert (same.exit_code, same.stdout) == (0, f"{tmp_path}: nothing breaks\n")
    path = tmp_path / "tick.v1.json"
    path.write_text(path.read_text().replace('"partition"', '"part"'))
    found = run(app, ["schemas", "compare", str(tmp_path), "--json"])
    assert found.exit_code == 1
    assert (
        "tick.v1: part: the release's senders may write it, today's schema does not know it"
        in json.loads(found.stdout)["breaks"]
    )
    (tmp_path / ACCEPTED_FILE).write_text('{"not_in_use": {"tick.v1": "nobody reads it"}}')
    assert run(app, ["schemas", "compare", str(tmp_path)]).exit_code == 0
    (tmp_path / "readers" / "tick.v1.json").unlink()
    missing = run(app, ["schemas", "compare", str(tmp_path)])
    assert isinstance(missing.exception, ToezichtError)
    assert (
        str(missing.exception)
        == f"{tmp_path}: has no readers/tick.v1.json, expected what `toezicht schemas export` writes"
    )


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1}', '{"not_in_use": 3}', '{"not_in_use": {"a": 1}}', "\xff"])
def test_a_broken_contract_is_one_line(tmp_path: Path, text: str) -> None:
    """Whatever stands in its files."""
    CliRunner().invoke(build_app("schemas"), ["schemas", "export", "--to", str(tmp_path)])
    for name in (ACCEPTED_FILE, "asyncapi.json", "alert.v1.json"):
        path = tmp_path / name
        before = path.read_bytes() if path.exists() else None
        path.write_text(text, encoding="latin-1")
        with pytest.raises(ContractError) as caught:
            breaks(read_contract(tmp_path), NOW)
        assert "\n" not in str(caught.value)
        path.unlink() if before is None else path.write_bytes(before)
