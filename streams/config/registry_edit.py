"""Registry edits: cameras added, and parts of a camera replaced, in the text that people wrote, so that their comments stay.

Only what is replaced is written anew, with the comments within it. Each edit is read back: but for what was asked for, the file
says what it said before, or nothing is written.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from streams.config.yaml import FileError, parse_yaml
from streams.domain.cameras.registry import Registry

_WIDE: Final = 1_000_000
_BLOCKS: Final = frozenset({"source", "legal", "masks"})
"""Parts of a camera that are written a line per field, as people write them."""
_LISTS: Final = frozenset({"zones", "viewing_windows"})
"""Lists that are written a line per item."""


class _Places(yaml.SafeLoader):
    """Composes nodes of which each stands where it is written: an alias is one of its own, and not what it stands for."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            untyped: Any = self
            event = untyped.get_event()
            return yaml.ScalarNode("alias", event.anchor, event.start_mark, event.end_mark)
        return super().compose_node(parent, index)


def with_cameras(text: str, name: str, entries: Sequence[Mapping[str, Any]], version: str) -> str:
    """Return a registry's text with cameras behind those that it has.

    Args:
        text: The registry (YAML), which must be valid.
        name: What stands for the file in errors.
        entries: Each camera as the file has one.
        version: The registry's new version.

    Raises:
        FileError: The registry, or what would come of it, is wrong.
    """
    root = _checked(text, name)
    cameras = _value(root, "cameras", name)
    before = yaml.safe_load(text)
    if cameras.flow_style and cameras.value:
        raise FileError(f"{name}: the cameras stand on one line between [ and ], expected a line with `-` for each")
    if cameras.value:
        at, indent = _line_end(text, _end(cameras)), cameras.start_mark.column
        text = text[:at] + _newline(text, at) + _items(entries, indent) + text[at:]
    else:
        start, end = cameras.start_mark.index, _end(cameras)
        text = text[:start].rstrip(" ") + "\n" + _items(entries, 2) + text[end:]
    text = _set(text, name, (), "version", version)
    return _held(text, name, {**before, "version": version, "cameras": [*(before["cameras"] or []), *entries]})


def with_parts(text: str, name: str, camera_id: str, parts: Mapping[str, Any], version: str) -> str:
    """Return a registry's text with parts of one camera replaced, such as its masks.

    Args:
        text: The registry (YAML), which must be valid.
        name: What stands for the file in errors.
        camera_id: The camera.
        parts: By field of the camera, what is to stand there.
        version: The registry's new version.

    Raises:
        FileError: The registry, or what would come of it, is wrong, or it has no such camera.
    """
    _checked(text, name)
    before = yaml.safe_load(text)
    ids = [each["id"] for each in before["cameras"]]
    if camera_id not in ids:
        raise FileError(f"{name}: there is no camera {camera_id}, expected one of {', '.join(ids)}")
    number = ids.index(camera_id)
    for field, value in parts.items():
        text = _set(text, name, ("cameras", number), field, value)
    text = _set(text, name, (), "version", version)
    before["cameras"][number] |= parts
    return _held(text, name, {**before, "version": version})


def replace_file(path: Path, before: str, after: str) -> None:
    """Replace a file at once, so that whoever reads it gets the old or the new one, and keep who may read it.

    Raises:
        FileError: Somebody else changed it meanwhile, or it cannot be written.
    """
    try:
        if path.read_text(encoding="utf-8") != before:
            raise FileError(f"{path}: it was changed meanwhile, expected what was read; nothing was written")
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.resolve().parent, delete=False) as file:
            scratch = Path(file.name)
            try:
                file.write(after)
                file.flush()
                os.fsync(file.fileno())
                scratch.chmod(path.stat().st_mode)
                scratch.replace(path.resolve())
            except BaseException:
                with contextlib.suppress(OSError):
                    scratch.unlink()
                raise
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"{path}: cannot be written: {getattr(error, 'strerror', None) or 'not UTF-8 text'}") from None


def _checked(text: str, name: str) -> yaml.MappingNode:
    parse_yaml(text, name, Registry, context={})
    return _root(text)


def _root(text: str) -> yaml.MappingNode:
    root = yaml.compose(text, Loader=_Places)
    assert isinstance(root, yaml.MappingNode)  # it was read as a registry
    return root


def _held(text: str, name: str, expected: Any) -> str:
    """Return the text if it says what is expected, and is a registry."""
    try:
        same = _plain(yaml.safe_load(text)) == _plain(expected)
    except yaml.YAMLError:
        same = False
    if not same:
        raise FileError(f"{name}: it is written in a way that no program can change safely; change it by hand")
    parse_yaml(text, name, Registry, context={})
    return text


def _plain(value: Any) -> Any:
    """Return a value with lists for tuples, and dates as they are written."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def _set(text: str, name: str, location: tuple[str | int, ...], field: str, value: Any) -> str:
    """Return the text with a field of the mapping at a location replaced, or added behind the others."""
    mapping = _at(_root(text), location, name)
    found = next((pair for pair in mapping.value if pair[0].value == field), None)
    if found is not None:
        key, old = found
        return text[: key.end_mark.index] + ":" + _written(field, value, mapping) + text[_end(old) :]
    if mapping.flow_style:
        at = mapping.end_mark.index - 1
        return f"{text[:at]}, {field}: {_flow(value)}{text[at:]}"
    at = _line_end(text, _end(mapping))
    line = f"{' ' * mapping.start_mark.column}{field}:{_written(field, value, mapping)}\n"
    return text[:at] + _newline(text, at) + line + text[at:]


def _at(node: Any, location: tuple[str | int, ...], name: str) -> Any:
    for part in location:
        node = node.value[part] if isinstance(part, int) else _value(node, part, name)
    return node


def _value(mapping: yaml.MappingNode, field: str, name: str) -> Any:
    for key, value in mapping.value:
        if key.value == field:
            return value
    raise FileError(f"{name}: there is no {field}")


def _end(node: yaml.Node) -> int:
    """Return where a node's own text ends: a block's mark lies behind the comments that follow it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def _line_end(text: str, at: int) -> int:
    """Return where the line ends that a place is in, behind its line end; a place at a line's beginning ends the one before."""
    if at and text[at - 1] == "\n":
        return at
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


def _newline(text: str, at: int) -> str:
    return "" if at == 0 or text[at - 1] == "\n" else "\n"


def _items(entries: Sequence[Mapping[str, Any]], indent: int) -> str:
    """Return cameras as lines of a list."""
    lines: list[str] = []
    for entry in entries:
        for number, (field, value) in enumerate(entry.items()):
            lead = " " * indent + ("- " if number == 0 else "  ")
            lines.append(f"{lead}{field}:{_block(field, value, indent + 2)}\n")
    return "".join(lines)


def _written(field: str, value: Any, mapping: Any) -> str:
    return f" {_flow(value)}" if mapping.flow_style else _block(field, value, mapping.start_mark.column)


def _block(field: str, value: Any, indent: int) -> str:
    """Return a value behind its `field:`, as people write it."""
    inner = " " * (indent + 2)
    if field in _BLOCKS and isinstance(value, Mapping):
        return "".join(f"\n{inner}{key}:{_block(key, each, indent + 2)}" for key, each in value.items())
    if field in _LISTS and value:
        return "".join(f"\n{inner}- {_flow(each)}" for each in value)
    return f" {_flow(value)}"


def _flow(value: Any) -> str:
    text = yaml.safe_dump(_plain(value), default_flow_style=True, width=_WIDE, sort_keys=False, allow_unicode=True)
    return text.removesuffix("\n").removesuffix("\n...")
