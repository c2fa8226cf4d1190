"""Every metric, declared together. Labels are bounded: stages, topics, cameras of the registry, reason codes.

A test compares the dashboards in `deploy/` with this file, and docs/metrics.md is made of it. A counter with labels begins at 0
where their values are known (`from_zero`); a test has the list of the few of which they are not.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import Final

from prometheus_client import Counter, Gauge, Histogram, Info

from schemas.dead_letters import DeadLetterReason

_FAST: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

MESSAGES_IN: Final = Counter(
    "toezicht_messages_in_total", "Records that a stage took from a topic.", ["stage", "topic"]
)
MESSAGES_OUT: Final = Counter("toezicht_messages_out_total", "Records that the broker confirmed.", ["stage", "topic"])
MESSAGES_FAILED: Final = Counter(
    "toezicht_messages_failed_total", "Records that went to dead-letters, by bounded reason.", ["stage", "reason"]
)
URGENT_DEAD_LETTERS: Final = Counter(
    "toezicht_urgent_dead_letters_total",
    "Records that went to dead-letters and are, or may be, reports of urgency 0 or 1.",
    ["stage"],
)
MESSAGES_REPEATED: Final = Counter(
    "toezicht_messages_repeated_total", "Repeated records whose first outputs were sent again.", ["stage"]
)
MESSAGES_REPLAYED: Final = Counter(
    "toezicht_messages_replayed_total", "Records that a stage took and that were sent again, from dead-letters.",
    ["stage"],
)  # fmt: skip
MESSAGES_SENT_ON: Final = Counter(
    "toezicht_messages_sent_on_total",
    "Records that stood on another partition than their key's, and that a stage sent on to it.",
    ["stage", "topic"],
)
STAGE_SECONDS: Final = Histogram(
    "toezicht_stage_seconds", "Time from taking a record to the broker's confirmation of all it caused.", ["stage"],
    buckets=_FAST,
)  # fmt: skip
BATCHES_SENT: Final = Counter(
    "toezicht_batches_sent_total", "Groups of inputs whose outputs a stage handed over together.", ["stage"]
)
END_TO_END_SECONDS: Final = Histogram(
    "toezicht_end_to_end_seconds",
    "Time from the newest contributing input entering the pipeline to the confirmed alert.",
    ["topic"],
    buckets=_FAST,
)
SHARED: Final = Counter(
    "toezicht_shared_total",
    "Confirmed messages for partners of the file of partners: alert, withdrawn, dispatch, dispatch_withdrawn, hit, "
    "hit_withdrawn, case, case_withdrawn.",
    ["partner", "kind"],
)
CASES: Final = Counter(
    "toezicht_cases_total",
    "Steps of cases that are handed over: handed_over, referred, given_back, no_answer, overdue, changed, accepted, closed, "
    "expired, cancelled, on_list, no_ground.",
    ["step"],
)
SHARED_SECONDS: Final = Histogram(
    "toezicht_shared_seconds",
    "Time from the newest contributing input entering the pipeline to the confirmed message for a partner.",
    ["kind"],
    buckets=_FAST,
)
PARTNER_ANSWERS: Final = Counter(
    "toezicht_partner_answers_total", "Receipts handed on to dispatch-receipts, by outcome.", ["outcome"]
)
CONSUMER_LAG: Final = Gauge(
    "toezicht_consumer_lag_messages", "Records on a partition that a stage has not yet taken.",
    ["stage", "topic", "partition"],
)  # fmt: skip
DELIVERY_GAPS: Final = Counter(
    "toezicht_delivery_gaps_total",
    "Times that records were passed over on the way to a stage, and it ended.",
    ["stage"],
)
STATE_REBUILT: Final = Counter(
    "toezicht_state_rebuilt_total", "Local state that could not be trusted and is read anew from its changelog.",
    ["stage"],
)  # fmt: skip
IN_FLIGHT: Final = Gauge("toezicht_in_flight_messages", "Records taken but not yet acknowledged.", ["stage"])

FRAMES_READ: Final = Counter("toezicht_frames_read_total", "Pictures read from a source.", ["camera"])
FRAMES_SENT: Final = Counter("toezicht_frames_sent_total", "Masked pictures that the broker confirmed.", ["camera"])
FRAMES_QUIET: Final = Counter("toezicht_frames_quiet_total", "Pictures left out because nothing moved.", ["camera"])
FRAMES_SAMPLED: Final = Counter(
    "toezicht_frames_sampled_total", "Pictures of sampled cameras, by why the model looked.", ["camera", "reason"]
)
FRAMES_DROPPED: Final = Counter("toezicht_frames_dropped_total", "Pictures dropped, by reason.", ["camera", "reason"])
FRAMES_ATTENDED: Final = Counter(
    "toezicht_frames_attended_total", "Pictures taken while a report asked for attention.", ["camera"]
)
CAMERA_ATTENDED: Final = Gauge(
    "toezicht_camera_attended", "1 while a camera is attended because of a report, else 0.", ["camera"]
)
ATTENTION_REQUESTS: Final = Counter(
    "toezicht_attention_requests_total",
    "What came of attention: of each report in locate, of each camera's request in capture.",
    ["stage", "outcome"],
)
SNAPSHOTS_ANSWERED: Final = Counter(
    "toezicht_snapshots_answered_total",
    "Requests for a picture that were answered: how, or why without one.",
    ["result"],
)
CAMERA_ONLINE: Final = Gauge("toezicht_camera_online", "1 while a camera sends pictures, else 0.", ["camera"])
CAMERA_NOT_PERMITTED: Final = Gauge(
    "toezicht_camera_not_permitted", "1 while the law allows no pictures of a camera, else 0.", ["camera"]
)
CAMERA_CANNOT_SEE: Final = Gauge(
    "toezicht_camera_cannot_see", "1 while a camera's view is degraded for this reason, else 0.", ["camera", "reason"]
)
CAMERA_CHANGES: Final = Counter(
    "toezicht_camera_status_changes_total", "Changes of a camera's state.", ["camera", "state"]
)
DETECTION_SECONDS: Final = Histogram(
    "toezicht_detection_seconds", "Time that the detector took for one picture.", ["detector"], buckets=_FAST
)
DETECTOR: Final = Info("toezicht_detector", "The detector in use: name, version, degraded.")
DETECTOR_DEGRADED: Final = Gauge("toezicht_detector_degraded", "1 while the fallback detector is in use, else 0.")
OBSERVATIONS_LATE: Final = Counter(
    "toezicht_observations_late_total",
    "Detections that came late or twice for their second and were ignored.",
    ["camera"],
)

REPORTS_READ: Final = Counter(
    "toezicht_reports_read_total", "Reports read, by source and result.", ["source", "result"]
)
SOURCE_HEARD_AT: Final = Gauge(
    "toezicht_source_heard_at",
    "Unix time, in seconds, at which a source of reports last said anything, or of the process's start.",
    ["source"],
)
SOURCE_SILENT_AFTER: Final = Gauge(
    "toezicht_source_silent_after_s", "How long a source may say nothing; 0 for as long as it likes.", ["source"]
)
REPORT_NOTES: Final = Counter(
    "toezicht_report_notes_total", "Reports with a note of what could not be read, by partner (the first 50, then `other`).",
    ["partner", "note"],
)  # fmt: skip
INTAKE_REQUESTS: Final = Counter(
    "toezicht_intake_requests_total",
    "Requests of senders of reports, by route and bounded result.",
    ["route", "result"],
)
INTAKE_HEARD_AT: Final = Gauge(
    "toezicht_intake_heard_at",
    "Unix time, in seconds, at which a sender last proved who it is, or a poll or connection last worked; else 0.",
    ["intake", "sender"],
)
INTAKE_CREDENTIALS_FAULTY: Final = Gauge(
    "toezicht_intake_credentials_faulty",
    "1 while the file of credentials is faulty and the ones before it hold, else 0.",
)
GEOCODING: Final = Counter(
    "toezicht_geocoding_total",
    "Places of reports that the geocoder was asked for, or that were known, by result.",
    ["result"],
)
ONVIF_EVENTS: Final = Counter(
    "toezicht_onvif_events_total", "Events that cameras told by themselves (ONVIF), by result.", ["result"]
)
ONVIF_DROPPED: Final = Counter(
    "toezicht_onvif_dropped_total",
    "Attributes of persons and vehicles that cameras told and that were dropped.",
    ["attribute"],
)
ALERTS: Final = Counter("toezicht_alerts_total", "Alerts opened, by priority at opening.", ["priority"])
ALERT_CHANGES: Final = Counter(
    "toezicht_alert_changes_total", "Messages on the operator topic.", ["change", "priority"]
)
ALERTS_SHOWN: Final = Counter(
    "toezicht_alerts_shown_total", "Times that an alert or a summary newly asked an operator for attention.",
    ["control_room", "priority"],
)  # fmt: skip
ALERTS_GROUPED: Final = Counter(
    "toezicht_alerts_grouped_total", "Times that an alert asked and was put under a summary, by reason.",
    ["control_room", "priority", "reason"],
)  # fmt: skip
ALERT_FLOOD: Final = Gauge(
    "toezicht_alert_flood", "1 while a control room is in an alert flood, else 0.", ["control_room"]
)
ALERT_BUDGET_USED: Final = Gauge(
    "toezicht_alert_budget_used_ratio",
    "Alerts shown within the long-term window as a share of what the operators at work can take.",
    ["control_room"],
)
TREND_ALERTS: Final = Counter(
    "toezicht_trend_alerts_total", "Alerts in the counts of trends: counted, taken out, moved, or too old to be counted.",
    ["category", "result"],
)  # fmt: skip
TREND_SURGES: Final = Counter(
    "toezicht_trend_surges_total", "Counts that became a surge, in an area or in the control room.", ["category"]
)
TARGET_COUNTED: Final = Gauge(
    "toezicht_target_counted", "Alerts of a target's category in the year that runs.", ["control_room", "category"]
)
TARGET_EXPECTED: Final = Gauge(
    "toezicht_target_expected",
    "The target's part of the year so far, as a number of alerts.",
    ["control_room", "category"],
)
TARGET_LIMIT: Final = Gauge(
    "toezicht_target_limit", "The target: fewer alerts than this in a calendar year.", ["control_room", "category"]
)
NEAR_REPEATS: Final = Counter(
    "toezicht_near_repeats_total", "Pairs of one category within 200 m and 14 days of each other.", ["category"]
)
ALERTS_ESCALATED: Final = Counter(
    "toezicht_alerts_escalated_total", "P1 alerts that nobody acknowledged in the time that the rules give, exercises left out.",
    ["control_room"],
)  # fmt: skip
ACKNOWLEDGED_SECONDS: Final = Histogram(
    "toezicht_acknowledged_seconds",
    "Time from an alert's opening, or its coming back, to its acknowledgement, exercises left out.",
    ["priority"],
    buckets=(5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 1800.0, 3600.0),
)
ALERTS_JUDGED: Final = Counter(
    "toezicht_alerts_judged_total",
    "Alerts that an operator closed, by what they were: true, false, test or duplicate; exercises left out.",
    ["priority", "verdict"],
)
SHADOW_ALERTS: Final = Counter(
    "toezicht_shadow_alerts_total", "Alerts opened by the shadow rules, by priority at opening.", ["priority"]
)
INPUTS_CHECKED: Final = Counter(
    "toezicht_inputs_checked_total", "Accepted inputs that the completeness check compared with what was decided.",
    ["topic"],
)  # fmt: skip
INPUTS_MISSING: Final = Counter(
    "toezicht_inputs_missing_total", "Accepted inputs that were neither decided nor set aside.", ["topic"]
)
INPUTS_REINJECTED: Final = Counter(
    "toezicht_inputs_reinjected_total", "Missing inputs that were sent again, each time, confirmed.", ["topic"]
)
INPUTS_GIVEN_UP: Final = Counter(
    "toezicht_inputs_given_up_total", "Missing inputs that sending again did not help, or whose record is gone.",
    ["topic"],
)  # fmt: skip
INPUTS_WAITING: Final = Gauge(
    "toezicht_inputs_waiting", "Inputs that their stage is past and whose answer is not known yet.", ["topic"]
)
COMPLETENESS_CHECKED_AT: Final = Gauge(
    "toezicht_completeness_checked_at",
    "Unix time, in seconds, of the last completed completeness check, or of the process's start; else 0.",
)
CANARY_SENT: Final = Counter(
    "toezicht_canary_sent_total", "Made-up reports that were sent through the pipeline.", ["canary"]
)
CANARY_SECONDS: Final = Histogram(
    "toezicht_canary_seconds",
    "Time from sending a canary until its alert, its camera's word, the end of its alert, and that as newest state came back.",
    ["step"],
    buckets=_FAST,
)
CANARY_RETURNED_AT: Final = Gauge(
    "toezicht_canary_returned_at",
    "Unix time, in seconds, of the last canary of a partition that came all the way, or of the process's start.",
    ["canary"],
)
TOPIC_OLDEST_AT: Final = Gauge(
    "toezicht_topic_oldest_at",
    "Unix time, in seconds, at which the broker took the oldest record that is on a topic; 0 where there is none.",
    ["topic"],
)
TOPIC_BEYOND_LIMIT: Final = Gauge(
    "toezicht_topic_beyond_limit",
    "1 while a topic's settings, or its oldest record, go beyond how long it may be kept, else 0.",
    ["topic"],
)
KAFKA_BROKERS: Final = Gauge("toezicht_kafka_brokers", "Brokers of the cluster that answer.")
KAFKA_PARTITIONS: Final = Gauge(
    "toezicht_kafka_partitions",
    "Partitions that are not whole, each under the worst: offline, refusing writes, under_replicated.",
    ["state"],
)
CLUSTER_MEASURED_AT: Final = Gauge(
    "toezicht_cluster_measured_at", "Unix time, in seconds, of the exporter's last look at the cluster; else 0."
)
DISK_FREE: Final = Gauge(
    "toezicht_disk_free_ratio",
    "Free space where a process keeps its data (`TOEZICHT_DATA`), as a share; with `up` the broker's too.",
)
CLOCK_AT: Final = Gauge(
    "toezicht_clock_at", "Unix time, in seconds, by the clock of the process's machine at the moment of the scrape."
)
WORKER_RESTARTS: Final = Counter("toezicht_worker_restarts_total", "Restarts by the supervisor.", ["worker"])

CONSOLE_REQUESTS: Final = Counter(
    "toezicht_console_requests_total",
    "Requests that the console answered, by the hundred of HTTP's status.",
    ["status"],
)
CONSOLE_LOGINS: Final = Counter(
    "toezicht_console_logins_total", "Logins at the console, by way and bounded result.", ["way", "result"]
)
NOTIFY_DELIVERED: Final = Counter(
    "toezicht_notify_delivered_total", "Messages that a partner's channel took.", ["partner", "channel"]
)
NOTIFY_ATTEMPTS_FAILED: Final = Counter(
    "toezicht_notify_attempts_failed_total", "Attempts to deliver that failed and are made again, or were refused.",
    ["partner", "channel", "reason"],
)  # fmt: skip
NOTIFY_SET_ASIDE: Final = Counter(
    "toezicht_notify_set_aside_total", "Messages that a partner's channel did not take and that went to dead-letters.",
    ["partner", "channel", "priority", "reason"],
)  # fmt: skip
NOTIFY_RECEIPTS: Final = Counter(
    "toezicht_notify_receipts_total", "Receipts that a partner gave in its response to a dispatch.",
    ["partner", "channel"],
)  # fmt: skip
NOTIFY_WAITING: Final = Gauge(
    "toezicht_notify_waiting_messages", "Messages that wait for a partner's channel, those held on purpose included.",
    ["partner", "channel"],
)  # fmt: skip
NOTIFY_HELD: Final = Gauge("toezicht_notify_held_messages", "Messages that quiet hours hold.", ["partner", "channel"])
NOTIFY_OLDEST_AT: Final = Gauge(
    "toezicht_notify_oldest_at",
    "Unix time, in seconds, at which the broker took the oldest message that waits and nothing holds; else 0.",
    ["partner", "channel"],
)
NOTIFY_BREAKER_OPEN: Final = Gauge(
    "toezicht_notify_breaker_open", "1 while a partner's channel is left alone because it failed again and again, else 0.",
    ["partner", "channel"],
)  # fmt: skip
NOTIFY_SECONDS: Final = Histogram(
    "toezicht_notify_seconds",
    "Time from the broker's taking a message to its being received; of `P1`, and of what is less or has no priority (`other`).",
    ["partner", "channel", "priority"],
    buckets=(*_FAST, 30.0, 60.0, 600.0),
)  # fmt: skip

LOGBOOK_LINES: Final = Counter(
    "toezicht_logbook_lines_total", "Lines that the Logboek confirmed, by kind of processing.", ["kind"]
)
LOGBOOK_FAILED: Final = Counter(
    "toezicht_logbook_attempts_failed_total", "Times that the Logboek confirmed nothing; lines are sent again.", ["reason"],
)  # fmt: skip
LOGBOOK_UNSENT: Final = Counter(
    "toezicht_logbook_unsent_total", "Records whose line is never sent: unreadable, or gone by retention.", ["reason"],
)  # fmt: skip
LOGBOOK_OLDEST_AT: Final = Gauge(
    "toezicht_logbook_oldest_at", "Unix time (s) at which the broker took the oldest message without a confirmed line; else 0.",
)  # fmt: skip

CONSOLE_ALERTS: Final = Gauge("toezicht_console_alerts", "Alerts that a console keeps, by control room.", ["room"])
CONSOLE_STREAMS: Final = Gauge("toezicht_console_streams", "Open streams of a console's pages.")
CONSOLE_EVENTS: Final = Counter("toezicht_console_events_total", "Events that were sent to pages, by name.", ["event"])
CONSOLE_RESETS: Final = Counter(
    "toezicht_console_resets_total", "Streams that were told to load the list again, by reason.", ["reason"]
)
CONSOLE_UNREADABLE_NOW: Final = Gauge(
    "toezicht_console_unreadable_alerts",
    "Alerts whose newest record a console cannot read now, by control room.",
    ["room"],
)
CONSOLE_UNREADABLE: Final = Counter(
    "toezicht_console_unreadable_total", "Records that a console could not read and passed over, by topic.", ["topic"]
)
CONSOLE_ACTIONS: Final = Counter(
    "toezicht_console_actions_total", "Operators' actions that a console sent, by action and what came of sending.",
    ["action", "result"],
)  # fmt: skip
CONSOLE_WHOLE_AT: Final = Gauge(
    "toezicht_console_whole_at", "Unix time, in seconds, at which a console last had read all of its rooms; else 0."
)


def from_zero(counter: Counter, *values: Iterable[str]) -> None:
    """Let a counter be series from a process's start, of each combination of these labels' values.

    Prometheus sees no increase in a series that begins at 1: the first fault would be told by the second.
    """
    for labels in product(*values):
        counter.labels(*labels)


def failures_from_zero(stage: str) -> None:
    """Let a stage's failures be series from its start: Prometheus sees no increase in one that begins at 1."""
    from_zero(MESSAGES_FAILED, [stage], DeadLetterReason)
    URGENT_DEAD_LETTERS.labels(stage)


def count_failure(stage: str, reason: DeadLetterReason, urgent: bool) -> None:
    """Count a record that goes to dead-letters; one that may be an urgent report wakes operations."""
    MESSAGES_FAILED.labels(stage, reason).inc()
    if urgent:
        URGENT_DEAD_LETTERS.labels(stage).inc()
