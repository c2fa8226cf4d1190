"""A stage's rows in a dictionary: passes the same contract tests as the real ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from pydantic import BaseModel

R = TypeVar("R", bound=BaseModel)


class FakeRows:
    """The rows of one partition. Rows are kept as JSON, so that what a stage reads went through its own document."""

    def __init__(self) -> None:
        self.documents: dict[str, bytes] = {}
        self.reads = 0
        self.writes = 0

    def get(self, key: str, model: type[R]) -> R | None:
        self.reads += 1
        document = self.documents.get(key)
        return None if document is None else model.model_validate_json(document)

    def get_each(self, keys: Sequence[str], model: type[R]) -> list[R]:
        found = (self.get(key, model) for key in keys)
        return [row for row in found if row is not None]

    def put(self, key: str, row: BaseModel) -> None:
        self.writes += 1
        self.documents[key] = row.model_dump_json(by_alias=True).encode()

    def delete(self, key: str) -> None:
        self.writes += key in self.documents
        self.documents.pop(key, None)

    def scan(self, prefix: str, model: type[R]) -> Iterator[tuple[str, R]]:
        for key in sorted(key for key in self.documents if key.startswith(prefix)):
            row = self.get(key, model)
            if row is not None:
                yield key, row

    def names(self, prefix: str) -> list[str]:
        return sorted(key for key in self.documents if key.startswith(prefix))
