"""Subset: whether every value that one JSON Schema allows is allowed by another one, and where it is not, at which field and why.

It knows what our models are made of (`json_schema.py`) and nothing else: what it does not know it refuses, so that
nothing passes unseen. It errs on the side of a break: of two patterns that differ neither is taken to hold the other.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from schemas.contract.json_schema import WORDS_OPEN, words_of

Node = Mapping[str, Any]

KNOWN: Final = frozenset(
    {"$ref", "anyOf", "oneOf", "type", "const", "enum", "properties", "required", "additionalProperties", "items"}
    | {"minItems", "maxItems", "minLength", "maxLength", "pattern", "format", "minimum", "maximum", "exclusiveMinimum"}
    | {"exclusiveMaximum", "maxProperties", "title", "description", "default", "deprecated", WORDS_OPEN}
    | {"$schema", "$id", "$defs"}
)
ANY: Final[Node] = {}


class Schema(NamedTuple):
    """A schema within its document, whose definitions it may refer to."""

    node: Node
    definitions: Mapping[str, Node]

    @classmethod
    def of(cls, document: Node) -> Schema:
        """Return a whole document."""
        return cls(document, document.get("$defs", {}))

    def at(self, node: Node) -> Schema:
        """Return another schema of the same document."""
        return Schema(node, self.definitions)


class Sides(NamedTuple):
    """Sides: who writes by the one schema and who reads by the other, as lines name them."""

    writer: str
    reader: str


class Subset:
    """Compares schemas of two documents, which are not changed meanwhile; objects are compared once.

    Args:
        sides: Who writes and who reads.
    """

    def __init__(self, sides: Sides) -> None:
        self._sides = sides
        self._found: dict[tuple[int, int], list[str]] = {}

    def breaks(self, written: Schema, read: Schema, path: str = "") -> Iterator[str]:
        """Yield a line for each way in which what is written may not be read.

        Raises:
            ValueError: A schema says something that this does not know.
        """
        takes = [*_variants(read)]
        for variant in _variants(written):
            yield from self._fits_one(variant, takes, path)

    def _fits_one(self, variant: Schema, takes: Sequence[Schema], path: str) -> Iterator[str]:
        """Yield why a variant fits none of those that are taken: the nearest one's reasons."""
        reasons = [[*self._plain(variant, each, path)] for each in takes if _alike(variant.node, each.node)]
        if not reasons:
            taken = " or ".join(dict.fromkeys(_told(each.node) for each in takes))
            yield self._line(path, f"may write {_told(variant.node)}", f"takes {taken}")
        elif all(reasons):
            yield from min(reasons, key=len)

    def _line(self, path: str, writes: str, reads: str) -> str:
        return f"{path or 'the message'}: {self._sides.writer} {writes}, {self._sides.reader} {reads}"

    def _plain(self, written: Schema, read: Schema, path: str) -> Iterator[str]:
        kind = read.node.get("type")
        if "const" in read.node:
            if written.node.get("const") != read.node["const"]:
                yield self._line(path, f"may write {_told(written.node)}", f"takes {read.node['const']}")
        elif kind == "string":
            yield from self._texts(written.node, read.node, path)
        elif kind in {"integer", "number"}:
            yield from self._limits(written.node, read.node, path)
        elif kind == "array":
            yield from self._counts(written.node, read.node, ("minItems", "maxItems"), "entries", path)
            yield from self.breaks(
                written.at(written.node.get("items", ANY)), read.at(read.node.get("items", ANY)), f"{path}[]"
            )
        elif kind == "object":
            pair = (id(written.node), id(read.node))  # both documents live as long as this
            if pair not in self._found:
                self._found[pair] = []  # what refers to itself fits where nothing else breaks
                self._found[pair] = [*self._objects(written, read, path)]
            yield from self._found[pair]

    def _texts(self, written: Node, read: Node, path: str) -> Iterator[str]:
        words = [written["const"]] if "const" in written else words_of(written)
        taken = words_of(read)
        if words is not None:
            refused = [word for word in words if not _takes_word(read, taken, word)]
            if refused:
                yield self._line(path, f"may write {', '.join(map(repr, refused))}", f"takes {_told(read)}")
            return
        if taken is not None:
            yield self._line(path, f"may write {_told(written)}", f"takes {_told(read)}")
            return
        for name in ("pattern", "format"):
            if name in read and written.get(name) != read[name]:
                yield self._line(path, f"have the {name} {written.get(name)}", f"takes {read[name]}")
        yield from self._counts(written, read, ("minLength", "maxLength"), "characters", path)

    def _counts(self, written: Node, read: Node, names: tuple[str, str], of: str, path: str) -> Iterator[str]:
        least, most = names
        if written.get(least, 0) < read.get(least, 0):
            yield self._line(
                path, f"may write {written.get(least, 0)} {of}", f"takes no fewer than {read.get(least, 0)}"
            )
        if written.get(most, math.inf) > read.get(most, math.inf):
            yield self._line(
                path, f"may write {written.get(most, 'any number of')} {of}", f"takes at most {read[most]}"
            )

    def _limits(self, written: Node, read: Node, path: str) -> Iterator[str]:
        if _lower(written) < _lower(read) or _upper(written) > _upper(read):
            yield self._line(path, f"may write {_told(written)}", f"takes {_told(read)}")

    def _objects(self, written: Schema, read: Schema, path: str) -> Iterator[str]:
        has, takes = written.node.get("properties", {}), read.node.get("properties", {})
        others, takes_others = _others(written.node), _others(read.node)
        for name in read.node.get("required", ()):
            if name not in written.node.get("required", ()):
                said = "may leave it out" if name in has else "do not know it"
                yield self._line(_below(path, name), said, "requires it")
        for name, field in has.items():
            if name in takes:
                yield from self.breaks(written.at(field), read.at(_without_end(takes[name])), _below(path, name))
            elif takes_others is None:
                yield self._line(_below(path, name), "may write it", "does not know it")
            else:
                yield from self.breaks(written.at(field), read.at(takes_others), _below(path, name))
        if others is not None and takes_others is None:
            yield self._line(path, "may write other fields", "takes none")
        elif others is not None and takes_others is not None:
            yield from self.breaks(written.at(others), read.at(takes_others), f"{path}{{}}")
        most = ("minProperties", "maxProperties")
        yield from self._counts(written.node, read.node, most, "fields", path)


