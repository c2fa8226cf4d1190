// A partner that reads its topics with Kafka's own client and answers each request to it. See docs/examples/README.md.
//
//   java -cp 'kafka/libs/*' Partner.java politie
//
// kafka/libs is the folder with the jars of Apache Kafka: its client, and Jackson for JSON. BOOTSTRAP_SERVERS (localhost:9092), STATE
// (PARTNER.json), OUTCOMES (accepted,en_route,arrived,done), REASON (no_unit, for rejected), PAUSE_S (1) and CE_SOURCE are taken from the environment.
//
// Its notes are one file, written whole beside the old one and moved over it: what it took, what follows from it and how far it is are noted
// together or not at all. An answer is sent under an id that follows from the request, and noted after that: a kill in between has it sent
// again, as the same answer.

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

public class Partner {
    static final int SEEN_AT_MOST = 10_000; // repeats come soon after the first
    static final ObjectMapper JSON = new ObjectMapper();

    final String partner;
    final Path file;
    final ObjectNode notes;

    public static void main(String[] words) throws Exception {
        if (words.length != 1) {
            System.err.println("expected your id as a partner, as the municipality names you: politie");
            System.exit(2);
        }
        new Partner(words[0]).run();
    }

    Partner(String partner) throws Exception {
        this.partner = partner;
        file = Path.of(setting("STATE", partner + ".json"));
        notes = Files.exists(file) ? (ObjectNode) JSON.readTree(file.toFile()) : JSON.createObjectNode();
        for (String part : List.of("places", "seen", "alerts", "tasks")) {
            notes.withObjectProperty(part);
        }
    }

    void run() throws Exception {
        String servers = setting("BOOTSTRAP_SERVERS", "localhost:9092");
        Map<String, Object> reading = Map.of(
            "bootstrap.servers", servers,
            "enable.auto.commit", "false",
            "auto.offset.reset", "earliest", // what is kept no longer cannot be read again
            "isolation.level", "read_committed");
        Map<String, Object> sending = Map.of("bootstrap.servers", servers, "acks", "all"); // its partitioner is murmur2
        try (var consumer = new KafkaConsumer<>(reading, new StringDeserializer(), new StringDeserializer());
                var producer = new KafkaProducer<>(sending, new StringSerializer(), new StringSerializer())) {
            begin(consumer);
            System.out.println("ready");
            while (true) {
                var records = consumer.poll(Duration.ofMillis(500));
                for (ConsumerRecord<String, String> record : records) {
                    take(record);
                    ((ObjectNode) notes.get("places")).put(record.topic() + "/" + record.partition(), record.offset() + 1);
                }
                if (!records.isEmpty()) {
                    save();
                }
                work(producer);
            }
        }
    }

    /** Read all partitions of our topics, each from where we are; the first time from its beginning. */
    void begin(KafkaConsumer<String, String> consumer) {
        List<TopicPartition> places = new ArrayList<>();
        for (String topic : List.of("partner-" + partner, "partner-" + partner + "-health")) {
            if (!consumer.listTopics().containsKey(topic)) {
                continue; // nobody gives us anything about health
            }
            consumer.partitionsFor(topic).forEach(each -> places.add(new TopicPartition(topic, each.partition())));
        }
        consumer.assign(places);
        Map<TopicPartition, Long> oldest = consumer.beginningOffsets(places);
        for (TopicPartition place : places) {
            long known = notes.get("places").path(place.topic() + "/" + place.partition()).asLong(0);
            consumer.seek(place, Math.max(known, oldest.get(place)));
        }
    }

