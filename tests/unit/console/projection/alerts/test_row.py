"""Rows: what the list shows of an alert, in both languages, and records that are none."""

from __future__ import annotations

import json
import zlib
from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.projection.alerts.names import in_document, in_phrase
from console.projection.alerts.row import ListRow, ListRowError, moment, row_of
from console.wire.rows import AlertRow
from schemas.alerts import Alert, AlertReport, AlertState, Shelf, Suppression
from schemas.categories import Category, Priority
from schemas.evidence import Verdict
from schemas.incidents import ReportNote
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes.next_steps import next_look, next_send_and_look
from schemas.phrases.codes.titles import category_name, title_placed, title_seen_by
from schemas.phrases.language import Language
from schemas.phrases.phrase import Phrase
from tests.support.alerts import SUMMARY, alert
from tests.support.messages import NOON, example


def made(found: Alert, offset: int = 7) -> ListRow:
    return row_of(found.model_dump_json().encode(), offset)


def told(found: Alert, language: Language = Language.NL) -> AlertRow:
    return AlertRow.model_validate_json(made(found).json(language))


def test_a_row_has_what_the_alert_has() -> None:
    found = told(example(Alert))
    assert (found.id, found.offset, found.revision, found.priority) == ("alert-1", 7, 1, Priority.P1)
    assert (found.reports, found.cameras_saw, found.cameras_looked, found.listed) == (1, 1, 1, True)
    assert (found.what, found.where, found.opened_at) == (
        "Straatroof",
        "Stadsplein, Amstelveen",
        NOON + timedelta(seconds=42),
    )


def test_its_json_is_exactly_what_the_api_promises() -> None:
    """Written straight from the document: field by field, and each as the wire type writes it."""
    document = made(example(Alert)).json(Language.NL)
    assert orjson.loads(document) == orjson.loads(AlertRow.model_validate_json(document).model_dump_json())


def test_words_are_of_the_language_that_is_asked_for() -> None:
    found = alert(
        title_phrase=title_placed(category_name("brand"), "Stadsplein"), category=Category.BRAND,
        next_step=next_send_and_look("brandweer", "stadshart-1"),
    )  # fmt: skip
    row = made(found)
    dutch, english = (AlertRow.model_validate_json(row.json(language)) for language in (Language.NL, Language.EN))
    assert (dutch.what, dutch.title) == ("Brand", "Brand, Stadsplein")
    assert (english.what, english.title) == ("Fire", "Fire, Stadsplein")
    assert dutch.next_step == "vraag de brandweer om te gaan en kijk op camera stadshart-1"


def test_cameras_are_told_by_their_names_wherever_a_phrase_has_one() -> None:
    """In the advice, in a title, and in a phrase within a phrase; what nobody has a name for is told by its id."""
    names = {"stadshart-1": "Stadsplein noord"}
    found = alert(
        title_phrase=title_seen_by(category_name("brand"), "stadshart-1"),
        next_step=next_send_and_look("brandweer", "stadshart-1"),
    )
    row = AlertRow.model_validate_json(made(found).json(Language.NL, lambda each: names.get(each, each)))
    assert row.next_step == "vraag de brandweer om te gaan en kijk op camera Stadsplein noord"
    assert "Stadsplein noord" in row.title
    assert "stadshart-1" not in row.title + row.next_step
    nested = title_placed(title_seen_by(category_name("brand"), "stadshart-1"), "Dam")
    for phrase in (
        in_phrase(nested, names.__getitem__),
        Phrase.model_validate(in_document(nested.model_dump(), names.__getitem__)),
    ):
        assert phrase is not None
        assert "Stadsplein noord" in sentence(phrase, Language.NL)
    assert next_look("c-9") == in_phrase(next_look("c-9"), lambda each: names.get(each, each))
    assert (in_phrase(None, str), in_document(None, str)) == (None, None)


def test_an_unknown_kind_is_not_called_other() -> None:
    [report] = example(Alert).reports
    unknown = AlertReport.model_validate(dict(report) | {"notes": (ReportNote.UNKNOWN_KIND,)})
    assert told(alert(category=Category.OVERIG, reports=(unknown,))).what == "Onbekend soort"
    assert told(alert(category=Category.OVERIG)).what == "Overig"