def _variants(schema: Schema) -> Iterator[Schema]:
    """Yield the alternatives that a schema is made of, its references followed."""
    node = schema.node
    if unknown := node.keys() - KNOWN:
        raise ValueError(f"a schema says {', '.join(sorted(unknown))}, expected {', '.join(sorted(KNOWN))}")
    if "$ref" in node:
        yield from _variants(schema.at(schema.definitions[node["$ref"].removeprefix("#/$defs/")]))
        return
    for union in ("anyOf", "oneOf"):
        if union in node:
            for each in node[union]:
                yield from _variants(schema.at(each))
            return
    yield schema


def _alike(written: Node, read: Node) -> bool:
    """Return whether a value of the one may be one of the other at all: of one kind, and of one variant where it names it."""
    if "type" not in read:
        return True
    kinds = {written.get("type"), "number"} if written.get("type") == "integer" else {written.get("type")}
    if read["type"] not in kinds:
        return False
    tags = {name: field["const"] for name, field in read.get("properties", {}).items() if "const" in field}
    ours = written.get("properties", {})
    return all(ours.get(name, {}).get("const", tag) == tag for name, tag in tags.items())


def _others(node: Node) -> Node | None:
    """Return what fields that an object does not name may be; None where there may be none."""
    others = node.get("additionalProperties", True)
    return None if others is False else ANY if others is True else others


def _without_end(field: Node) -> Node:
    """Return a field as it is read: one that is deprecated is written empty, and read as it was."""
    if field.get("deprecated") and field.get("maxLength") == 0:
        return {name: value for name, value in field.items() if name != "maxLength"}
    return field


def _takes_word(read: Node, taken: Sequence[str] | None, word: object) -> bool:
    if not isinstance(word, str):
        return False
    if taken is not None and word not in taken:
        return False
    fits = read.get("minLength", 0) <= len(word) <= read.get("maxLength", math.inf)
    return fits and "format" not in read and bool(re.search(read.get("pattern", ""), word))


def _lower(node: Node) -> tuple[float, int]:
    """Return the least value; the second number is 1 where it is not one itself."""
    limits = [(float(node[name]), above) for name, above in (("minimum", 0), ("exclusiveMinimum", 1)) if name in node]
    return max(limits, default=(-math.inf, 0))


def _upper(node: Node) -> tuple[float, int]:
    """Return the greatest value; the second number is -1 where it is not one itself."""
    limits = [(float(node[name]), below) for name, below in (("maximum", 0), ("exclusiveMaximum", -1)) if name in node]
    return min(limits, default=(math.inf, 0))


def _told(node: Node) -> str:
    """Return what a schema is, in words."""
    if "const" in node:
        return repr(node["const"])
    words = words_of(node)
    if words is not None:
        return ", ".join(map(repr, words))
    limits = [
        f"{name} {node[name]}"
        for name in (
            "minimum",
            "exclusiveMinimum",
            "maximum",
            "exclusiveMaximum",
            "minLength",
            "maxLength",
            "pattern",
            "format",
        )
        if name in node
    ]
    return " ".join([str(node.get("type", "anything")), *([f"({', '.join(limits)})"] if limits else [])])


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
