"""Configuration files: YAML into a checked model, and faults as one line with file, line, field and what was expected."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from streams.domain.contradictions import ContradictionsError, Location
from streams.errors import ToezichtError
from streams.garbage import nothing_is_garbage

B = TypeVar("B", bound=BaseModel)
_Loader: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""A registry of hundreds of cameras takes the one in Python seconds, at every start of a worker."""
DEEPEST: Final = 100
"""The deepest of our files has some ten levels."""
MOST_NODES: Final = 2_000_000
"""Values that aliases may add to those that a file writes out, which cost no more than its text. Files of ours add few."""
_VARIABLE: Final = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")
_SECRET: Final = re.compile(r"//\S*@")


class FileError(ToezichtError):
    """A configuration file is missing, unreadable, or says something that it cannot say."""


class UnsetVariableError(ToezichtError):
    """An environment variable that a text names is not set."""

    def __init__(self, variable: str) -> None:
        super().__init__(f"the environment variable {variable} is used but not set")


class _UnsetThereError(Exception):
    """An environment variable that a file names is not set; `at` is where it names it."""

    def __init__(self, words: str, at: Location) -> None:
        super().__init__(words)
        self.at = at


FAULTS_AT_MOST: Final = 100
"""Faults of one file that are told at once, where all are: more are not read."""


def read_yaml(
    path: Path, model: type[B], environment: Mapping[str, str] | None = None, context: Mapping[str, Any] | None = None
) -> B:
    """Return the file's content as a checked model, with `${NAME}` taken from the environment.

    Where the model has a location `UNEXPANDED`, such as `("cameras", "*", "source", "url")`, the text there stays as it is.
    No error shows a value of a model that says `SECRET`. With a `context` for the model's validators all faults are told, a
    line each; else the first.

    Raises:
        FileError: One line with the file, the line, the field, the value (unless it holds a credential) and what was
            expected.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise FileError(f"{path}: cannot be read: {reason}") from None
    return parse_yaml(text, str(path), model, environment, context)


def parse_yaml(
    text: str,
    name: str,
    model: type[B],
    environment: Mapping[str, str] | None = None,
    context: Mapping[str, Any] | None = None,
) -> B:
    """Return a text's content as a checked model; `name` stands for the file in errors. See `read_yaml`.

    JSON is YAML too, and is read as what it is: a registry of 10,000 cameras took 19 s of a core and 0.9 GB by way of YAML.
    Whatever is wrong with it is told by the reader of YAML, which knows the lines.
    """
    known = os.environ if environment is None else environment
    with nothing_is_garbage():
        found = _of_json(text, model, known, context)
        return _of_yaml(text, name, model, known, context) if found is None else found


def _of_json(text: str, model: type[B], environment: Mapping[str, str], context: Mapping[str, Any] | None) -> B | None:
    """Return the content of a text that is JSON and right, or None."""
    if not text.startswith("{"):
        return None
    try:
        content = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse_constant)
        content = _Expansion(environment, getattr(model, "UNEXPANDED", ())).of(content)
        return model.model_validate(content, context=dict(context) if context is not None else None)
    except (ValueError, RecursionError, _UnsetThereError):
        return None


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Return a section whose keys are each there once."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands here twice")
    return found


def _refuse_constant(word: str) -> object:
    """Refuse NaN and infinities, which JSON does not have."""
    raise ValueError(word)


def _of_yaml(
    text: str, name: str, model: type[B], environment: Mapping[str, str], context: Mapping[str, Any] | None
) -> B:
    try:
        _refuse_endless(text, name)
        loader = _Loader(text)
        root = loader.get_single_node()
        content = None if root is None else loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise FileError(f"{name}:{line}: not YAML: {error.problem}") from None
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError, LookupError, TypeError, AttributeError) as error:
        # a scalar that its tag, or its shape of a number or a date, does not allow: YAML's constructors raise what they raise
        told = type(error).__name__ if _is_secret(model) else _short(str(error) or type(error).__name__, 200)
        raise FileError(f"{name}:1: not YAML: {told}") from None
    if root is None:
        raise FileError(f"{name}:1: the file is empty, expected a {model.__name__.lower()}")
    _refuse_repeated_keys(root, name)
    try:
        content = _Expansion(environment, getattr(model, "UNEXPANDED", ())).of(content)
    except _UnsetThereError as unset:
        raise FileError(f"{name}:{_line_of(root, unset.at)}: {unset}") from None
    try:
        return model.model_validate(content, context=dict(context) if context is not None else None)
    except ValidationError as error:
        raise FileError(
            "\n".join(_faults(error, name, root, every=context is not None, secret=_is_secret(model)))
        ) from None


def _faults(error: ValidationError, name: str, root: yaml.Node, every: bool, secret: bool) -> Iterator[str]:
    """Yield what is wrong, a line each: the first fault, or `every` one; contradictions each with where it stands."""
    found = error.errors(include_url=False)
    deep = {tuple(fault["loc"])[:depth] for fault in found for depth in range(len(fault["loc"]))}
    found = [
        fault for fault in found if fault["type"] != "too_short" or fault["loc"] not in deep
    ]  # short of its faulty parts
    for number, fault in enumerate(found):
        if number == (FAULTS_AT_MOST if every else 1):
            return
        location = tuple(fault["loc"])
        told = fault.get("ctx", {}).get("error")
        if isinstance(told, ContradictionsError):
            for at, words in told.found[: FAULTS_AT_MOST if every else 1]:
                yield f"{name}:{_line_of(root, at)}: {_short('.'.join(map(str, at)), 120)}: {_short(words, 400)}"
            continue
        field = ".".join(str(part) for part in location) or "(whole file)"
        shown = _SECRET.sub("//***@", repr(fault["input"]))
        shown = f" (got {shown})" if len(shown) <= 80 and not secret else ""
        yield f"{name}:{_line_of(root, location)}: {_short(field, 120)}: {_short(fault['msg'], 400)}{shown}"


def _is_secret(model: type[BaseModel]) -> bool:
    """Return whether a file of this model holds secrets, which nothing that is told may show."""
    return bool(getattr(model, "SECRET", False))


def _short(text: str, most: int) -> str:
    """Return a text on one line that is not longer; what a file says may be of any length."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _refuse_endless(text: str, name: str) -> None:
    """Refuse what nests deeper than the parser in C survives, and aliases that unfold to more than any file of ours holds.

    Only the events are read, of which each takes the parser no more memory than its text. What is written out may be as much as
    it is: a registry of 10,000 cameras has some 1.6 million values.
    """
    sizes, anchors, names, written = [0], dict[str, int](), list[str | None](), 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        written += isinstance(event, yaml.NodeEvent)
        if isinstance(event, yaml.CollectionStartEvent):
            sizes.append(1)
            names.append(event.anchor)
            if len(sizes) > DEEPEST:
                raise FileError(f"{name}:{line}: nested deeper than {DEEPEST}")
        elif isinstance(event, yaml.CollectionEndEvent):
            size, anchor = sizes.pop(), names.pop()
            sizes[-1] += size
            if anchor is not None:
                anchors[anchor] = size
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor in names:
                raise FileError(f"{name}:{line}: the alias {event.anchor} stands within what it names")
            sizes[-1] += anchors.get(event.anchor or "", 1)
        elif isinstance(event, yaml.ScalarEvent):
            sizes[-1] += 1
        if sizes[-1] - written > MOST_NODES:
            raise FileError(f"{name}:{line}: aliases unfold to more than {MOST_NODES:,} values")


