"""What must always be true of audience, as queries that select what is not; domain.md §3.6."""

from __future__ import annotations

from typing import Final

from common.verify import Check
from services.audience import (
    store_verify_lifecycle,
    store_verify_metrics,
    store_verify_portraits,
    store_verify_predictions,
    store_verify_segments,
)

CHECKS: Final[tuple[Check, ...]] = (
    *store_verify_lifecycle.CHECKS,
    *store_verify_portraits.CHECKS,
    *store_verify_predictions.CHECKS,
    *store_verify_segments.CHECKS,
    *store_verify_metrics.CHECKS,
)
