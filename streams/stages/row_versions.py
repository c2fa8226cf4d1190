"""Versions of state rows: an older version is upgraded when it is read, a newer one ends the worker.

A row's kind is the first segment of its key: `alert` of `alert/amstelveen/…`. Each kind has a version. A row carries it in
its JSON, as the first field, where it is above 1; a row without it is of version 1. What is read is upgraded step by step by
pure functions from document to document, and is written as the newest version the next time that it changes.

To change a row's model, see `docs/adr/0004-state-versions.md`; a test fails where one changes without this file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from schemas.base import json_document
from streams.errors import ToezichtError

R = TypeVar("R", bound=BaseModel)
Document = dict[str, Any]
Upgrade = Callable[[Document], Document]

FIELD: Final = "row_version"
_PREFIX: Final = f'{{"{FIELD}":'.encode()
_VERSION: Final = re.compile(rb'\{"' + FIELD.encode() + rb'":(\d{1,9})(,|\})')


class RowError(ToezichtError):
    """A row cannot be read: it is damaged, or of a version that this code does not know. One line, without its content."""


def kind_of(key: str) -> str:
    """Return a row's kind: the first segment of its key."""
    return key.partition("/")[0]


@dataclass(frozen=True)
class RowVersions:
    """The newest version of each kind, and how older ones become it.

    Attributes:
        newest: By kind; a kind that is not named is at version 1.
        upgrades: By kind and the version that it upgrades from: a function from a document of that version to one of
            the next. It must be pure, and gives every field that the next version asks for.
    """

    newest: Mapping[str, int] = field(default_factory=dict)
    upgrades: Mapping[tuple[str, int], Upgrade] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check that every step is there.

        Raises:
            ValueError: A version has no way to the next, or an upgrade leads nowhere.
        """
        needed = {(kind, version) for kind, newest in self.newest.items() for version in range(1, newest)}
        if needed != set(self.upgrades):
            raise ValueError(f"upgrades are missing or too many: {sorted(needed ^ set(self.upgrades))}")

    def read(self, key: str, raw: bytes, model: type[R]) -> R:
        """Return a row of any version up to the newest as its model.

        Raises:
            RowError: It is of a newer version, or does not fit its model.
        """
        kind = kind_of(key)
        newest = self.newest.get(kind, 1)
        version, body = _split(raw)
        if version > newest:
            raise RowError(
                f"row {kind}/… is of version {version}, and this software knows {newest}: it was written by a newer "
                "release of this stage; start that release again, nothing is lost"
            )
        try:
            if version < newest:
                body = self._upgraded(kind, version, newest, body)
            return model.model_validate_json(body)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise RowError(f"row {kind}/… is no {model.__name__}: {first['loc']} {first['msg']}") from None

    def write(self, key: str, row: BaseModel) -> bytes:
        """Return a row as bytes of its kind's newest version."""
        whole = json_document(row, by_alias=True)
        newest = self.newest.get(kind_of(key), 1)
        if newest == 1:
            return whole
        rest = b"," + whole[1:] if whole != b"{}" else b"}"
        return _PREFIX + str(newest).encode() + rest

    def _upgraded(self, kind: str, version: int, newest: int, body: bytes) -> bytes:
        try:
            document = json.loads(body)
            for step in range(version, newest):
                document = self.upgrades[kind, step](document)
        except Exception as error:  # whatever an upgrade raises on a row that it was not written for
            raise RowError(f"row {kind}/… of version {version} cannot be upgraded: {error!r}") from None
        return json.dumps(document, ensure_ascii=False).encode()


def _split(raw: bytes) -> tuple[int, bytes]:
    """Return a row's version and its document without it."""
    if not raw.startswith(_PREFIX):
        return 1, raw
    found = _VERSION.match(raw)
    if found is None:
        raise RowError(f"a row's {FIELD} is no number")
    rest = raw[found.end() :]
    return int(found[1]), b"{" + rest if found[2] == b"," else b"{}"


def _camera_without_memory(row: Document) -> Document:
    """What spans seconds has a row of its own now: stays begin anew, once, and the open second keeps its counts."""
    zones = {
        name: {field: zone[field] for field in ("counts", "vehicles", "lower_bound")}
        for name, zone in row["zones"].items()
    }
    return {**row, "zones": zones, "tracks": []}


def _seen_clearly(row: Document) -> Document:
    """Nobody told then whether a camera could see: it was taken for granted."""
    return {**row, "seconds": [[*second, True] for second in row["seconds"]]}


def _seen_in_the_second_release(row: Document) -> Document:
    """Which situations held was not kept then, and no report asked for attention: who is likely is who counted."""
    persons = 1
    return {**row, "seconds": [[*second, [], second[persons]] for second in row["seconds"]]}