def variables(text: str) -> frozenset[str]:
    """Return the names of the environment variables that a text takes."""
    return frozenset(_VARIABLE.findall(text))


def as_it_is(value: str) -> str:
    """Return a value unchanged."""
    return value


def expand(text: str, environment: Mapping[str, str], written: Callable[[str], str] = as_it_is) -> str:
    """Return a text with each `${NAME}` taken from the environment.

    Args:
        text: The text.
        environment: The values.
        written: How a value is written where its name stands.

    Raises:
        UnsetVariableError: One is not set.
    """

    def value_of(match: re.Match[str]) -> str:
        if match[1] not in environment:
            raise UnsetVariableError(match[1])
        return written(environment[match[1]])

    return _VARIABLE.sub(value_of, text)


def line_of(path: Path, location: Location) -> int:
    """Return the line of a file's value, or of the nearest one around it, from 1."""
    root = _Loader(path.read_text(encoding="utf-8")).get_single_node()
    return _line_of(root, location)


def _line_of(node: yaml.Node, location: Location) -> int:
    """Return the line of the deepest node on the way to a location, from 1."""
    for part in location:
        child: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            child = next((value for key, value in node.value if key.value == str(part)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            child = node.value[part]
        if child is None:
            break
        node = child
    return int(node.start_mark.line) + 1


def _refuse_repeated_keys(node: yaml.Node, name: str) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise FileError(f"{name}:{key.start_mark.line + 1}: a key is a list or a section, expected a name")
            if key.value in seen:
                raise FileError(f"{name}:{key.start_mark.line + 1}: the key {_short(key.value, 80)} stands here twice")
            seen.add(key.value)
            _refuse_repeated_keys(value, name)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_repeated_keys(item, name)


@dataclass(frozen=True)
class _Expansion:
    """Takes the variables of a document's texts from the environment, but for those at the location `kept`."""

    environment: Mapping[str, str]
    kept: Location

    def of(self, content: Any, at: Location = ()) -> Any:
        """Return what stands at a location with its variables expanded.

        Raises:
            _UnsetThereError: A variable is not set.
            RecursionError: It is nested too deep.
        """
        if len(at) > DEEPEST:
            raise RecursionError
        if isinstance(content, dict):
            return {key: self.of(value, (*at, key)) for key, value in content.items()}
        if isinstance(content, list):
            return [self.of(value, (*at, number)) for number, value in enumerate(content)]
        if not isinstance(content, str) or self._keeps(at):
            return content
        try:
            return expand(content, self.environment)
        except UnsetVariableError as unset:
            raise _UnsetThereError(str(unset), at) from None

    def _keeps(self, at: Location) -> bool:
        same = len(at) == len(self.kept)
        return same and all(wanted in ("*", part) for part, wanted in zip(at, self.kept, strict=True))
