// A partner that reads its topics with kafkajs and answers each request to it. See docs/examples/README.md.
//
//   npm ci && node partner.js politie
//
// BOOTSTRAP_SERVERS (localhost:9092), STATE (PARTNER.json), OUTCOMES (accepted,en_route,arrived,done), REASON (no_unit, for rejected), PAUSE_S (1)
// and CE_SOURCE are taken from the environment.
//
// Its notes are one file, written whole beside the old one and moved over it: what it took, what follows from it and how far it is are noted
// together or not at all. An answer is sent under an id that follows from the request, and noted after that: a kill in between has it sent
// again, as the same answer.

import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { Kafka, Partitioners, logLevel } from "kafkajs";

const SEEN_AT_MOST = 10_000; // repeats come soon after the first
const ALERT = "nl.toezicht.partner-alert.v1";
const DISPATCH = "nl.toezicht.partner-dispatch.v1";
const partner = process.argv[2];
if (!partner) {
  console.error("expected your id as a partner, as the municipality names you: politie");
  process.exit(2);
}
const {
  BOOTSTRAP_SERVERS = "localhost:9092",
  STATE = `${partner}.json`,
  OUTCOMES = "accepted,en_route,arrived,done",
  REASON = "no_unit",
  PAUSE_S = "1",
  CE_SOURCE = "urn:nld:oin:00000000000000000000:systeem:partner",
} = process.env;
const outcomes = OUTCOMES.split(",");
const notes = existsSync(STATE) ? JSON.parse(readFileSync(STATE, "utf8")) : { places: {}, seen: [], alerts: {}, tasks: [] };
const seen = new Set(notes.seen);

const kafka = new Kafka({ clientId: partner, brokers: BOOTSTRAP_SERVERS.split(","), logLevel: logLevel.ERROR });
// What it needs of the group is its partitions alone; a killed member keeps them for as long as its session.
const consumer = kafka.consumer({ groupId: `${partner}-node`, sessionTimeout: 10_000, readUncommitted: false });
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner }); // murmur2, as Java has it

function save() {
  notes.seen = [...seen].slice(-SEEN_AT_MOST);
  writeFileSync(`${STATE}.new`, JSON.stringify(notes));
  renameSync(`${STATE}.new`, STATE);
}

/** Note a message: one that we have seen, or that is older than what we have, changes nothing. */
function take(topic, message) {
  const id = `${topic}/${message.headers.ce_id}`;
  const kind = `${message.headers.ce_type}`;
  if (message.value === null || ![ALERT, DISPATCH].includes(kind)) return; // nothing that this program knows
  if (seen.has(id)) return; // a repeat
  seen.add(id);
  const told = JSON.parse(message.value);
  const title = (told.exercise ? "EXERCISE " : "") + told.title;
  if (kind === ALERT) {
    const key = `${topic}/${told.alert_id}`;
    if (told.revision > (notes.alerts[key]?.revision ?? -1)) {
      notes.alerts[key] = told.withdrawn ? { revision: told.revision } : told; // it is no longer ours: forget it
      console.log(`alert ${told.alert_id} ${told.revision} ${title}`);
    }
  } else if (told.deadline_at !== null && Date.parse(told.deadline_at) < Date.now()) {
    console.log(`too late for ${told.dispatch_id}: others were asked meanwhile`);
  } else if (!notes.tasks.some((task) => task.dispatch.dispatch_id === told.dispatch_id)) {
    notes.tasks.push({ dispatch: told, told: 0 });
    console.log(`asked ${told.dispatch_id} ${title}`);
  }
}

async function answer({ dispatch_id, control_room_id, alert_id }, outcome) {
  const now = new Date().toISOString();
  const reason_code = outcome === "rejected" ? REASON : null;
  const receipt = { dispatch_id, control_room_id, alert_id, recipient: partner, outcome, reason_code, answered_at: now };
  const headers = {
    ce_specversion: "1.0",
    ce_type: "nl.toezicht.dispatch-receipt.v1",
    ce_id: `${dispatch_id}-${outcome}`, // sent again after a kill it is the same answer
    ce_source: CE_SOURCE,
    ce_time: now,
    "content-type": "application/json",
  };
  const messages = [{ key: control_room_id, value: JSON.stringify(receipt), headers }];
  await producer.send({ topic: `partner-${partner}-answers`, acks: -1, messages });
  console.log(`answered ${dispatch_id} ${outcome}`);
}

/** Answer each request with what is still to be told of it, for ever. */
async function work() {
  while (true) {
    const task = notes.tasks.find((each) => each.told < outcomes.length);
    if (task) {
      await answer(task.dispatch, outcomes[task.told]);
      task.told += 1;
      save();
    }
    await wait(task ? 1000 * Number(PAUSE_S) : 200); // here your people drive
  }
}

await producer.connect();
await consumer.connect();
const admin = kafka.admin();
await admin.connect();
const there = await admin.listTopics(); // without the one on health where nobody gives us anything of it
await admin.disconnect();
const topics = [`partner-${partner}`, `partner-${partner}-health`].filter((topic) => there.includes(topic));
await consumer.subscribe({ topics, fromBeginning: true });
consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
  // Go on where we are, by our own notes; the first time the group begins at the beginning.
  for (const [topic, partitions] of Object.entries(payload.memberAssignment)) {
    for (const partition of partitions) {
      const offset = notes.places[`${topic}/${partition}`];
      if (offset !== undefined) consumer.seek({ topic, partition, offset });
    }
  }
  console.log("ready");
});
consumer.on(consumer.events.CRASH, ({ payload }) => {
  if (!payload.restart) process.exit(1); // let a supervisor start it again
});
await consumer.run({
  autoCommit: false, // our notes say where we are
  eachBatchAutoResolve: true,
  eachBatch: async ({ batch }) => {
    for (const message of batch.messages) take(batch.topic, message);
    notes.places[`${batch.topic}/${batch.partition}`] = `${BigInt(batch.lastOffset()) + 1n}`;
    save();
  },
});
await work();
