"""Compliance report as Markdown: a heading for each part, and a line for each finding; breaches first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from schemas.phrases.catalogue import sentence
from schemas.phrases.codes import compliance as says
from schemas.phrases.language import Language
from streams.domain.compliance.finding import ComplianceFinding, ComplianceReport, LimitStanding, ReportPart
from streams.presentation.printable import printable

_ORDER: Final = {
    standing: number
    for number, standing in enumerate(
        (LimitStanding.BREACH, LimitStanding.NOT_KNOWN, LimitStanding.KEPT, LimitStanding.TOLD)
    )
}


def compliance_text(report: ComplianceReport, language: Language) -> str:
    """Return the report for people."""
    return "\n".join(_lines(report, language))


def _lines(report: ComplianceReport, language: Language) -> Iterator[str]:
    yield f"# {sentence(says.compliance_title(), language)}"
    yield ""
    yield sentence(says.compliance_of(report.cluster, report.at), language)
    breaches, unknown = len(report.standing(LimitStanding.BREACH)), len(report.standing(LimitStanding.NOT_KNOWN))
    yield sentence(says.compliance_counts(breaches, unknown), language)
    for part in ReportPart:
        yield ""
        yield f"## {sentence(says.compliance_part(part.value), language)}"
        yield ""
        found = sorted(report.of(part), key=lambda each: _ORDER[each.standing])
        yield from (_line(each, language) for each in found)
        if not found:
            yield sentence(says.compliance_nothing(), language)


def _line(finding: ComplianceFinding, language: Language) -> str:
    standing = sentence(says.compliance_standing(finding.standing.value), language)
    text = printable(f"{finding.subject}: {sentence(finding.what, language)}")
    return f"- **{standing}** {text}"
