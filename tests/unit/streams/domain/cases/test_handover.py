"""A case is one partner's at a time: handed over, accepted, referred, closed, or back at its owner; never without a ground."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.alerts import Alert, AlertState
from schemas.cases import CaseOutcome, CaseReceipt, PartnerCase, handover_identity
from schemas.categories import Category, Priority
from schemas.phrases.codes import cases as says
from schemas.phrases.phrase import Phrase
from streams.config.partners import load_partners
from streams.domain.cases.case import CaseChange, CaseEnd, CaseRow
from streams.domain.cases.handover import answered, with_alert, with_time
from streams.domain.partners.need_to_know import Partners
from streams.domain.partners.view import AlertFacts, facts_of
from tests.support.messages import NOON, ROOM, example
from tests.support.sharing import default_document
from tests.support.situations import position, seconds

PARTNERS = load_partners()
KEEP = timedelta(days=1)
ANSWER = timedelta(days=4)
HOME = Category.WOONFRAUDE_OVERBEWONING
DISTRESS = Category.VERWARD_PERSOON


def facts(revision: int = 0, **changes: Any) -> AlertFacts:
    """Return a case about a home as it stands."""
    given = {
        "alert_id": "case-1", "category": HOME, "operator_list": False, "priority": Priority.P4, "reports": (),
        "revision": revision, "expires_at": NOON + timedelta(hours=4), "place": "Stadsplein, Amstelveen",
    }  # fmt: skip
    heard = changes.pop("heard", None)
    found = facts_of(example(Alert, **(given | changes)))
    return found if heard is None else found.model_copy(update={"heard": heard})


class Case:
    """One case, with what was told of it."""

    def __init__(self, partners: Partners = PARTNERS) -> None:
        self.partners = partners
        self.row: CaseRow | None = None
        self.told: list[PartnerCase] = []

    def _take(self, change: CaseChange) -> list[tuple[str, bool]]:
        self.row = change.row
        self.told += [each.message for each in change.messages]
        return [(each.message.partner, each.message.withdrawn) for each in change.messages]

    def alert(self, given: AlertFacts, now: datetime = NOON) -> list[tuple[str, bool]]:
        """Take a revision; return who is told, and whether it is withdrawn."""
        return self._take(with_alert(given, self.row, self.partners, KEEP, now))

    def time(self, now: datetime) -> list[tuple[str, bool]]:
        """Let time pass."""
        assert self.row is not None
        return self._take(with_time(self.row, self.partners, now))

    def answer(
        self,
        partner: str,
        outcome: str,
        to: str | None = None,
        number: int | None = None,
        now: datetime = NOON,
        **changes: Any,
    ) -> list[tuple[str, bool]] | Phrase:
        """Give an answer by a partner's newest handover, or by one of a number; return who is told, or why it is not taken."""
        last = self.row.number if self.row else 1
        receipt = CaseReceipt(
            handover_id=handover_identity(ROOM, "case-1", partner, number or last),
            control_room_id=ROOM, alert_id="case-1", recipient=partner, outcome=CaseOutcome(outcome), refer_to=to,
            answered_at=now,
        ).model_copy(update=changes)  # fmt: skip
        change = answered(receipt, partner, self.row, self.partners, now)
        return self._take(change) if isinstance(change, CaseChange) else change

    @property
    def holder(self) -> str | None:
        """Return who has it now."""
        return self.row.last.partner if self.row is not None and self.row.end is None else None


@pytest.fixture
def case() -> Case:
    """Return one that was handed over to the safety team."""
    found = Case()
    assert found.alert(facts()) == [("oov", False)]
    return found


def test_it_is_handed_over_to_whom_its_line_names_alone(case: Case) -> None:
    """With the view of its grant and a time to answer; nothing of how the alert stands, nor of its priority."""
    (told,) = case.told
    assert (told.ground, told.category, told.place) == ("huisvestingswet", HOME, "Amstelveen")
    assert told.answer_by == NOON + ANSWER
    assert (told.state, told.priority, told.verdict, told.cameras) == (None, None, None, ())
    assert told.position is not None
    assert told.position.accuracy_m >= 100
    assert told.reason_phrase == says.case_handed_over()


