"""A chain shows whatever is done to it, and which entry it was done to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.audit import AuditEntry
from streams.domain.audit.chain import GENESIS, HeadRow, canonical, hash_of
from streams.domain.audit.verify import ChainCheck, Finding, Head, Tampering, read_entry
from tests.support.audit import chain_of
from tests.support.mutation import Mutator, fuzz

Document = dict[str, Any]
LONG = 12
CHAIN = chain_of(LONG)
places = st.integers(0, LONG - 1)
inner = st.integers(1, LONG - 2)


def checked(documents: list[Document], *expected: Head) -> tuple[Finding, ...]:
    """Return what is found in documents."""
    check = ChainCheck(expected)
    for place, each in enumerate(documents):
        check.take(json.dumps(each).encode(), place)
    return check.finish()


def found(documents: list[Document], *expected: Head) -> set[tuple[str, int]]:
    """Return what is found, by kind and number."""
    return {(each.what.value, each.first) for each in checked(documents, *expected)}


def rehashed(document: Document, **changes: Any) -> Document:
    """Return an entry with changes and the hash that fits them."""
    changed = document | changes
    return changed | {"hash": hash_of(changed)}


def test_a_chain_as_it_was_written_holds() -> None:
    """From its beginning, and from wherever the retention cut it."""
    for first in range(LONG):
        assert checked(CHAIN[first:]) == ()
    check = ChainCheck()
    for each in CHAIN:
        assert isinstance(check.take(json.dumps(each).encode(), 0), AuditEntry)
    assert (check.first, check.entries, check.head) == (0, LONG, Head(LONG - 1, CHAIN[-1]["hash"]))


@given(places, st.data())
def test_any_field_that_is_altered_shows_and_names_its_entry(at: int, data: st.DataObject) -> None:
    """Whichever field, and whatever it is altered to that an entry can hold."""
    changes = {
        "actor": "somebody", "action": "close", "object_type": "camera", "object_id": "x", "control_room_id": "other",
        "reason": "r", "result": "refused", "event_id": "e", "at": "2026-01-01T00:00:00.000000Z",
        "told_at": "2026-01-01T00:00:00.000000Z", "previous_hash": "b" * 64, "hash": "c" * 64,
    }  # fmt: skip
    name = data.draw(st.sampled_from(sorted(changes)))
    altered = [*CHAIN[:at], CHAIN[at] | {name: changes[name]}, *CHAIN[at + 1 :]]
    assert ("altered", at) in found(altered)


@given(places, st.text(max_size=20), st.integers() | st.text(max_size=5) | st.none())
def test_a_field_that_nobody_knows_is_hashed_too(at: int, name: str, value: object) -> None:
    """An entry of a newer release verifies, and one that got a field afterwards does not."""
    unknown = f"new_{name}"
    try:
        newer = rehashed(CHAIN[at], **{unknown: value})
    except UnicodeEncodeError:
        return
    assert ("altered", at) not in found([newer])
    if value is not None or unknown not in CHAIN[at]:
        assert ("altered", at) in found([*CHAIN[:at], CHAIN[at] | {unknown: value}, *CHAIN[at + 1 :]])


@given(st.integers(0, LONG - 2))
def test_an_entry_that_is_altered_and_hashed_anew_shows_by_the_next(at: int) -> None:
    """Its own hash is right then."""
    altered = [*CHAIN[:at], rehashed(CHAIN[at], result="refused"), *CHAIN[at + 1 :]]
    assert found(altered) == {("replaced", at)}


@given(inner, st.integers(1, 5))
def test_what_is_removed_shows(at: int, count: int) -> None:
    """One or several, from within."""
    count = min(count, LONG - 1 - at)
    (finding,) = checked([*CHAIN[:at], *CHAIN[at + count :]])
    assert (finding.what, finding.first, finding.last) == (Tampering.REMOVED, at, at + count - 1)


@given(st.integers(0, LONG - 2), st.data())
def test_what_is_put_elsewhere_shows(at: int, data: st.DataObject) -> None:
    """It, or one that it passed; and nothing is called removed, since all are there."""
    to = data.draw(places.filter(lambda each: each != at))
    moved = [each for each in CHAIN if each["sequence"] != at]
    moved.insert(to, CHAIN[at])
    findings = checked(moved)
    passed = set(range(min(at, to), max(at, to) + 1))
    assert findings
    if 0 not in (at, to):  # what stands first is where the chain begins
        assert {each.what for each in findings} == {Tampering.REORDERED}
        assert {each.first for each in findings} & passed


@given(inner)
def test_two_that_change_places_are_one_finding(at: int) -> None:
    """The one that stands too early."""
    swapped = [*CHAIN]
    swapped[at], swapped[at + 1] = swapped[at + 1], swapped[at]
    assert found(swapped) == {("reordered", at + 1)}


@given(places, st.integers(0, LONG + 3), st.booleans())
def test_what_is_inserted_shows(at: int, number: int, linked: bool) -> None:
    """A forged entry of any number, chained to the one before it or to none."""
    before = CHAIN[at - 1]["hash"] if at and linked else "d" * 64
    forged = rehashed(CHAIN[0], sequence=number, previous_hash=before, object_id="forged")
    assert checked([*CHAIN[:at], forged, *CHAIN[at:]])


@given(inner)
def test_a_second_entry_of_one_number_is_one_finding(at: int) -> None:
    """Chained as well as the first: whoever appended it knew how."""
    forged = rehashed(CHAIN[at], object_id="forged")
    assert found([*CHAIN[: at + 1], forged, *CHAIN[at + 1 :]]) == {("inserted", at)}
    assert found([*CHAIN[:at], forged, *CHAIN[at:]]) == {("inserted", at)}


@given(places, st.integers(1, 4))
def test_the_same_entry_again_is_no_fault(at: int, count: int) -> None:
    """A worker that starts again sends its last entries again, in their order."""
    again = CHAIN[max(0, at - count) : at + 1]
    check = ChainCheck()
    for place, each in enumerate([*CHAIN[: at + 1], *again, *CHAIN[at + 1 :]]):
        check.take(json.dumps(each).encode(), place)
    assert check.finish() == ()
    assert (check.repeats, check.entries) == (len(again), LONG)


@given(st.lists(st.integers(0, LONG - 1), max_size=30))
def test_nothing_is_found_only_where_nothing_was_done(order: list[int]) -> None:
    """Any choice of entries in any order: without a finding it is a run of the chain, with nothing but repeats in it."""
    findings = checked([CHAIN[number] for number in order])
    firsts = list(dict.fromkeys(order))
    assert (findings == ()) == (firsts == list(range(firsts[0], firsts[0] + len(firsts))) if firsts else True)


def test_a_chain_that_begins_again_is_told() -> None:
    """The writer lost its state: what follows is a chain of its own."""
    other = [rehashed(CHAIN[0], object_id="other")]
    assert found([*CHAIN, *other]) == {("inserted", 0)}
    long_ago = ChainCheck()
    for place, each in enumerate(chain_of(3)):
        long_ago.take(json.dumps(each).encode(), place)
    long_ago._seen.clear()  # as after ten thousand more
    long_ago.take(json.dumps(other[0]).encode(), 3)
    assert [each.what for each in long_ago.finish()] == [Tampering.RESTARTED]


@given(places, places)
def test_a_known_head_shows_an_end_that_was_cut_off(known: int, end: int) -> None:
    """And is silent where the chain goes on beyond it."""
    head = Head(known, CHAIN[known]["hash"])
    expected = set() if known <= end else {("truncated", end + 1)}
    assert found(CHAIN[: end + 1], head) == expected
    assert found([], head) == {("truncated", 0)}


@given(inner)
def test_a_known_head_shows_a_chain_that_was_made_anew(at: int) -> None:
    """All hashes fit each other, and the head's does not."""
    anew, previous = [*CHAIN[:at]], CHAIN[at - 1]["hash"]
    for each in CHAIN[at:]:
        anew.append(rehashed(each, previous_hash=previous, actor="nobody"))
        previous = anew[-1]["hash"]
    assert found(anew) == set()
    assert found(anew, Head(LONG - 1, CHAIN[-1]["hash"])) == {("other_head", LONG - 1)}
    assert found(anew, Head(at - 1, CHAIN[at - 1]["hash"])) == set()


