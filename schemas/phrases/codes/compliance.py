"""Codes of compliance: how what a municipality must show stands: decisions, time limits, who saw what, and what is in force."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from schemas.phrases.declare import Count, Day, Moment, Name, Said, Several, UpToTenths, phrase
from schemas.phrases.phrase import Phrase


@phrase
def compliance_title() -> Phrase: ...


@phrase
def compliance_of(cluster: Name, at: Moment) -> Phrase: ...


@phrase
def compliance_counts(breaches: Count, unknown: Count) -> Phrase: ...


@phrase
def compliance_part(part: Name) -> Phrase: ...


@phrase
def compliance_standing(standing: Name) -> Phrase: ...


@phrase
def compliance_nothing() -> Phrase: ...


@phrase
def span_minutes(minutes: UpToTenths) -> Phrase: ...


@phrase
def span_hours(hours: UpToTenths) -> Phrase: ...


@phrase
def span_days(days: UpToTenths) -> Phrase: ...


@phrase
def not_read(why: Name) -> Phrase: ...


@phrase
def kept_without_end(limit: Said) -> Phrase: ...


@phrase
def settings_keep_longer(kept: Said, limit: Said) -> Phrase: ...


@phrase
def older_than_allowed(old: Said, limit: Said) -> Phrase: ...


@phrase
def times_of_clients() -> Phrase: ...


@phrase
def topic_empty() -> Phrase: ...


@phrase
def topic_unlimited(old: Said) -> Phrase: ...


@phrase
def topic_within(old: Said, limit: Said) -> Phrase: ...


@phrase
def topic_absent() -> Phrase: ...


@phrase
def topics_of_others(count: Count) -> Phrase: ...


@phrase
def hours_of_viewing(windows: Several) -> Phrase: ...


@phrase
def decision_in_force(decision: Name, since: Day, until: Day, hours: Said, masks: Count, version: Name) -> Phrase: ...


@phrase
def decision_not_in_force(why: Said) -> Phrase: ...


@phrase
def camera_not_registered() -> Phrase: ...


@phrase
def looked_without_basis(at: Moment, why: Said) -> Phrase: ...


@phrase
def may_have_looked(until: Moment, next: Moment) -> Phrase: ...


@phrase
def refused_for(why: Said, time: Said, times: Count) -> Phrase: ...


@phrase
def refused_by_stages(count: Count, stage: Name, reason: Name) -> Phrase: ...


@phrase
def never_refused() -> Phrase: ...


@phrase
def folder_used(old: Said) -> Phrase: ...


@phrase
def folder_forgotten(old: Said, limit: Said) -> Phrase: ...


@phrase
def folder_absent() -> Phrase: ...


@phrase
def other_hosts() -> Phrase: ...


@phrase
def pictures_in_memory(seconds: UpToTenths) -> Phrase: ...


@phrase
def chain_broken(count: Count) -> Phrase: ...


@phrase
def chain_empty() -> Phrase: ...


@phrase
def chain_holds(count: Count) -> Phrase: ...


@phrase
def accessed(count: Count, action: Name, kind: Name) -> Phrase: ...


@phrase
def accessed_between(done: Several, first: Moment, last: Moment) -> Phrase: ...


@phrase
def nothing_deleted() -> Phrase: ...


@phrase
def deleted_proved(kind: Name, result: Name, actor: Name, at: Moment, entry: Count) -> Phrase: ...


@phrase
def file_in_force(version: Name, digest: Name) -> Phrase: ...


@phrase
def detector_in_force(version: Name, at: Moment) -> Phrase: ...


@phrase
def detector_not_known() -> Phrase: ...


@phrase
def licences_in_force(count: Count, named: Name) -> Phrase: ...


@phrase
def licence_not_known(count: Count) -> Phrase: ...


@phrase
def hold_kept(requester: Name, ground: Name, until: Moment, records: Count) -> Phrase: ...


@phrase
def hold_past_end(requester: Name, ground: Name, until: Moment, records: Count) -> Phrase: ...


@phrase
def no_holds() -> Phrase: ...