def test_what_no_line_names_or_is_an_alert_is_no_case() -> None:
    """A home as an alert of the list, and a case of a category without a line."""
    assert Case().alert(facts(operator_list=True)) == []
    assert Case().alert(facts(category=Category.DEMONSTRATIE)) == []
    assert Case().alert(facts(state=AlertState.EXPIRED)) == []


def test_about_health_it_stands_on_the_topic_for_that() -> None:
    """And is kept a day at most."""
    change = with_alert(facts(category=DISTRESS), None, PARTNERS, KEEP, NOON)
    assert [(each.health, each.message.partner) for each in change.messages] == [(True, "ggd")]
    assert change.row is not None
    assert change.row.keep_until == NOON + timedelta(days=1)


def test_once_accepted_nothing_of_it_is_kept_but_its_ids(case: Case) -> None:
    """It is in the partner's own system; a double and an answer that was overtaken change nothing."""
    assert case.answer("oov", "accepted") == []
    assert case.row is not None
    assert case.row.facts is None
    assert case.holder == "oov"
    assert "Amstelveen" not in case.row.model_dump_json()
    before = case.row
    assert case.answer("oov", "accepted") == []
    assert case.row == before
    assert case.time(NOON + ANSWER) == []
    assert case.row is None


def test_who_accepted_learns_more_of_it_and_that_it_does_not_hold(case: Case) -> None:
    """As long as the alert behind it can change; no answer is waited for."""
    case.answer("oov", "accepted")
    assert case.alert(facts(1, position=position(900))) == [("oov", False)]
    assert (case.told[-1].answer_by, case.told[-1].revision) == (None, 1)
    assert case.alert(facts(2, state=AlertState.CANCELLED)) == [("oov", True)]
    assert case.told[-1].reason_phrase == says.case_over("cancelled")


def test_closed_it_is_over_and_more_reports_open_it_again(case: Case) -> None:
    """A revision that reports nothing more does not; closing says that it was accepted, whatever comes after it."""
    assert case.answer("oov", "closed") == []
    assert case.holder is None
    assert case.answer("oov", "closed") == []
    assert case.answer("oov", "accepted") == []
    assert case.alert(facts(1, place="Elders, Amstelveen")) == []
    assert case.alert(facts(2, heard=3)) == [("oov", False)]
    assert case.row is not None
    assert case.row.number == 2
    assert case.told[0].handover_id != case.told[-1].handover_id


def test_it_is_referred_to_a_partner_with_a_ground(case: Case) -> None:
    """Withdrawn from the one, handed over to the other with its own coarser view, and from whom it came."""
    assert case.answer("oov", "referred", "corporatie", now=NOON + seconds(60)) == [
        ("oov", True),
        ("corporatie", False),
    ]
    farewell, told = case.told[1:]
    assert (farewell.category, farewell.place, farewell.ground, farewell.position) == (None, "", None, None)
    assert (told.ground, told.came_from, told.answer_by) == ("convenant-wonen", "oov", NOON + seconds(60) + ANSWER)
    assert told.position is not None
    assert told.position.accuracy_m >= 500
    assert case.answer("corporatie", "accepted") == []
    assert case.holder == "corporatie"


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("politie", says.case_referred_without_ground("oov", "politie", HOME.value)),
        ("nobody", says.case_referred_without_ground("oov", "nobody", HOME.value)),
        ("oov", says.case_referred_to_nobody("oov")),
        (None, says.case_referred_to_nobody("oov")),
    ],
)
def test_it_is_never_referred_to_one_without_a_ground(case: Case, to: str | None, why: Phrase) -> None:
    """Then it stays where it is, and the time to answer runs on."""
    before = case.row
    assert case.answer("oov", "referred", to) == why
    assert case.row == before


def test_it_never_goes_round() -> None:
    """Not to one that had it, and no oftener than its line says; to its owner it may always go back."""
    case = Case()
    case.alert(facts(category=Category.ONDERMIJNING_PAND))
    case.answer("oov", "referred", "politie")
    assert case.answer("politie", "referred", "corporatie") == says.case_referred_too_often("politie", "oov")
    assert case.answer("politie", "referred") == [("politie", True), ("oov", False)]
    assert case.told[-1].reason_phrase is not None
    assert case.told[-1].reason_phrase.code == "case-given-back"
    assert case.answer("oov", "referred", "politie") == says.case_referred_back("oov", "politie")


