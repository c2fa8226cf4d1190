"""What stands on the topics, mutated: each record is a message or is refused with one line that repeats nothing of it."""

from __future__ import annotations

import pytest

from schemas.base import Message
from schemas.catalogue import MESSAGES
from schemas.codec import Headers, decode, encode, envelope
from schemas.errors import UndecodableError
from tests.support.messages import NOON, example, payload
from tests.support.mutation import Mutator, fuzz, tries

COUNT = 5_000
"""For each of the messages: more than 100,000 together."""


@pytest.mark.parametrize("model", MESSAGES, ids=lambda model: str(model.name))
def test_records_of_every_topic(model: type[Message]) -> None:
    """Value and headers; an operator's action among them."""
    record = encode(example(model), stage="fuzz", handled_at=NOON, entered_at=NOON, payload=payload(model))
    mutator = Mutator(6)
    draw = mutator.random

    def change() -> tuple[bytes, Headers]:
        headers = [(name, mutator.line([value]) if draw.random() < 0.15 else value) for name, value in record.headers]
        if draw.random() < 0.1:
            del headers[draw.randrange(len(headers))]
        return mutator.line([record.value]), headers

    def read(given: tuple[bytes, Headers]) -> object:
        envelope(given[1])
        return decode(*given)

    tally = fuzz(read, change, COUNT, (UndecodableError,))
    assert tally["UndecodableError"] > tries(COUNT) / 20, tally