@pytest.mark.parametrize(
    ("verdict", "saw", "looked"),
    [
        (Verdict.CORROBORATED, 1, 1),
        (Verdict.CONSISTENT, 1, 1),
        (Verdict.UNSEEN, 0, 1),
        (Verdict.CONTRADICTED, 0, 1),
        (Verdict.PENDING, 0, 0),
        (Verdict.CAMERA_UNAVAILABLE, 0, 0),
        (Verdict.NO_COVERAGE, 0, 0),
    ],
)
def test_only_a_camera_that_could_look_has_looked(verdict: Verdict, saw: int, looked: int) -> None:
    [camera] = example(Alert).cameras
    found = told(alert(cameras=(camera.model_copy(update={"verdict": verdict}),)))
    assert (found.cameras_saw, found.cameras_looked) == (saw, looked)


def test_a_summary_tells_what_stands_under_it() -> None:
    found = told(alert(summary=SUMMARY, reports=(), cameras=()))
    assert found.what == "7 gegroepeerd"
    assert found.summary is not None
    assert [(each.priority, each.open) for each in found.summary] == [(Priority.P3, 4), (Priority.P4, 3)]


def test_what_is_put_aside_says_until_when_and_why() -> None:
    end = NOON + timedelta(hours=1)
    shelf = Shelf(user="operator-3", reason="known event", until=end)
    plan = Suppression(plan_version="p1", plan_id="feest", reason="kermis", until=end)
    shelved = told(alert(state=AlertState.SHELVED, shelf=shelf))
    suppressed = told(alert(state=AlertState.SUPPRESSED, suppression=plan))
    assert [(each.until, each.aside, each.listed) for each in (shelved, suppressed)] == [
        (end, "known event", False),
        (end, "kermis", False),
    ]


def test_what_others_wrote_is_text_and_turns_nothing_around() -> None:
    found = told(alert(title="<script>\u202eroof\n", title_phrase=None, place="a\x1b[31m"))
    assert found.title == "<script>\\u202eroof\\n"
    assert found.where == "a\\x1b[31m"


def test_since_when_somebody_has_it() -> None:
    taken = told(alert(handled_by="operator-3", acknowledged_at=NOON))
    assert (taken.handled_by, taken.handled_since) == ("operator-3", NOON)
    assert told(alert(acknowledged_at=NOON)).handled_since is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, None),
        ("2026-11-24T12:00:00.123456Z", "2026-11-24T12:00:00.123Z"),
        ("2026-11-24T13:00:00+01:00", "2026-11-24T12:00:00.000Z"),
    ],
)
def test_moments_have_milliseconds_in_utc(text: str | None, expected: str | None) -> None:
    assert moment(text) == expected


@pytest.mark.parametrize("value", [b"", b"{", b"[]", b"null", b"{}", b'{"alert_id": 3}', b"\xff\xfe"])
def test_what_is_no_alert_is_refused(value: bytes) -> None:
    with pytest.raises(ListRowError):
        row_of(value, 0)


@pytest.mark.parametrize("field", ["opened_at", "changed_at", "acknowledged_at"])
def test_a_moment_without_a_zone_is_refused(field: str) -> None:
    """It could not be compared with others."""
    document = orjson.loads(example(Alert).model_dump_json()) | {field: "2026-11-24T12:00:00"}
    with pytest.raises(ListRowError):
        row_of(orjson.dumps(document), 0)


@given(st.data())
def test_no_record_breaks_the_list(data: st.DataObject) -> None:
    """Each part of an alert may be anything: it is refused as a row, or when it is told, and nothing else happens."""
    document: dict[str, Any] = orjson.loads(example(Alert).model_dump_json())
    odd = st.one_of(
        st.none(), st.integers(-5, 5), st.text(max_size=5), st.lists(st.integers(), max_size=2), st.booleans()
    )
    for name in data.draw(st.lists(st.sampled_from(sorted(document)), max_size=4)):
        document[name] = data.draw(odd)
    try:
        row = row_of(json.dumps(document).encode(), 0)
        AlertRow.model_validate_json(row.json(Language.NL))
    except (ListRowError, ValueError):
        pass


@pytest.mark.parametrize("score", ["nan", "inf", "3", True, None, [1]])
def test_a_score_that_is_no_number_is_refused(score: object) -> None:
    """One that is above and below nothing would take other alerts' places in the list."""
    document = orjson.loads(example(Alert).model_dump_json()) | {"score": score}
    with pytest.raises(ListRowError):
        row_of(orjson.dumps(document), 0)


def test_the_document_is_kept_as_it_came() -> None:
    """A newer sender's fields, too: who asks for the whole alert gets all that this release knows."""
    value = example(Alert).model_dump_json().encode()[:-1] + b',"of_a_newer_release":1}'
    row = row_of(value, 0)
    assert zlib.decompress(row.packed) == value
    assert row.alert() == example(Alert)