def test_without_an_answer_it_comes_back_to_its_owner(case: Case) -> None:
    """Visibly: with why and from whom; a late answer of the other one is not taken any more."""
    case.answer("oov", "referred", "corporatie")
    assert case.time(NOON + ANSWER - seconds(1)) == []
    assert case.time(NOON + ANSWER) == [("corporatie", True), ("oov", False)]
    assert case.told[-1].reason_phrase == says.case_no_answer(case.told[-1].reason_phrase.values["partner"])  # type: ignore[union-attr, arg-type]
    assert (case.told[-1].came_from, case.told[-1].answer_by) == ("corporatie", NOON + ANSWER + ANSWER)
    for outcome in ("accepted", "closed"):
        assert case.answer("corporatie", outcome, number=2) == says.case_answer_late("corporatie")
    assert case.answer("corporatie", "referred", "oov", number=2) == says.case_answer_late("corporatie")
    assert case.answer("oov", "accepted", number=1) == says.case_answer_late("oov")
    assert case.answer("oov", "accepted") == []


def test_what_its_owner_does_not_answer_is_overdue_and_told_once_more(case: Case) -> None:
    """It stays the owner's until its time is over; then that is told too, and nothing of it is left."""
    assert case.time(NOON + ANSWER) == [("oov", False)]
    assert (case.told[-1].overdue, case.told[-1].answer_by) == (True, None)
    assert case.time(NOON + 2 * ANSWER) == []
    over = NOON + timedelta(days=14)
    assert case.time(over - seconds(1)) == []
    assert case.time(over) == [("oov", True)]
    assert case.told[-1].reason_phrase == says.case_over("expired")
    assert case.row is None


def test_an_overdue_case_is_still_taken(case: Case) -> None:
    """Its owner may answer as long as it is kept."""
    case.time(NOON + ANSWER)
    assert case.answer("oov", "referred", "corporatie", now=NOON + ANSWER) == [("oov", True), ("corporatie", False)]


def test_what_becomes_an_alert_is_withdrawn_and_may_become_a_case_again(case: Case) -> None:
    """Somebody reports it as urgent: the operators have it; that report is cancelled: it is a case as before."""
    assert case.alert(facts(1, operator_list=True)) == [("oov", True)]
    assert case.row is not None
    assert (case.row.end, case.row.facts) == (CaseEnd.ON_LIST, None)
    assert case.answer("oov", "accepted") == says.case_answer_late("oov")
    assert case.alert(facts(2)) == [("oov", False)]


def test_another_category_takes_it_from_who_has_no_ground_for_that(case: Case) -> None:
    """It begins anew with whom the other line names, on the topic that it belongs to."""
    case.answer("oov", "referred", "corporatie")
    assert case.alert(facts(1, category=DISTRESS)) == [("corporatie", True), ("ggd", False)]
    assert case.answer("corporatie", "accepted", number=2) == says.case_answer_of_nothing("corporatie")


def test_it_is_told_again_only_where_the_view_changed(case: Case) -> None:
    """A revision that changes nothing of what the partner may see says nothing; an older one even less."""
    assert case.alert(facts(3, priority=Priority.P4, score=12)) == []
    assert case.alert(facts(2, position=position(900))) == []
    assert case.alert(facts(4, position=position(900))) == [("oov", False)]
    assert [each.revision for each in case.told] == [0, 1]
    assert case.told[-1].answer_by == NOON + ANSWER


@pytest.mark.parametrize(
    ("partner", "changes", "why"),
    [
        ("corporatie", {}, says.case_answer_of_nothing("corporatie")),
        (
            "corporatie",
            {"handover_id": handover_identity(ROOM, "case-1", "oov", 1)},
            says.case_answer_of_another("corporatie"),
        ),
        ("corporatie", {"recipient": "oov"}, says.case_answer_of_another("corporatie")),
        ("oov", {"handover_id": "made-up"}, says.case_answer_of_nothing("oov")),
    ],
)
def test_foreign_answers_are_refused(case: Case, partner: str, changes: dict[str, Any], why: Phrase) -> None:
    """Another partner's, one by a made-up handover, and one in another's name: none changes anything."""
    before = case.row
    assert case.answer(partner, "accepted", **changes) == why
    assert case.row == before


def test_an_answer_to_what_is_not_known_is_refused() -> None:
    """Never handed over, or long over."""
    assert Case().answer("oov", "accepted") == says.case_answer_of_nothing("oov")


