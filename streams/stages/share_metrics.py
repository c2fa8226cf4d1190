"""Metrics of `share` and `hits`: what confirmed messages for partners are to operations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from schemas.cases import PartnerCase
from schemas.codec import envelope
from schemas.dispatch import DispatchReceipt
from schemas.sharing import PartnerAlert, PartnerDispatch, PartnerDispatchWithdrawn, PartnerHit
from streams import metrics
from streams.kafka.record import EncodedOutput


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
            metrics.SHARED_SECONDS.labels(kind).observe(max(0.0, seconds))