def _seen_without_measures(row: Document) -> Document:
    """What a view and a zone showed was not kept then: it is not known."""
    return {**row, "seconds": [[*second, None] for second in row["seconds"]], "measures": None}


def _camera_unattended(row: Document) -> Document:
    """No report asked for attention then."""
    return {**row, "zones": {name: {**zone, "likely": []} for name, zone in row["zones"].items()}}


def _camera_never_covered(row: Document) -> Document:
    """A view that people fill was called moved then; what is written stays as it was."""
    return row


def _episode_without_rise(row: Document) -> Document:
    """How fast a crowd rose was not told then."""
    return {**row, "rise_per_min": None}


def _report_unattended(report: Document) -> Document:
    """No report asked for attention then."""
    return {**report, "cameras": [{**near, "attention_until": None} for near in report["cameras"]]}


def _alert_of_the_first_release(row: Document) -> Document:
    """Nothing was held then, and the next change looks for near-repeats.

    It was shown with a priority that is not told: as if with the highest, so that nothing asks anew by the upgrade. Who shelved
    it, and why, was not kept; nor when it was acknowledged: not after its newest change.
    """
    until = row["shelved_until"]
    kept = {field: value for field, value in row.items() if field != "shelved_until"}
    return {
        **kept,
        "shelf": until and {"user": row["handled_by"] or "unknown", "reason": "not kept", "until": until},
        "acknowledged_at": row["changed_at"] if row["state"] == "acknowledged" else None,
        "reports": [_report_unattended(report) for report in row["reports"]],
        "episodes": [_episode_without_rise(each) for each in row["episodes"]],
        "shown": None,
        "near_repeats": [],
        "standing": {"state": row["state"], "priority": "P1", "category": "overig"},
    }


def _early_of_the_first_release(row: Document) -> Document:
    """What came too early is kept as an alert keeps it."""
    episode, report = row["episode"], row["report"]
    return {
        **row,
        "episode": _episode_without_rise(episode) if episode else None,
        "report": _report_unattended(report) if report else None,
    }


def _summary_without_a_life(row: Document) -> Document:
    """Who acted on it at which revision was not kept, nor when it was acknowledged: not after its newest change."""
    return {**row, "acknowledged_at": row["changed_at"] if row["state"] == "acknowledged" else None}


def _report_without_notes(row: Document) -> Document:
    """What could not be read of a report was not told then."""
    return {**row, "report": {**row["report"], "notes": []}}


def _alert_without_notes(row: Document) -> Document:
    return {**row, "reports": [_report_without_notes(report) for report in row["reports"]]}


def _early_without_notes(row: Document) -> Document:
    report = row["report"]
    return {**row, "report": _report_without_notes(report) if report else None}


def _memory_of_standing_bags(row: Document) -> Document:
    """For how long a bag had stood was not kept: as if it had just been put down, so that it is not remembered for long."""
    last_s = 4
    return {**row, "bags": [[*bag, bag[last_s]] for bag in row["bags"]]}


def _crowd_never_looked_at(row: Document) -> Document:
    """That a level cannot be measured was not told then; it is told anew where it holds."""
    return row


def _camera_without_view(row: Document) -> Document:
    """Only its zones were counted then: of the open second the whole view has its later frames, and so has a track."""
    at_ms = 2
    return {**row, "view": [], "tracks": [[*sample, sample[at_ms]] for sample in row["tracks"]]}


def _memory_without_view(row: Document) -> Document:
    """Since when a track is in view was not kept: at least since its first known step."""
    steps, at_s = 3, 0
    return {
        **row,
        "tracks": [[*track, track[steps][0][at_s]] for track in row["tracks"]],
        "view": [],
        "hurrying": [],
        "together": [],
    }


def _said_without_likelihood(row: Document) -> Document:
    """How much more likely a sight is if a report is true was not reckoned then; a verdict without it counts as it did."""
    return row


def _said_without_movements(row: Document) -> Document:
    """What people did was not told then."""
    return row


def _seen_without_runners(row: Document) -> Document:
    """How many ran was not kept then: it is not known."""
    return {**row, "seconds": [[*second, None] for second in row["seconds"]]}


def _camera_never_spared(row: Document) -> Document:
    """How many pictures were not looked at was not kept: as if none."""
    return {**row, "spared": 0}


def _seen_at_every_picture(row: Document) -> Document:
    """How often a sampled camera looked was not kept: it is not known."""
    return {**row, "seconds": [[*second, None] for second in row["seconds"]]}


def _told_without_phrases(row: Document) -> Document:
    """What is told was text alone: it is shown as it is."""
    return row


def _budget_with_the_log(row: Document) -> Document:
    """The log was counted with the alarms then: as if no alarm had asked lately."""
    return {**row, "alarms_came_us": [], "alarms_shown_us": []}


