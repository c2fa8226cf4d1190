"""The generated files agree with the models, and independent validators agree with the files."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker, ValidationError
from pydantic import ValidationError as ModelError

from schemas.base import Message, Utc
from schemas.catalogue import MESSAGES
from schemas.contract.asyncapi import PHRASES_FILE, Channel, TopicFacts, Whose, asyncapi, channel_id
from schemas.contract.export import check, documents, export, page_text
from schemas.contract.json_schema import CLOSED_WORDS, WORDS_OPEN, schema_name
from schemas.evidence import Evidence
from schemas.examples import FOLDER as EXAMPLES
from schemas.examples import examples, file_of
from schemas.phrases.declare import CODES, KINDS
from streams.cli.schemas import FOLDER, PAGE, topic_facts
from streams.clients.channels import CHANNELS
from tests.support.messages import example

ASYNCAPI = Path(__file__).parents[3] / "data" / "asyncapi"
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
    assert check(FOLDER, topic_facts(), PAGE) == []


def test_check_names_every_difference(tmp_path: Path) -> None:
    """A missing, a changed and a left-over file are each named."""
    export(tmp_path, topic_facts())
    (tmp_path / "tick.v1.json").unlink()
    (tmp_path / "alert.v1.json").write_text("{}\n")
    (tmp_path / "gone.v1.json").write_text("{}\n")
    with (tmp_path / "messages.md").open("a") as page:
        page.write("A line by hand.\n")
    assert sorted(check(tmp_path, topic_facts())) == [
        f"{tmp_path}/alert.v1.json: differs from the models",
        f"{tmp_path}/gone.v1.json: belongs to no message",
        f"{tmp_path}/messages.md: differs from the models",
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


@pytest.mark.parametrize("model", MESSAGES, ids=schema_name)
def test_readers_take_words_that_are_added(model: type[Message]) -> None:
    """A list of words may grow in a minor version, but for one that is closed; the strict schema names all that there are."""
    strict = json.loads((FOLDER / f"{schema_name(model)}.json").read_text())
    readers = json.loads((FOLDER / "readers" / f"{schema_name(model)}.json").read_text())
    for name, part in strict.get("$defs", {}).items():
        if "enum" not in part:
            continue
        for schema, takes in ((strict, False), (readers, name not in CLOSED_WORDS)):
            validator = Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": schema["$defs"]})
            assert all(validator.is_valid(word) for word in part["enum"])
            assert validator.is_valid("added_later") is takes, name
            assert not validator.is_valid(3)
        if name not in CLOSED_WORDS:
            assert readers["$defs"][name][WORDS_OPEN] == part["enum"]
    assert "x-closed" not in json.dumps(readers)
    patterns = [node["pattern"] for node in _nodes(readers) if isinstance(node.get("pattern"), str)]
    assert not [pattern for pattern in patterns if re.fullmatch(r"\^\([a-z_|]+\)\??\$", pattern)]


@pytest.mark.parametrize("model", MESSAGES, ids=schema_name)
def test_every_message_has_an_example_that_fits(model: type[Message]) -> None:
    """By independent validators: the value and the headers, as they stand in the AsyncAPI document; it is what its file says."""
    shown = json.loads((FOLDER / "asyncapi.json").read_text())["components"]["messages"][schema_name(model)]
    assert shown["examples"], "schemas/examples has no file for it"
    headers = Draft202012Validator(shown["headers"]["schema"], format_checker=FormatChecker())
    for example_, entry in zip(shown["examples"], json.loads(file_of(model).read_text()), strict=True):
        headers.validate(example_["headers"])
        carrier = next(
            (name for name, each in shown["headers"]["schema"]["properties"].items() if "contentSchema" in each), ""
        )
        document = json.loads(example_["headers"][carrier]) if carrier else example_["payload"]
        for name in (f"{schema_name(model)}.json", f"readers/{schema_name(model)}.json"):
            _validator(name).validate(document)
        assert entry["message"].items() <= document.items()
    assert len({each.name for each in examples(model)}) == len(shown["examples"])


def test_no_example_is_left_over() -> None:
    """Each file is a message's."""
    assert set(EXAMPLES.glob("*.json")) == {file_of(model) for model in MESSAGES}


def test_every_channel_and_operation_is_described() -> None:
    """In whole sentences; what outside programs may do is theirs alone, and what is the pipeline's own has no operation."""
    document = json.loads((FOLDER / "asyncapi.json").read_text())
    tags = {tag["name"] for tag in document["info"]["tags"]}
    assert tags == {whose.value for whose in Whose}
    for id_, channel in document["channels"].items():
        name = channel["address"]
        assert id_ == channel_id(name)
        assert channel["summary"] == CHANNELS[name].about
        assert channel["description"].startswith(channel["summary"])
        assert [tag["name"] for tag in channel["tags"]] == [CHANNELS[name].whose.value]
        operations = {
            key for key, each in document["operations"].items() if each["channel"]["$ref"] == f"#/channels/{id_}"
        }
        expected = {f"send-{id_}": CHANNELS[name].read, f"receive-{id_}": CHANNELS[name].send}
        assert operations == {key for key, said in expected.items() if said}
        assert bool(operations) is (CHANNELS[name].whose is not Whose.PIPELINE)
    for key, operation in document["operations"].items():
        assert key.startswith(f"{operation['action']}-")
        assert operation["summary"].endswith(".")
        assert operation["description"].endswith(".")
    for message in document["components"]["messages"].values():
        assert message["summary"].endswith(".")
        assert message["description"].startswith(message["summary"])
    for channel in CHANNELS.values():
        assert all(not said or said.endswith(".") for said in (channel.about, channel.read, channel.send))


