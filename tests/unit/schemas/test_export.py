"""The generated files agree with the models, and independent validators agree with the files."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker, ValidationError
from pydantic import ValidationError as ModelError

from schemas.base import Message
from schemas.catalogue import MESSAGES
from schemas.evidence import Evidence
from schemas.export import PHRASES_FILE, check, documents, export, schema_name
from schemas.phrases.declare import CODES, KINDS
from streams.cli.schemas import FOLDER, topic_facts
from tests.support.messages import example

ASYNCAPI = Path(__file__).parents[2] / "data" / "asyncapi"
FORBIDDEN = frozenset(
    {"age", "ages", "biometric", "biometrics", "birth", "body", "clothing", "colour", "color", "embedding", "emotion"}
    | {"ethnicity", "face", "faces", "fingerprint", "firstname", "gait", "gender", "hair", "identity", "iris"}
    | {"lastname", "license", "licence", "mood", "nationality", "plate", "plates", "race", "reid", "religion", "sex"}
    | {"skin", "surname", "voice", "weight"}
)


def _validator(name: str) -> Draft202012Validator:
    schema = json.loads((FOLDER / name).read_text())
    return Draft202012Validator(schema, format_checker=FormatChecker())


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for child in node.values():
            yield from _nodes(child)
    elif isinstance(node, list):
        for child in node:
            yield from _nodes(child)


def _schemas() -> list[tuple[str, dict[str, Any]]]:
    return [(path.name, json.loads(path.read_text())) for path in sorted(FOLDER.glob("*.v*.json"))]


def test_committed_files_agree_with_the_models() -> None:
    """No generated file is missing, changed by hand, or left over."""
    assert check(FOLDER, topic_facts()) == []


def test_check_names_every_difference(tmp_path: Path) -> None:
    """A missing, a changed and a left-over file are each named."""
    export(tmp_path, topic_facts())
    (tmp_path / "tick.v1.json").unlink()
    (tmp_path / "alert.v1.json").write_text("{}\n")
    (tmp_path / "gone.v1.json").write_text("{}\n")
    assert sorted(check(tmp_path, topic_facts())) == [
        f"{tmp_path}/alert.v1.json: differs from the models",
        f"{tmp_path}/gone.v1.json: belongs to no message",
        f"{tmp_path}/tick.v1.json: missing",
    ]


def test_export_is_the_same_every_time() -> None:
    """Generation depends on nothing but the models and the topics."""
    assert documents(topic_facts()) == documents(topic_facts())


@pytest.mark.parametrize(("name", "schema"), _schemas())
def test_file_is_a_valid_2020_12_schema(name: str, schema: dict[str, Any]) -> None:
    """Each file satisfies the metaschema and says what and which version it is, without a web address of its own."""
    Draft202012Validator.check_schema(schema)
    stem = name.removesuffix(".json")
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:toezicht:schema:{stem}"
    assert schema["title"] == stem
    assert schema["description"]


@pytest.mark.parametrize(("name", "schema"), _schemas())
def test_every_object_refuses_unknown_fields(name: str, schema: dict[str, Any]) -> None:
    """At every depth, an object with properties has no room for others."""
    for node in _nodes(schema):
        if "properties" in node and isinstance(node.get("type"), str):
            assert node["additionalProperties"] is False, f"{name}: {node.get('title')}"


@pytest.mark.parametrize(("name", "schema"), _schemas())
def test_no_property_describes_a_person(name: str, schema: dict[str, Any]) -> None:
    """No property's name contains a word for what a person looks like or is, nor does any detected class."""
    names = {name for node in _nodes(schema) for name in node.get("properties", {}) if isinstance(name, str)}
    values = {str(value) for node in _nodes(schema) for value in node.get("enum", ())}
    for word in names | values:
        assert not set(re.split(r"[_\-\s]", word.lower())) & FORBIDDEN, f"{name}: {word}"


@pytest.mark.parametrize("model", MESSAGES, ids=schema_name)
def test_example_fits_and_extra_fields_do_not(model: type[Message]) -> None:
    """The independent validator takes each example as it is sent, and refuses it with one more field."""
    validator = _validator(f"{schema_name(model)}.json")
    document = json.loads(example(model).model_dump_json())
    validator.validate(document)
    for field in ("face", "plate", "age", "gender", "ethnicity", "gait", "emotion", "reporter", "x"):
        with pytest.raises(ValidationError):
            validator.validate(document | {field: "?"})
        with pytest.raises(ModelError):
            model.model_validate_json(json.dumps(document | {field: "?"}))


@pytest.mark.parametrize("model", MESSAGES, ids=schema_name)
def test_nested_objects_refuse_extra_fields_too(model: type[Message]) -> None:
    """A field for an age is refused inside every part of every example; the values of a phrase are no fields, see below."""
    validator = _validator(f"{schema_name(model)}.json")
    document = json.loads(example(model).model_dump_json())
    parts = list(_nodes(document))[1:]
    for part in (each for each in parts if not any(each is phrase.get("values") for phrase in parts)):
        part["age"] = 17
        assert not validator.is_valid(document)
        del part["age"]
    validator.validate(document)