@given(inner)
def test_a_known_head_from_before_the_beginning(first: int) -> None:
    """The one just before it is checked by the first entry's link; older ones cannot be."""
    assert found(CHAIN[first:], Head(first - 1, CHAIN[first - 1]["hash"])) == set()
    assert found(CHAIN[first:], Head(first - 1, "e" * 64)) == {("other_head", first - 1)}
    if first > 1:
        assert found(CHAIN[first:], Head(0, CHAIN[0]["hash"])) == {("not_checked", 0)}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: b"",
        lambda _: None,
        lambda _: b"[]",
        lambda _: b'"entry"',
        lambda _: b"\xff\xfe",
        lambda _: b"[" * 100_000,
        lambda raw: raw[:-1],
        lambda raw: raw.replace(b'"actor"', b'"actress"'),
        lambda raw: raw.replace(b'"sequence": 3', b'"sequence": "3"'),
        lambda raw: raw.replace(b'"sequence": 3', b'"sequence": 3.0'),
        lambda raw: raw.replace(b'"sequence": 3', b'"sequence": NaN'),
        lambda raw: raw.replace(b'{"sequence"', b'{"actor": "other", "sequence"'),
        lambda raw: raw.replace(b'{"sequence"', b'{"x": "\\ud800", "sequence"'),
    ],
)
def test_what_is_no_entry_is_told(spoil: Callable[[bytes], bytes | None]) -> None:
    """With its place; those around it are checked as ever."""
    check = ChainCheck()
    for place, each in enumerate(CHAIN):
        raw = json.dumps(each).encode()
        check.take(spoil(raw) if place == 3 else raw, place)
    first, *others = check.finish()
    assert (first.what, first.first, first.place) == (Tampering.UNREADABLE, 3, 3)
    assert [(each.what, each.first) for each in others] == [(Tampering.REMOVED, 3)]