    /** Note a message: one that we have seen, or that is older than what we have, changes nothing. */
    void take(ConsumerRecord<String, String> record) throws Exception {
        String id = header(record, "ce_id");
        String kind = header(record, "ce_type");
        boolean alert = kind.equals("nl.toezicht.partner-alert.v1");
        if (record.value() == null || !(alert || kind.equals("nl.toezicht.partner-dispatch.v1"))) {
            return; // nothing that this program knows
        }
        ObjectNode seen = (ObjectNode) notes.get("seen");
        if (seen.has(record.topic() + "/" + id)) {
            return; // a repeat
        }
        seen.put(record.topic() + "/" + id, true);
        while (seen.size() > SEEN_AT_MOST) {
            seen.remove(seen.fieldNames().next()); // the oldest
        }
        JsonNode told = JSON.readTree(record.value());
        String title = (told.get("exercise").asBoolean() ? "EXERCISE " : "") + told.get("title").asText();
        if (alert) {
            ObjectNode alerts = (ObjectNode) notes.get("alerts");
            String key = record.topic() + "/" + told.get("alert_id").asText();
            long revision = told.get("revision").asLong();
            if (revision > alerts.path(key).path("revision").asLong(-1)) {
                boolean withdrawn = told.get("withdrawn").asBoolean(); // it is no longer ours: forget it
                alerts.set(key, withdrawn ? JSON.createObjectNode().put("revision", revision) : told);
                System.out.println("alert " + told.get("alert_id").asText() + " " + revision + " " + title);
            }
        } else if (!told.get("deadline_at").isNull() && Instant.parse(told.get("deadline_at").asText()).isBefore(Instant.now())) {
            System.out.println("too late for " + told.get("dispatch_id").asText() + ": others were asked meanwhile");
        } else {
            ObjectNode task = JSON.createObjectNode().put("told", 0).set("dispatch", told);
            ((ObjectNode) notes.get("tasks")).putIfAbsent(told.get("dispatch_id").asText(), task);
            System.out.println("asked " + told.get("dispatch_id").asText() + " " + title);
        }
    }

    /** Answer each request with what is still to be told of it. */
    void work(KafkaProducer<String, String> producer) throws Exception {
        String[] outcomes = setting("OUTCOMES", "accepted,en_route,arrived,done").split(",");
        for (JsonNode each : notes.get("tasks")) {
            ObjectNode task = (ObjectNode) each;
            for (int told = task.get("told").asInt(); told < outcomes.length; told++) {
                answer(producer, task.get("dispatch"), outcomes[told]);
                task.put("told", told + 1);
                save();
                Thread.sleep((long) (1000 * Double.parseDouble(setting("PAUSE_S", "1")))); // here your people drive
            }
        }
    }

    void answer(KafkaProducer<String, String> producer, JsonNode dispatch, String outcome) throws Exception {
        String now = Instant.now().toString();
        String id = dispatch.get("dispatch_id").asText();
        String room = dispatch.get("control_room_id").asText();
        ObjectNode receipt = JSON.createObjectNode()
            .put("dispatch_id", id)
            .put("control_room_id", room)
            .put("alert_id", dispatch.get("alert_id").asText())
            .put("recipient", partner)
            .put("outcome", outcome)
            .put("reason_code", outcome.equals("rejected") ? setting("REASON", "no_unit") : null)
            .put("answered_at", now);
        var record = new ProducerRecord<>("partner-" + partner + "-answers", room, JSON.writeValueAsString(receipt));
        Map.of(
            "ce_specversion", "1.0",
            "ce_type", "nl.toezicht.dispatch-receipt.v1",
            "ce_id", id + "-" + outcome, // sent again after a kill it is the same answer
            "ce_source", setting("CE_SOURCE", "urn:nld:oin:00000000000000000000:systeem:partner"),
            "ce_time", now,
            "content-type", "application/json"
        ).forEach((name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        producer.send(record).get(); // until the broker has it
        System.out.println("answered " + id + " " + outcome);
    }

    void save() throws Exception {
        Path beside = Path.of(file + ".new");
        Files.write(beside, JSON.writeValueAsBytes(notes));
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    static String header(ConsumerRecord<String, String> record, String name) {
        Header found = record.headers().lastHeader(name);
        return found == null ? "" : new String(found.value(), StandardCharsets.UTF_8);
    }

    static String setting(String name, String otherwise) {
        return System.getenv().getOrDefault(name, otherwise);
    }
}
