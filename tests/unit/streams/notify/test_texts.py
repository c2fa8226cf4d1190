"""Texts: what a person reads."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from schemas.alerts import AlertState
from schemas.base import Message
from schemas.categories import Category, Priority
from schemas.phrases.language import Language
from schemas.sharing import PartnerDispatchWithdrawn
from streams.notify.texts import MOST_LISTED, MOST_SUBJECT, text_of
from tests.support.messages import example
from tests.support.notices import notice_of, partner_alert, partner_case, partner_dispatch


def test_an_alert_in_dutch_and_in_english() -> None:
    """What, where and how pressing; when, by the clock on the wall; and by what name to ask for it."""
    notice = notice_of(partner_alert(priority=Priority.P1))
    text = text_of((notice,), Language.NL, "Politie")
    assert text.subject == "P1 straatroof, Stationsstraat"
    assert text.lines == (
        "Gebeurd op 24 nov 11:00", "Bijgewerkt op 24 nov 11:00:00", "Kenmerk: a1", "Toezichtcentrale, bericht voor Politie",
    )  # fmt: skip
    assert text_of((notice,), Language.EN).subject == "P1 street robbery, Stationsstraat"


def test_what_a_reader_must_not_miss_comes_first() -> None:
    """An exercise, a request, an end, and what may not be known."""
    told: dict[str, Message] = {
        "OEFENING: Inzet gevraagd: P1 straatroof, Stationsstraat": partner_dispatch(exercise=True),
        "Niet meer voor u: Melding uit de toezichtcentrale": partner_alert(
            withdrawn=True, category=None, priority=None, place="", position=None
        ),
        "Afgesloten: P2 straatroof, Stationsstraat": partner_alert(state=AlertState.EXPIRED),
        "Vervallen: P2 brand, Stationsstraat": partner_alert(state=AlertState.CANCELLED, category=Category.BRAND),
    }
    for subject, message in told.items():
        assert text_of((notice_of(message),), Language.NL).subject == subject
    assert text_of((notice_of(partner_dispatch(deadline_at=None)),), Language.NL).lines[0] == "Antwoord of u komt"


def test_a_case_says_so_and_until_when_it_is_to_be_answered() -> None:
    """It is no alert; and by the handover's id it is answered. One that is no longer theirs asks for nothing."""
    text = text_of((notice_of(partner_case()),), Language.NL)
    assert text.subject == "Zaak: P4 ondermijning (pand), Amstelveen"
    assert text.lines[0] == "Neem aan, verwijs door of sluit af vóór 28 nov 11:00"
    assert "Kenmerk: h1" in text.lines
    gone = text_of((notice_of(partner_case(withdrawn=True, category=None, place="", answer_by=None)),), Language.NL)
    assert gone.subject.startswith("Niet meer voor u: Zaak: ")
    assert not any("Neem aan" in line for line in gone.lines)


def test_a_request_that_is_withdrawn_asks_for_nothing() -> None:
    """That it is, and by which name it was known."""
    gone = example(PartnerDispatchWithdrawn, partner="politie", dispatch_id="d1")
    text = text_of((notice_of(gone),), Language.NL)
    assert text.subject == "Niet meer voor u: Inzet gevraagd: Melding uit de toezichtcentrale"
    assert text.lines[-1] == "Kenmerk: d1"
    assert not any("Antwoord" in line for line in text.lines)


def test_several_are_one_text_with_their_count_and_every_id() -> None:
    """Those that have no line of their own are named all the same."""
    notices = [notice_of(partner_alert(alert_id=f"a{number}")) for number in range(MOST_LISTED + 3)]
    text = text_of(notices, Language.NL)
    assert text.subject == "53 meldingen"
    assert all(f"a{number}" in text.body for number in range(MOST_LISTED + 3))
    exercise = [notice_of(partner_alert(alert_id=f"a{number}", exercise=True)) for number in range(2)]
    assert text_of(exercise, Language.NL).subject == "OEFENING: 2 meldingen"


@given(st.text(max_size=120))
def test_a_place_adds_no_line_and_no_header(place: str) -> None:
    """A subject becomes a header of a mail."""
    text = text_of((notice_of(partner_alert(place=place)),), Language.NL)
    assert text.subject.isprintable()
    assert len(text.subject) <= MOST_SUBJECT
    assert all(line.isprintable() for line in text.lines)