@given(st.binary(max_size=200))
def test_no_bytes_break_it(raw: bytes) -> None:
    """Whatever stands on the topic."""
    assert read_entry(raw) is None or raw


def test_no_mutation_of_an_entry_goes_unseen() -> None:
    """It is no entry any more, or says the same in another way, or its hash is wrong."""
    seeds = [json.dumps(each).encode() for each in CHAIN]
    mutator = Mutator(3)

    def read(raw: bytes) -> None:
        if (entry := read_entry(raw)) is not None and entry[0].hash == entry[1]:
            assert entry[0].model_dump(mode="json") in CHAIN

    assert fuzz(read, lambda: mutator.line(seeds), 20_000).total() > 0


def test_the_hash_is_what_the_decision_record_says() -> None:
    """By other means than the code's: names in order, no white space, UTF-8."""
    entry = {"b": "é", "a": 1, "hash": "left out"}
    assert canonical({"b": "é", "a": 1}) == '{"a":1,"b":"é"}'.encode()
    assert hash_of(entry) == hashlib.sha256(b'{"a":1,"b":"\xc3\xa9"}').hexdigest()
    assert CHAIN[0]["previous_hash"] == GENESIS
    assert CHAIN[1]["previous_hash"] == CHAIN[0]["hash"]


@pytest.mark.parametrize("text", ["", "3", "3:", "x:" + "a" * 64, "3:" + "A" * 64, "3:" + "a" * 63, "-1:" + "a" * 64])
def test_what_is_no_head_is_refused(text: str) -> None:
    """With what was expected."""
    with pytest.raises(ValueError, match="expected SEQUENCE:HASH"):
        Head.parse(text)
    assert str(Head.parse(f"3:{'a' * 64}\n")) == f"3:{'a' * 64}"


def test_an_event_is_in_the_chain_by_its_place_and_time() -> None:
    """A topic that was made anew begins its offsets again, later."""
    row = HeadRow.model_validate({"sequence": 5, "hash": "a" * 64, "offset": 7, "told_at": CHAIN[5]["told_at"]})
    at = row.told_at
    assert row.has(7, at)
    assert row.has(3, at.replace(year=2020))
    assert not row.has(8, at)
    assert not row.has(0, at.replace(year=2030))