def without(partner: str, category: str) -> Partners:
    """Return the built-in file without a partner's grant of a category, and without the line of cases about it."""
    document = copy.deepcopy(default_document())
    for entry in document["partners"][partner]["gets"]:
        entry["categories"] = [each for each in entry["categories"] if each != category]
    document["partners"][partner]["gets"] = [
        each for each in document["partners"][partner]["gets"] if each["categories"]
    ]
    document["cases"] = [each for each in document["cases"] if category not in each["categories"]]
    return Partners.model_validate(document)


def test_a_file_that_takes_the_ground_away_takes_the_case_away(case: Case) -> None:
    """Whoever has it may not be told of it any more; it ends visibly."""
    case.partners = without("oov", HOME.value)
    assert case.time(NOON + ANSWER) == [("oov", True)]
    assert case.told[-1].reason_phrase == says.case_over("no_ground")


STEPS = st.one_of(
    st.tuples(
        st.just("alert"),
        st.sampled_from([HOME, Category.ONDERMIJNING_PAND, Category.WOONOVERLAST, DISTRESS, Category.BRAND]),
        st.booleans(), st.sampled_from(AlertState), st.integers(-1, 2), st.integers(1, 4),
    ),
    st.tuples(
        st.just("answer"), st.sampled_from(["who has it"] * 6 + ["oov", "corporatie", "politie", "hor", "ggd", "organisator"]),
        st.sampled_from([*CaseOutcome, CaseOutcome.REFERRED, CaseOutcome.REFERRED]),
        st.sampled_from([None, "corporatie", *default_document()["partners"], "nobody"]), st.sampled_from([0, 0, 0, 0, 1, 2, 3]),
    ),
    st.tuples(st.just("time"), st.sampled_from([60, 30_000, 90_000, 350_000, 1_300_000])),
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.sampled_from([HOME, Category.ONDERMIJNING_PAND, DISTRESS]), st.lists(STEPS, max_size=25))
def test_no_sequence_hands_a_case_to_one_without_a_ground_or_loses_one(
    first: Category, steps: Sequence[tuple[Any, ...]]
) -> None:
    """Whatever comes in whatever order: each message fits its grant, one partner at most has it, and what is open has an end."""
    case, now, revision = Case(), NOON, 0
    assert case.alert(facts(category=first)) != []
    has = {case.told[-1].partner: case.told[-1].handover_id}
    for step in steps:
        before, known = len(case.told), case.row
        if step[0] == "alert":
            _, category, listed, state, newer, heard = step
            revision = max(0, revision + newer)
            given_facts = facts(
                revision,
                category=category,
                operator_list=listed,
                state=state,
                heard=heard,
                expires_at=now + seconds(14_400),
            )
            case.alert(given_facts, now)
        elif step[0] == "answer":
            _, partner, outcome, to, number = step
            who = case.holder or "oov" if partner == "who has it" else partner
            case.answer(who, outcome, to if outcome is CaseOutcome.REFERRED else None, number or None, now)
        else:
            now += seconds(step[1])
            while case.row is not None and case.row.due_at <= now:
                case.time(now)
        for told in case.told[before:]:
            if told.withdrawn:
                assert (told.category, told.place, told.position, told.ground) == (None, "", None, None)
                assert has.pop(told.partner) == told.handover_id
            else:
                grant = PARTNERS.grant(told.partner, told.category) if told.category else None
                assert grant is not None
                assert (told.ground, bool(told.place)) == (grant.ground, grant.grain_m is not None)
                has[told.partner] = told.handover_id
        row = case.row
        if row is None or row.end is not None:
            assert row is None or row.facts is None
            if row is not None and row.end is CaseEnd.CLOSED:  # who closed it knows
                has.pop(row.last.partner, None)
            if row is None and known is not None and known.last.accepted:
                has.clear()
            assert has == {}
        else:
            assert has == {row.last.partner: row.last.handover_id}
            assert (row.facts is None) is row.last.accepted
            assert row.last.accepted or now < row.due_at  # one that is accepted late goes with the next tick
            assert row.due_at <= max(row.keep_until, row.forget_at)
            assert row.hops <= 1
            others = [each for each in row.had if each != "oov"]
            assert len(others) == len(set(others))