def test_what_only_the_pipeline_may_use_is_no_outside_programs() -> None:
    """Reports come through intake, and requests and receipts through each partner's own topics; none of it goes past them."""
    operations = json.loads((FOLDER / "asyncapi.json").read_text())["operations"]
    for name in ("incidents", "evidence", "dispatch-requests", "dispatch-receipts", "camera-frames", "room-ticks"):
        assert not {f"send-{name}", f"receive-{name}"} & operations.keys()
    assert "receive-operator-actions" in operations
    assert "send-operator-actions" not in operations
    assert "send-alerts" in operations
    assert "receive-alerts" not in operations


class _Shared(Message):
    """What one partner is told."""

    name: ClassVar[str] = "shared-example"
    topics: ClassVar[tuple[str, ...]] = ("partner-{partner}", "partner-{partner}-health")
    id_field: ClassVar[str] = "control_room_id"
    key_field: ClassVar[str] = "control_room_id"
    time_field: ClassVar[str] = "at"

    control_room_id: str
    at: Utc


def test_a_channel_may_be_one_of_many_alike() -> None:
    """Its parameter is described, its address names it, and the document still is one by the official schema."""
    names = ("partner-{partner}", "partner-{partner}-health", "partner-{partner}-answers")
    config = {"cleanup.policy": "delete", "retention.ms": "86400000"}
    document = asyncapi([TopicFacts(name, 4, config, CHANNELS[name]) for name in names], [_Shared])
    assert list(document["channels"]) == ["partner-partner", "partner-partner-health"]
    for name, channel in zip(names, document["channels"].values(), strict=False):
        assert channel["address"] == channel["bindings"]["kafka"]["topic"] == name
        assert "politie" in channel["parameters"]["partner"]["examples"]
        assert "parameters" not in json.loads((FOLDER / "asyncapi.json").read_text())["channels"]["alerts"]
    assert set(document["operations"]) == {"send-partner-partner", "send-partner-partner-health"}
    for operation in document["operations"].values():
        assert operation["channel"]["$ref"].removeprefix("#/channels/") in document["channels"]
    assert _asyncapi_faults(document) == []
    with pytest.raises(KeyError, match="town"):
        asyncapi([TopicFacts("alerts-{town}", 4, config, Channel(Whose.PARTNER, "x"))], [_Named])


class _Named(_Shared):
    """What is told to a town, which is no parameter that is described."""

    topics: ClassVar[tuple[str, ...]] = ("alerts-{town}",)


def test_the_page_says_what_the_documents_say() -> None:
    """Every topic, message, field, word and example stands on it; links within it lead somewhere."""
    text = PAGE.read_text()
    headings = {
        heading.lower().replace(".", "").replace("'", "").replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    } | set(re.findall(r'<a id="([a-z]+)">', text))
    for link in re.findall(r"\]\(#([^)]+)\)", text):
        assert link in headings
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert (PAGE.parent / link).exists(), link
    blocks = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]
    for model in MESSAGES:
        section = text.split(f"\n### {schema_name(model)}\n")[1].split("\n### ")[0]
        assert f"`{model.ce_type()}`" in section
        assert all(f"`{topic}`" in section for topic in model.topics)
        for field, schema in json.loads((FOLDER / f"{schema_name(model)}.json").read_text())["properties"].items():
            [row] = re.findall(rf"^\| `{field}` \|.*$", section, re.MULTILINE)
            assert schema.get("description", "").replace("<", "&lt;") in row
        assert all(json.loads(each.message.model_dump_json()) in blocks for each in examples(model))
    for _, schema in _schemas():
        for name, part in schema.get("$defs", {}).items():
            for word in part.get("enum", ()):
                assert re.search(rf'<a id="{name.lower()}"></a>{name} \|.*`{word}`', text)


def test_the_page_finds_the_files_from_where_it_stands() -> None:
    """Beside them where they are installed, in docs/ of a checkout."""
    assert "](readers/alert.v1.json)" in page_text(topic_facts()).replace("](./", "](")
    assert "](../schemas/json/readers/alert.v1.json)" in PAGE.read_text()


def _asyncapi_faults(document: dict[str, Any]) -> list[str]:
    raw = gzip.decompress((ASYNCAPI / "asyncapi-3.0.0.json.gz").read_bytes())
    assert hashlib.sha256(raw).hexdigest() in (ASYNCAPI / "README.md").read_text()
    validator = Draft7Validator(json.loads(raw))
    return [f"{list(error.path)}: {error.message}"[:300] for error in validator.iter_errors(document)]


def test_asyncapi_document_satisfies_the_official_schema() -> None:
    """The AsyncAPI 3.0.0 document is valid against the schema that the standard's authors publish."""
    document = json.loads((FOLDER / "asyncapi.json").read_text())
    assert _asyncapi_faults(document) == []
    del document["channels"]["alerts"]["address"]
    document["channels"]["alerts"]["adress"] = "alerts"
    assert _asyncapi_faults(document) != []


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
    document = json.loads((FOLDER / "asyncapi.json").read_text())
    channels = {channel["address"]: channel for channel in document["channels"].values()}
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
