"""Codes of commands: what is told to operators who act, report, ask for a picture or watch at a terminal."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from schemas.phrases.declare import Count, Moment, Name, Number, Said, Several, phrase
from schemas.phrases.phrase import Phrase


@phrase
def wrong_value(where: Name, field: Name, value: Said, expected: Said) -> Phrase: ...


@phrase
def text_of_length(characters: Count) -> Phrase: ...


@phrase
def expected_time_ahead() -> Phrase: ...


@phrase
def expected_time_ago() -> Phrase: ...


@phrase
def expected_identifier(at_most: Count) -> Phrase: ...


@phrase
def expected_alert_id(at_most: Count) -> Phrase: ...


@phrase
def expected_camera_id(at_most: Count) -> Phrase: ...


@phrase
def expected_fact_id(at_most: Count) -> Phrase: ...


@phrase
def expected_revision() -> Phrase: ...


@phrase
def expected_one_of(codes: Name) -> Phrase: ...


@phrase
def expected_no_reason() -> Phrase: ...


@phrase
def expected_priority() -> Phrase: ...


@phrase
def expected_both() -> Phrase: ...


@phrase
def option_given() -> Phrase: ...


@phrase
def expected_id_beside() -> Phrase: ...


@phrase
def expected_printed_id() -> Phrase: ...


@phrase
def expected_name_of_place() -> Phrase: ...


@phrase
def expected_file() -> Phrase: ...


@phrase
def expected_cluster() -> Phrase: ...


@phrase
def topics_missing(servers: Name, names: Name) -> Phrase: ...


@phrase
def no_cluster(servers: Name) -> Phrase: ...


@phrase
def not_confirmed() -> Phrase: ...


@phrase
def no_alert_known(alert: Name) -> Phrase: ...


@phrase
def alerts_not_read(within_s: Number) -> Phrase: ...


@phrase
def no_answer(within_s: Number, expected: Said) -> Phrase: ...


@phrase
def no_answer_undecodable(within_s: Number, expected: Said, counts: Name) -> Phrase: ...


@phrase
def expected_decide() -> Phrase: ...


@phrase
def expected_capture(camera: Name) -> Phrase: ...


@phrase
def action_named(action: Name) -> Phrase: ...


@phrase
def action_done(action: Said, alert: Name) -> Phrase: ...


@phrase
def action_done_also(action: Said, alert: Name, others: Name) -> Phrase: ...


@phrase
def action_so_already(action: Said, alert: Name) -> Phrase: ...


@phrase
def action_refused(action: Said, alert: Name, why: Said) -> Phrase: ...


@phrase
def report_result(result: Name) -> Phrase: ...


@phrase
def report_not_confirmed() -> Phrase: ...


@phrase
def report_entered(report: Name, results: Several) -> Phrase: ...


@phrase
def snapshot_hidden() -> Phrase: ...


@phrase
def snapshot_unblurred() -> Phrase: ...


@phrase
def snapshot_written(file: Name) -> Phrase: ...


@phrase
def snapshot_not_written() -> Phrase: ...


@phrase
def snapshot_taken(
    camera: Name, at: Moment, width_px: Count, height_px: Count, bytes: Count, how: Said, where: Said
) -> Phrase: ...


@phrase
def snapshot_taken_but(taken: Said, why: Said) -> Phrase: ...


@phrase
def snapshot_refused(camera: Name, refused: Name) -> Phrase: ...


@phrase
def snapshot_refused_since(camera: Name, refused: Name, why: Said) -> Phrase: ...
