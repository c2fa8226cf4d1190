"""Stage interface: what an agent is to the runner: a name, its input topics, and a function from an input to outputs.

An agent is a class with a `handle` method. It knows nothing of Kafka or Faust: the runner decodes and guards before it,
and writes, sends, confirms and acknowledges after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol, TypeVar, runtime_checkable

from pydantic import BaseModel

from schemas.base import Message
from schemas.dead_letters import DeadLetterReason
from schemas.phrases.catalogue import text_of
from schemas.phrases.phrase import Told

R = TypeVar("R", bound=BaseModel)


class Input(NamedTuple):
    """One decoded record.

    Attributes:
        message: The message, of one of the types that the input topics carry.
        payload: The record's value; a JPEG for frames.
        topic: Where it stood.
        partition: Where it stood.
        offset: Where it stood.
        event_id: The CloudEvents id: equal for a repeated message.
        entered_at: When the newest input that contributed to it entered the pipeline (UTC).
    """

    message: Message
    payload: bytes
    topic: str
    partition: int
    offset: int
    event_id: str
    entered_at: datetime


class Output(NamedTuple):
    """One message to send.

    Attributes:
        topic: Where to.
        message: What.
        key: The Kafka key, where it is not the message's own. It does not decide the partition: the message's own does.
        partition: An explicit partition, where the message's key does not decide it.
        entered_at: When the newest contributing input entered, where that is not the input that was just handled.
        payload: The record's value, for a message that travels in a header.
        measured: What metrics are told once the message is confirmed; it is not sent.
        tombstone: Whether nothing is sent but that the key's record is to go, on a compacted topic; the message is only why.
    """

    topic: str
    message: Message
    key: str | None = None
    partition: int | None = None
    entered_at: datetime | None = None
    payload: bytes | None = None
    measured: object | None = None
    tombstone: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """Failed: what a picture stage returns for an input that it cannot handle: that input alone goes to dead-letters.

    Attributes:
        reason: A bounded kind of fault.
        what: What is told, without the input's values.
    """

    reason: DeadLetterReason
    what: Told

    @property
    def detail(self) -> str:
        """Return what is told in one English line."""
        return text_of(self.what)


class Rows(Protocol):
    """The state of one partition: small rows of frozen pydantic models by name.

    Writes take effect together when `handle` returns, and not at all when it raises.
    """

    def get(self, key: str, model: type[R]) -> R | None:
        """Return a row, or None."""

    def get_each(self, keys: Sequence[str], model: type[R]) -> list[R]:
        """Return those of some rows that are there, in the order in which they are named."""

    def put(self, key: str, row: BaseModel) -> None:
        """Write a row."""

    def delete(self, key: str) -> None:
        """Remove a row; a row that is not there is no error."""

    def scan(self, prefix: str, model: type[R]) -> Iterator[tuple[str, R]]:
        """Yield all rows whose name starts with the prefix, in the order of their names."""


@runtime_checkable
class Stage(Protocol):
    """An agent that handles one input at a time, with or without state.

    Attributes:
        name: The stage; also its Faust app id, its consumer group and its metric label.
        inputs: Topics it reads; all with one partition count.
        stateful: Whether `rows` keeps anything; a stage without state gets rows that refuse to be written.
        max_late: An input that happened longer ago than this goes to dead-letters; None accepts any age.
        ticks: The topic whose ticks this stage sends, one per second and partition that it holds: of the stages that take
            them the one that owns the group's state and lives longest. None where another one does.
    """

    name: str
    inputs: tuple[str, ...]
    stateful: bool
    max_late: timedelta | None
    ticks: str | None

    def handle(self, item: Input, rows: Rows, now: datetime) -> Sequence[Output]:
        """Return what this input causes. Deterministic: the same rows, input and now give the same outputs.

        Raises:
            Exception: The input goes to dead-letters as `handler_failed`, and nothing it wrote takes effect.
        """


@runtime_checkable
class PictureStage(Protocol):
    """An agent without kept state that looks at pictures in threads of its own, several at once.

    Attributes:
        in_hand: How many inputs it is given at once.
        max_age_s: Inputs that entered the pipeline longer ago than this are dropped before decoding, and counted. Zero keeps
            all.
        overtaken_s: Inputs that entered longer ago than this are dropped where a newer one of their camera waits.
    """

    name: str
    inputs: tuple[str, ...]
    in_hand: int
    max_age_s: float
    overtaken_s: float
    max_late: timedelta | None

    def submit(self, item: Input) -> Future[Sequence[Output] | Failed]:
        """Begin with an input and return at once; the future tells what it causes, or why it cannot be handled.

        The futures end in the order in which the inputs were given.
        """

    def forget(self) -> None:
        """Forget what earlier inputs told of their cameras, for the inputs that are given from now on."""

    def close(self) -> None:
        """End the threads and wait for them; inputs that none has begun with are cancelled."""
