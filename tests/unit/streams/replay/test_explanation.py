"""An explanation as a person reads it: numbers as the language writes them, and nothing that acts on a terminal."""

from __future__ import annotations

from schemas.alerts import Alert, Factor
from schemas.phrases.language import Language
from streams.config.files import load_rules
from streams.replay.explain import ExplainOutcome, Recomputed
from streams.replay.explanation import as_text
from tests.support.alerts import alert

RULES = load_rules()


def explained(told: Alert, language: Language) -> str:
    return as_text(Recomputed(told, told, ExplainOutcome.SAME, 1, ()), RULES, language)


def test_points_have_the_languages_decimal_mark() -> None:
    """A rules file may give half points."""
    told = alert(factors=(Factor(rule_id="x", points=7.5, reason="x"),), score=7.5)
    assert "   +7,5  x" in explained(told, Language.NL)
    assert "    7,5  punten" in explained(told, Language.NL)
    assert "   +7.5  x" in explained(told, Language.EN)


def test_nothing_in_a_value_moves_the_cursor() -> None:
    """It is written out."""
    told = alert(factors=(Factor(rule_id="x", points=7.5, reason="a\x1b[2Jb\u202ec\nd"),))
    text = explained(told, Language.NL)
    assert r"a\x1b[2Jb\u202ec\nd" in text
    assert all(line.isprintable() for line in text.split("\n"))
