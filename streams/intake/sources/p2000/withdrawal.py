"""Withdrawal: what a P2000 message takes back: the whole call, its scaling-up, or nothing of it.

What stands in brackets with `intrekken` counts word by word: one crew or one service that is not needed ends no fire, and a word
that neither the alarm nor a classification has says that something else is meant. `vervallen` is also what a derelict building
is: alone it takes a call back only in brackets, before the classification or at the message's end. A call that is left on the
list by mistake costs a look; one that is taken off it by mistake is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from streams.intake.sources.p2000.classifications import Classifications, starts, words_of
from streams.intake.sources.p2000.message import BREAK, PagerMessage

_ALARM: Final = frozenset({"alarm", "melding", "voor", "van", "en"})
_FIRE_BRIGADE: Final = frozenset({"brw", "brandweer"})
_AMBULANCE: Final = frozenset({"ambu", "ambulance"})
_OTHERS: Final = frozenset({"politie", "mmt", "traumaheli"})
_SERVICES: Final = _FIRE_BRIGADE | _AMBULANCE | _OTHERS
_JOINS: Final = frozenset({"voor", "van", "en", BREAK})
NEGATIONS: Final = frozenset({"niet", "geen"})
_DERELICT: Final = "vervallen"
_WITHDRAWN_WORDS: Final = 4
"""How many words behind `intrekken` may say what is withdrawn."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Withdrawal: what a message takes back: the call, or its scaling-up alone."""

    call: bool = False
    grip: bool = False


def take_back(message: PagerMessage, table: Classifications) -> Withdrawal:
    """Return what a message takes back, and leave the words for it out of the message."""
    texts = [words_of(text) for text in message.brackets]
    texts.append(_inline(message, table))
    found = (_told(words, table, ambulance=message.ambulance) for words in texts)
    return next((each for each in found if each.call or each.grip), Withdrawal())


def _inline(message: PagerMessage, table: Classifications) -> tuple[str, ...]:
    """Return the words of a withdrawal that stands in no brackets, and leave them out of the message."""
    low = [word.lower().strip(".,:;!?") for word in message.words]
    for at, word in enumerate(low):
        if word not in table.withdrawals or low[max(at - 1, 0)] in NEGATIONS:
            continue
        said = []
        for each in low[at + 1 : at + 1 + _WITHDRAWN_WORDS]:
            if each not in _ALARM | _SERVICES | {BREAK} and not _of_scaling(table, each):
                break
            said.append(each)
        if word == _DERELICT and not set(said) - _JOINS and not _stands_alone(low, at, table):
            continue
        message.words[at : at + 1 + len(said)] = [BREAK]
        return (word, *said)
    return ()


def _stands_alone(low: Sequence[str], at: int, table: Classifications) -> bool:
    """Return whether a word is a remark of its own: before the classification, or all of the message's last part."""
    if not any(low[:at]) and at + 1 < len(low):
        return low[at + 1] == BREAK or table.at(low, at + 1) is not None
    return not any(low[at + 1 :]) and low[at - 1] == BREAK


def _told(words: Sequence[str], table: Classifications, *, ambulance: bool) -> Withdrawal:
    """Return what words take back that say so: those in one pair of brackets."""
    taken = set(words) & set(table.withdrawals)
    others = [word for word in words if word and word not in table.withdrawals]
    if not taken or NEGATIONS & set(others):
        return Withdrawal()
    if {"grip", "opschaling"} & set(others):
        return Withdrawal(grip=True)
    own = _AMBULANCE if ambulance else _FIRE_BRIGADE
    services = _SERVICES & set(others)
    rest = [word for word in others if word not in _ALARM | services]
    crew = any(starts(table.scalings, rest[at:]) for at in range(len(rest)))
    known = frozenset() if taken == {_DERELICT} else table.all_words
    return Withdrawal(call=not crew and (not services or bool(services & own)) and known.issuperset(rest))


def _of_scaling(table: Classifications, word: str) -> bool:
    return any(word in phrase.split() for phrase in table.scalings)
