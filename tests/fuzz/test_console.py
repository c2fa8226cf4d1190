"""What a console reads, mutated: a record becomes a row or is refused, and so does an id or a cursor of a request."""

from __future__ import annotations

import json

from console.api.problems import ProblemError
from console.projection.alerts.cursor import cursor_of, place_of
from console.projection.alerts.row import ListRowError, row_of
from console.projection.stream import position_of
from schemas.alerts import Alert
from schemas.phrases.language import Language
from streams.presentation.standing import rank
from tests.support.messages import example
from tests.support.mutation import Mutator, fuzz, tries

COUNT = 20_000


def test_records_of_alert_state() -> None:
    """Bytes and values: whatever a row is made of can be told, or is refused when it is."""
    value = example(Alert).model_dump_json().encode()
    mutator = Mutator(16)

    def change() -> bytes:
        if mutator.random.random() < 0.5:
            return mutator.line([value])
        return json.dumps(mutator.value(json.loads(value)), default=str).encode()

    def read(given: bytes) -> object:
        row = row_of(given, 3)
        rank(row) < rank(row)  # noqa: B015 - whatever orders it can be compared
        return row.json(Language.NL)

    tally = fuzz(read, change, COUNT, (ListRowError,))
    assert tally["ListRowError"] > tries(COUNT) / 20, tally


def test_cursors_and_ids() -> None:
    cursor, mutator = cursor_of(rank(row_of(example(Alert).model_dump_json().encode(), 3))).encode(), Mutator(17)
    fuzz(lambda given: place_of(given.decode("latin-1")), lambda: mutator.line([cursor]), COUNT, (ProblemError,))
    fuzz(lambda given: position_of(given.decode("latin-1")), lambda: mutator.line([b"123.456"]), COUNT, (ProblemError,))
