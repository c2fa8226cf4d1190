"""A partner that reads its topics with kafka-python and answers each request to it: see docs/examples/README.md.

    python partner.py politie --bootstrap-servers localhost:9092 --state politie.db

It begins at the beginning of its topics, writes what it took, what follows from that and how far it is in one transaction of its
own, and goes on there after a restart. What it sends has an id that follows from the request: sent again, it is the same answer.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import time
from datetime import UTC, datetime
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

ALERT, DISPATCH = "nl.toezicht.partner-alert.v1", "nl.toezicht.partner-dispatch.v1"
RECEIPT = "nl.toezicht.dispatch-receipt.v1"
TABLES = """
CREATE TABLE IF NOT EXISTS place (topic TEXT, partition INTEGER, next INTEGER, PRIMARY KEY (topic, partition));
CREATE TABLE IF NOT EXISTS seen (topic TEXT, id TEXT, PRIMARY KEY (topic, id));
CREATE TABLE IF NOT EXISTS alert (topic TEXT, alert_id TEXT, revision INTEGER, text TEXT, PRIMARY KEY (topic, alert_id));
CREATE TABLE IF NOT EXISTS task (dispatch_id TEXT PRIMARY KEY, text TEXT, told INTEGER DEFAULT 0);
"""


def arguments() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("partner", help="your id in the municipality's file of partners")
    parser.add_argument("--bootstrap-servers", default="localhost:9092")
    parser.add_argument("--state", default="partner.db", help="where it writes down what it did")
    parser.add_argument("--source", default="urn:nld:oin:00000000000000000000:systeem:partner", help="your ce_source")
    parser.add_argument("--outcomes", default="accepted,en_route,arrived,done", help="what to answer, in this order")
    parser.add_argument("--reason", default="no_unit", help="the code that goes with `rejected`")
    parser.add_argument("--pause-s", type=float, default=1.0, help="seconds between two answers")
    return parser.parse_args()


def begin(topics: list[str], servers: str, mine: sqlite3.Connection) -> Any:
    """Return a consumer of all partitions of our topics, each at the place where we are."""
    consumer: Any = KafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False, isolation_level="read_committed")
    known = consumer.topics() & set(topics)  # without the one on health where nobody gives us anything of it
    places = [TopicPartition(topic, number) for topic in known for number in consumer.partitions_for_topic(topic)]
    consumer.assign(places)
    oldest = consumer.beginning_offsets(places)
    noted = {(topic, partition): offset for topic, partition, offset in mine.execute("SELECT * FROM place")}
    for place in places:  # what is kept no longer cannot be read again
        consumer.seek(place, max(noted.get(tuple(place), 0), oldest[place]))
    return consumer


def take(record: Any, mine: sqlite3.Connection) -> None:
    """Note a message, within a transaction: one that we have seen, or that is older than what we have, changes nothing."""
    headers = {name: value.decode() for name, value in record.headers}
    if record.value is None or headers.get("ce_type") not in (ALERT, DISPATCH):
        return  # nothing that this program knows
    if not mine.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", [record.topic, headers["ce_id"]]).rowcount:
        return  # a repeat
    text = record.value.decode()
    told = json.loads(text)
    mark = "EXERCISE " if told["exercise"] else ""
    if headers["ce_type"] == ALERT:
        newer = mine.execute(
            "INSERT INTO alert VALUES (?, ?, ?, ?) ON CONFLICT (topic, alert_id) DO UPDATE"
            " SET revision = excluded.revision, text = excluded.text WHERE excluded.revision > revision",
            [
                record.topic,
                told["alert_id"],
                told["revision"],
                None if told["withdrawn"] else text,
            ],  # forget what is withdrawn
        ).rowcount
        if newer:
            print("alert", told["alert_id"], told["revision"], mark + (told["title"] or "withdrawn"), flush=True)
    elif told["deadline_at"] and datetime.fromisoformat(told["deadline_at"]) < datetime.now(UTC):
        print("too late for", told["dispatch_id"], "others were asked meanwhile", flush=True)
    else:
        mine.execute("INSERT OR IGNORE INTO task (dispatch_id, text) VALUES (?, ?)", [told["dispatch_id"], text])
        print("asked", told["dispatch_id"], mark + told["title"], flush=True)


def answer(producer: Any, dispatch: dict[str, Any], outcome: str, options: argparse.Namespace) -> None:
    """Send one answer and return when the broker has it."""
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    receipt = {name: dispatch[name] for name in ("dispatch_id", "control_room_id", "alert_id")} | {
        "recipient": options.partner,
        "outcome": outcome,
        "reason_code": options.reason if outcome == "rejected" else None,
        "answered_at": now,
    }
    headers = {
        "ce_specversion": "1.0",
        "ce_type": RECEIPT,
        "ce_id": f"{dispatch['dispatch_id']}-{outcome}",  # sent again after a kill it is the same answer
        "ce_source": options.source,
        "ce_time": now,
        "content-type": "application/json",
    }
    producer.send(
        f"partner-{options.partner}-answers",
        key=dispatch["control_room_id"].encode(),  # kafka-python chooses the partition by murmur2, as is expected
        value=json.dumps(receipt).encode(),
        headers=[(name, value.encode()) for name, value in headers.items()],
    ).get(timeout=30)
    print("answered", dispatch["dispatch_id"], outcome, flush=True)


def main() -> None:
    """Read, note, answer, for ever."""
    options = arguments()
    outcomes = options.outcomes.split(",")
    mine = sqlite3.connect(options.state, isolation_level=None)
    mine.executescript(TABLES)
    topics = [f"partner-{options.partner}", f"partner-{options.partner}-health"]
    consumer = begin(topics, options.bootstrap_servers, mine)
    producer = KafkaProducer(bootstrap_servers=options.bootstrap_servers, acks="all")
    print("ready", flush=True)
    while True:
        for place, records in consumer.poll(timeout_ms=500).items():
            mine.execute("BEGIN IMMEDIATE")
            for record in records:
                take(record, mine)
            mine.execute("INSERT OR REPLACE INTO place VALUES (?, ?, ?)", [*place, records[-1].offset + 1])
            mine.execute("COMMIT")
        waiting = "SELECT dispatch_id, text, told FROM task WHERE told < ? ORDER BY rowid"
        for dispatch_id, text, told in mine.execute(waiting, [len(outcomes)]).fetchall():
            answer(producer, json.loads(text), outcomes[told], options)
            mine.execute("UPDATE task SET told = told + 1 WHERE dispatch_id = ?", [dispatch_id])
            time.sleep(options.pause_s)  # here your people drive


if __name__ == "__main__":
    main()