@pytest.mark.parametrize("model", MESSAGES, ids=schema_name)
def test_schema_for_readers(model: type[Message]) -> None:
    """A reader's schema takes the next minor version, with more fields at any depth, and is as strict in what it knows."""
    schema = json.loads((FOLDER / "readers" / f"{schema_name(model)}.json").read_text())
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    document = json.loads(example(model).model_dump_json())
    for part in list(_nodes(document)):
        if part and all(name.isidentifier() for name in part):  # fields, and not ids, as a mapping has
            part["added_later"] = 17
    assert not _validator(f"{schema_name(model)}.json").is_valid(document)
    validator.validate(document)
    for name in schema.get("required", ()):
        assert not validator.is_valid({key: value for key, value in document.items() if key != name})


@pytest.mark.parametrize("model", MESSAGES, ids=schema_name)
def test_required_fields_are_required(model: type[Message]) -> None:
    """The validator and the model agree on which fields may be left out."""
    validator = _validator(f"{schema_name(model)}.json")
    document = json.loads(example(model).model_dump_json())
    for field in document:
        shorter = {name: value for name, value in document.items() if name != field}
        optional = not model.model_fields[field].is_required()
        assert validator.is_valid(shorter) is optional, field


def test_a_fact_without_its_kind_is_refused() -> None:
    """What tells the variants of a fact apart is required in the file as it is in the model."""
    document = json.loads(example(Evidence).model_dump_json())
    del document["fact"]["kind"]
    assert not _validator("evidence.v1.json").is_valid(document)


def test_asyncapi_document_satisfies_the_official_schema() -> None:
    """The AsyncAPI 3.0.0 document is valid against the schema that the standard's authors publish."""
    raw = gzip.decompress((ASYNCAPI / "asyncapi-3.0.0.json.gz").read_bytes())
    assert hashlib.sha256(raw).hexdigest() in (ASYNCAPI / "README.md").read_text()
    document = json.loads((FOLDER / "asyncapi.json").read_text())
    validator = Draft7Validator(json.loads(raw))
    assert [f"{list(error.path)}: {error.message}"[:300] for error in validator.iter_errors(document)] == []
    del document["channels"]["alerts"]["address"]
    document["channels"]["alerts"]["adress"] = "alerts"
    assert not validator.is_valid(document)


def test_asyncapi_references_lead_somewhere() -> None:
    """Every reference within the document resolves, and every one to a file names a generated file."""
    document = json.loads((FOLDER / "asyncapi.json").read_text())
    for node in _nodes(document):
        reference = node.get("$ref")
        if reference is None:
            continue
        if reference.startswith("./"):
            assert (FOLDER / reference).is_file()
            continue
        found = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]


def test_asyncapi_names_every_topic_of_every_message() -> None:
    """Each message stands in each channel that carries it, with the partitions and settings of `streams/topics.py`."""
    channels = json.loads((FOLDER / "asyncapi.json").read_text())["channels"]
    facts = {topic.name: topic for topic in topic_facts()}
    assert set(channels) == {topic for model in MESSAGES for topic in model.topics}
    for model in MESSAGES:
        for topic in model.topics:
            assert schema_name(model) in channels[topic]["messages"]
            kafka = channels[topic]["bindings"]["kafka"]
            assert kafka["partitions"] == facts[topic].partitions
            assert str(kafka["topicConfiguration"]["retention.ms"]) == facts[topic].config["retention.ms"]


def test_phrases_are_described_with_their_values() -> None:
    """For who shows them in a language of its own; a kind that nobody describes is none."""
    told = json.loads((FOLDER / PHRASES_FILE).read_text())
    assert told["codes"]["near-repeat"] == {
        "earlier": {"kind": "count", "decimals": 0},
        "within_m": {"kind": "number", "decimals": 0},
        "within_days": {"kind": "number"},
        "nearest_m": {"kind": "number", "decimals": 0},
        "at": {"kind": "moment"},
    }
    kinds = {value["kind"] for values in told["codes"].values() for value in values.values()}
    assert kinds == set(KINDS)


def test_no_value_of_a_phrase_is_named_after_what_may_not_be_said() -> None:
    """Names of values are free for newer releases; of this one none is about a person."""
    assert {name for values in CODES.values() for each in values for name in each.split("_")} & FORBIDDEN == set()


def test_a_phrase_fits_its_schema_however_it_is_made_up() -> None:
    """By an independent validator, with phrases within phrases; what is no value does not."""
    schema = json.loads((FOLDER / "alert.v1.json").read_text())
    validator = Draft202012Validator({"$ref": "#/$defs/Phrase", "$defs": schema["$defs"]})
    inner = {"code": "b", "values": {"n": 3, "x": 2.5}}
    validator.validate({"code": "a", "values": {"what": inner, "all": [inner, inner], "name": "cam-1"}})
    for wrong in (None, True, [3], {"code": "B"}, "x" * 301):
        assert not validator.is_valid({"code": "a", "values": {"what": wrong}}), wrong
