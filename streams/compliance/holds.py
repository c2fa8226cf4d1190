"""Holds: a case that is kept longer than its time for a criminal case, as copies on a topic of their own.

Nothing else is kept by it: all topics go on deleting what is old, and what is held stands beside them. The topic keeps nothing
beyond `streams.topics.HELD_MS`, whatever a hold says: one that lasts longer is placed anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from schemas.base import derive_id, iso_utc
from schemas.codec import Headers, encode
from schemas.deletion import Hold, HoldState
from streams.compliance.deletion import NotDeletableError, find_case, records_of
from streams.domain.compliance.case import AlertCase, holds_now
from streams.kafka.decoding import Decoder
from streams.kafka.producer import ConfirmedProducer
from streams.kafka.reader import Reader
from streams.kafka.record import Record
from streams.settings import KafkaSettings
from streams.topics import HELD_MS, HOLDS, TopicSpec

NAME: Final = "hold"
LONGEST: Final = timedelta(milliseconds=HELD_MS)
TAKEN_AT: Final = "held-appended-at"
"""Header of a copy with the time at which the broker took the original (RFC 3339, UTC)."""


def read_holds(kafka: KafkaSettings) -> dict[str, Hold]:
    """Return the newest state of each hold, by its id.

    Raises:
        ClusterError: The topic cannot be read.
    """
    decoder = Decoder()
    found: dict[str, Hold] = {}
    for record in _records(kafka):
        if record.value is None or b"/" in (record.key or b""):
            continue
        message = decoder.message(record)
        if isinstance(message, Hold):
            found[message.hold_id] = message
    return found


def copy_key(hold_id: str, record: Record) -> str:
    """Return under which key a record's copy stands: the same record has the same, so that copying again adds nothing."""
    return f"{hold_id}/{record.topic}/{record.partition}/{record.offset}"


def place_hold(
    kafka: KafkaSettings,
    alert_id: str,
    specs: Sequence[TopicSpec],
    requester: str,
    ground: str,
    until: datetime,
    user: str,
    now: datetime,
) -> Hold:
    """Copy all that names a case to the topic of holds, and return the hold.

    Placed again for the same alert and ground, it takes what came since, and its new end.

    Args:
        kafka: The cluster.
        alert_id: The alert.
        specs: The topics that the cluster has.
        requester: The office that demands it.
        ground: By which the demand can be found.
        until: When it ends (UTC).
        user: Who places it.
        now: When (UTC).

    Raises:
        NotDeletableError: No such alert is known.
        ClusterError: Topics cannot be read, or written.
    """
    case = find_case(kafka, alert_id)
    hold_id = derive_id("hold", case.alert_ids[0], requester, ground)
    return _keep(kafka, case, specs, Hold(
        hold_id=hold_id,
        alert_id=case.alert_ids[0],
        control_room_id=case.control_room_id,
        requester=requester,
        ground=ground,
        until=until,
        state=HoldState.HELD,
        records=0,
        changed_by=user,
        changed_at=now,
    ))  # fmt: skip


def _keep(kafka: KafkaSettings, case: AlertCase, specs: Iterable[TopicSpec], hold: Hold) -> Hold:
    before = set(held_keys(kafka, hold.hold_id))
    producer = ConfirmedProducer(kafka, NAME)
    try:
        for record in records_of(kafka, case, [spec.name for spec in specs]):
            key = copy_key(hold.hold_id, record)
            if record.value is not None and key not in before:
                producer.send(HOLDS, 0, key.encode(), record.value, _copied(record))
                before.add(key)
        kept = hold.model_copy(update={"records": len(before)})
        _tell(producer, kept)
        producer.confirm()
    finally:
        producer.close()
    return kept


def _copied(record: Record) -> Headers:
    return [*record.headers, (TAKEN_AT, iso_utc(record.appended_at).encode())]


def refresh_holds(kafka: KafkaSettings, specs: Sequence[TopicSpec], user: str, now: datetime) -> list[Hold]:
    """Take what came of held cases since, before what is old is deleted; return the holds that hold.

    A case of which nothing is left on any topic stays as it was copied.

    Raises:
        ClusterError: Topics cannot be read, or written.
    """
    found = []
    for hold in read_holds(kafka).values():
        if not holds_now(hold, now):
            continue
        try:
            case = find_case(kafka, hold.alert_id)
        except NotDeletableError:
            found.append(hold)
        else:
            found.append(_keep(kafka, case, specs, hold.model_copy(update={"changed_by": user, "changed_at": now})))
    return found


def released(hold: Hold, user: str, now: datetime) -> Hold:
    """Return the word that a hold is released."""
    return hold.model_copy(update={"state": HoldState.RELEASED, "records": 0, "changed_by": user, "changed_at": now})


def release(kafka: KafkaSettings, hold: Hold, user: str, now: datetime) -> int:
    """Delete all copies of a hold, and say that it is released; return how many there were.

    Raises:
        ClusterError: The topic cannot be read, or written.
    """
    keys = list(held_keys(kafka, hold.hold_id))
    producer = ConfirmedProducer(kafka, NAME)
    try:
        for key in keys:
            producer.tombstone(HOLDS, 0, key.encode())
        _tell(producer, released(hold, user, now))
        producer.confirm()
    finally:
        producer.close()
    return len(keys)


def past_their_end(holds: Iterable[Hold], now: datetime) -> list[Hold]:
    """Return the holds whose end has come and that nobody released."""
    return [hold for hold in holds if hold.state is HoldState.HELD and now >= hold.until]


def held_keys(kafka: KafkaSettings, hold_id: str) -> Iterator[str]:
    """Yield the keys of the copies that a hold has now.

    Raises:
        ClusterError: The topic cannot be read.
    """
    found: dict[str, bool] = {}
    for record in _records(kafka):
        key = (record.key or b"").decode("utf-8", "replace")
        if key.startswith(f"{hold_id}/"):
            found[key] = record.value is not None
    return (key for key, there in found.items() if there)


def _records(kafka: KafkaSettings) -> Iterator[Record]:
    with Reader(kafka, NAME) as reader:
        yield from reader.read_spans(reader.spans((HOLDS,)))


def _tell(producer: ConfirmedProducer, hold: Hold) -> None:
    producer.send_encoded(HOLDS, encode(hold, stage=NAME, handled_at=hold.changed_at, entered_at=hold.changed_at))
