"""The messages for those who do not read Python: JSON Schema 2020-12 files, one AsyncAPI 3.0 document and a page of it.

Everything is generated from the models in `schemas/catalogue.py`; nobody edits the files. What topics look like is
given as an argument, because this package knows no topics. The schemas for readers are in `readers/`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from os.path import relpath
from pathlib import Path
from typing import Any, Final

from schemas.catalogue import MESSAGES
from schemas.contract.asyncapi import PHRASES_FILE, TopicFacts, asyncapi
from schemas.contract.json_schema import READERS, json_schema, reader_schema, schema_name
from schemas.contract.page import page
from schemas.phrases import codes as _codes  # noqa: F401  # they are declared where they are read
from schemas.phrases.declare import CODES, KINDS, ValueKind

ASYNCAPI_FILE: Final = "asyncapi.json"
PAGE_FILE: Final = "messages.md"


def phrases() -> dict[str, Any]:
    """Return every code of a phrase with its values, and of which kind each is, in the order of the codes."""
    return {
        "title": "phrases",
        "description": "Codes of phrases with their values. Their sentences are in schemas/phrases/*.ftl (Project Fluent). "
        + " ".join(f"{name}: {said}." for name, said in KINDS.items()),
        "codes": {code: {name: _kind(kind) for name, kind in CODES[code].items()} for code in sorted(CODES)},
    }


def _kind(kind: ValueKind) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": kind.name}
    if kind.decimals is not None:
        told["decimals"] = kind.decimals
    return told | ({"trimmed": True} if kind.trimmed else {})


def documents(topics: Sequence[TopicFacts]) -> dict[str, str]:
    """Return all generated files but the page: their text by file name."""
    files: dict[str, Any] = {f"{schema_name(model)}.json": json_schema(model) for model in MESSAGES}
    files |= {f"{READERS}/{schema_name(model)}.json": reader_schema(model) for model in MESSAGES}
    files[ASYNCAPI_FILE] = asyncapi(topics)
    files[PHRASES_FILE] = phrases()
    return {name: json.dumps(content, indent=2, ensure_ascii=False) + "\n" for name, content in files.items()}


def page_text(topics: Sequence[TopicFacts], folder: str = ".") -> str:
    """Return the page: the AsyncAPI document with the schemas, in Markdown.

    Args:
        topics: What topics look like.
        folder: Where the generated files are, as seen from the page.
    """
    return page(asyncapi(topics), {schema_name(model): json_schema(model) for model in MESSAGES}, folder)


def _files(folder: Path, topics: Sequence[TopicFacts], at: Path | None) -> dict[Path, str]:
    """Return every generated file: its text by its path."""
    at = at or folder / PAGE_FILE
    files = {folder / name: text for name, text in documents(topics).items()}
    return files | {at: page_text(topics, Path(relpath(folder, at.parent)).as_posix())}


def export(folder: Path, topics: Sequence[TopicFacts], page_at: Path | None = None) -> list[Path]:
    """Write all files, their folders made where they are missing, and return their paths.

    Files of messages that no longer exist are left alone; `check` names them.

    Args:
        folder: Where the files go.
        topics: What topics look like.
        page_at: Where the page goes; beside them where None.

    Raises:
        OSError: The folder cannot be written.
    """
    files = _files(folder, topics, page_at)
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [*files]


def check(folder: Path, topics: Sequence[TopicFacts], page_at: Path | None = None) -> list[str]:
    """Return one line for each file that is missing, differs from the models, or belongs to no message."""
    expected = _files(folder, topics, page_at)
    differences = []
    for path, text in expected.items():
        if not path.is_file():
            differences.append(f"{path}: missing")
        elif path.read_bytes() != text.encode():
            differences.append(f"{path}: differs from the models")
    extra = sorted(path for path in folder.rglob("*.json") if path not in expected)
    return differences + [f"{path}: belongs to no message" for path in extra]