def _done_with_each_record_whole(row: Document) -> Document:
    """What was sent to two topics was kept twice, but for its document."""
    sent = [(record["headers"], row["values"][record["value"]]) for record in row["records"]]
    messages = [each for number, each in enumerate(sent) if each not in sent[:number]]
    places = [[record[name] for name in ("topic", "partition", "key")] for record in row["records"]]
    records = [[*place, messages.index(each)] for place, each in zip(places, sent, strict=True)]
    known = {name: row[name] for name in ("event_id", "sequence", "number")}
    return {**known, "records": records, "messages": messages}


def _done_at_no_time(row: Document) -> Document:
    """When it was handled was not kept: it counts as of the start that reads it."""
    return row


def _cell_without_rough_places(row: Document) -> Document:
    """How rough a place was told was kept only as far as joining allowed for it: nothing joins it further away."""
    entries = [{**each, "spot": {**each["spot"], "rough_m": 0.0}} for each in row["entries"]]
    return {**row, "entries": entries}


def _put_aside_in_words(row: Document) -> Document:
    """Why an alert was put aside was text alone, which is shown as it is; why one was called false was not kept."""
    return row


def _without_reasons_and_movements(row: Document) -> Document:
    """Neither why it was put aside or called false was kept as a code, nor what people did."""
    return _said_without_movements(_put_aside_in_words(row))


def _alert_without_dispatches(row: Document) -> Document:
    """Nobody could be asked to come then, and no report was an exercise."""
    reports = [_report_for_real(report) for report in row["reports"]]
    return {**row, "reports": reports, "dispatches": [], "unanswered_at": None}


def _report_for_real(report: Document) -> Document:
    return {**report, "report": {**report["report"], "exercise": False}}


def _changed_by_no_partner(row: Document) -> Document:
    """No partner answered then, so nothing changed by that: what is written stays as it was."""
    return row


def _early_for_real(row: Document) -> Document:
    """No report was an exercise then."""
    report = row["report"]
    return {**row, "report": _report_for_real(report) if report else None}


def _without_nuisance_between_neighbours(row: Document) -> Document:
    """That category was not told apart then: what is written stays as it was."""
    return row


def _shared_before_cases(row: Document) -> Document:
    """Nothing was handed over as a case then, and of a request that was let go only the alert told: it is told on as it was."""
    return row


ROWS: Final = RowVersions(
    newest={
        "alert": 6,
        "budget": 2,
        "camera": 6,
        "cell": 2,
        "counted": 2,
        "crowd": 2,
        "done": 3,
        "early": 6,
        "memory": 3,
        "seen": 6,
        "shared": 2,
        "situation": 2,
        "summary": 4,
        "trending": 2,
        "watch": 4,
    },
    upgrades={
        ("alert", 1): _alert_of_the_first_release,
        ("alert", 2): _alert_without_notes,
        ("alert", 3): _said_without_likelihood,
        ("alert", 4): _without_reasons_and_movements,
        ("alert", 5): _alert_without_dispatches,
        ("budget", 1): _budget_with_the_log,
        ("cell", 1): _cell_without_rough_places,
        ("camera", 1): _camera_without_memory,
        ("camera", 2): _camera_unattended,
        ("camera", 3): _camera_never_covered,
        ("camera", 4): _camera_without_view,
        ("camera", 5): _camera_never_spared,
        ("counted", 1): _without_nuisance_between_neighbours,
        ("crowd", 1): _crowd_never_looked_at,
        ("done", 1): _done_with_each_record_whole,
        ("done", 2): _done_at_no_time,
        ("early", 1): _early_of_the_first_release,
        ("early", 2): _early_without_notes,
        ("early", 3): _said_without_likelihood,
        ("early", 4): _said_without_movements,
        ("early", 5): _early_for_real,
        ("memory", 1): _memory_of_standing_bags,
        ("memory", 2): _memory_without_view,
        ("seen", 1): _seen_clearly,
        ("seen", 2): _seen_in_the_second_release,
        ("seen", 3): _seen_without_measures,
        ("seen", 4): _seen_without_runners,
        ("seen", 5): _seen_at_every_picture,
        ("shared", 1): _shared_before_cases,
        ("situation", 1): _told_without_phrases,
        ("summary", 1): _summary_without_a_life,
        ("summary", 2): _put_aside_in_words,
        ("summary", 3): _changed_by_no_partner,
        ("trending", 1): _without_nuisance_between_neighbours,
        ("watch", 1): _said_without_likelihood,
        ("watch", 2): _said_without_movements,
        ("watch", 3): _without_nuisance_between_neighbours,
    },
)
"""What this release writes; kinds that are not named are at version 1."""
