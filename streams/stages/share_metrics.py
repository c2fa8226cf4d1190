"""Metrics of `share` and `hits`: what confirmed messages for partners are to operations."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from schemas.cases import PartnerCase
from schemas.codec import envelope
from schemas.dispatch import DispatchOutcome, DispatchReceipt
from schemas.sharing import PartnerAlert, PartnerDispatch, PartnerDispatchWithdrawn, PartnerHit
from streams import metrics
from streams.domain.cases.case import CaseStep
from streams.kafka.record import EncodedOutput
from streams.tracing.spans import exemplar

TOLD: Final = ("alert", "withdrawn", "dispatch", "case", "case_withdrawn")
HITS: Final = ("hit", "hit_withdrawn")
"""Kinds of what a partner gets: of `share`, and of `hits`."""


def shared_from_zero(partners: Collection[str]) -> None:
    """Let what `share` counts be series from the start, for these partners."""
    metrics.from_zero(metrics.SHARED, partners, TOLD)
    metrics.from_zero(metrics.PARTNER_ANSWERS, DispatchOutcome)
    metrics.from_zero(metrics.CASES, CaseStep)


def hits_from_zero(partners: Collection[str]) -> None:
    """Let what `hits` counts be series from the start, for these partners."""
    metrics.from_zero(metrics.SHARED, partners, HITS)


def count_shared(outputs: Sequence[EncodedOutput]) -> None:
    """Count what partners were told and asked among confirmed outputs, and measure how long the newest cause of it took."""
    for output in outputs:
        match output.message:
            case PartnerAlert() as alert:
                kind, partner = "withdrawn" if alert.withdrawn else "alert", alert.partner
            case PartnerHit() as hit:
                kind, partner = "hit_withdrawn" if hit.withdrawn else "hit", hit.partner
            case PartnerCase() as case:
                kind, partner = "case_withdrawn" if case.withdrawn else "case", case.partner
            case PartnerDispatchWithdrawn() as gone:
                kind, partner = "dispatch_withdrawn", gone.partner
            case PartnerDispatch() as request:
                kind, partner = "dispatch", request.partner
            case DispatchReceipt() as receipt:
                metrics.PARTNER_ANSWERS.labels(receipt.outcome).inc()
                continue
            case _:
                continue
        metrics.SHARED.labels(partner, kind).inc()
        entered_at = envelope(output.record.headers).entered_at
        if entered_at is not None:
            seconds = (datetime.now(entered_at.tzinfo) - entered_at).total_seconds()
            metrics.SHARED_SECONDS.labels(kind).observe(max(0.0, seconds), exemplar())
