"""Reports: what journeys and campaigns brought, against those who were held out. Pure.

Both groups are measured alike: who of them ordered within the window that began when they were
assigned, whether or not a message reached them. Rates are bp, floored; domain.md §2.12, §2.14, M61.
"""

from __future__ import annotations

from datetime import datetime

import msgspec


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted for one journey or campaign. Money is fen."""

    treated: int = 0
    control: int = 0
    # Members of each group with an order in their window that was not refunded in full.
    treated_buyers: int = 0
    control_buyers: int = 0
    # Orders credited to it, without those refunded in full; net of refunds.
    orders: int = 0
    revenue_fen: int = 0
    coupons_granted: int = 0
    coupons_used: int = 0
    discount_fen: int = 0
    message_cost_fen: int = 0
    # Messages by state, skipped ones as SKIPPED_<REASON>.
    messages: dict[str, int] = {}


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Counts, and what follows from them."""

    counts: Counts
    treated_bp: int | None
    control_bp: int | None
    # What the treated buy more often than who was held out; None without a control group.
    uplift_bp: int | None
    # Orders that would not have been there without it: uplift of all treated, floored; may be < 0.
    incremental_buyers: int | None
    cost_fen: int
    reference_bp: int
    below_reference: bool


class LiveCounts(msgspec.Struct, frozen=True, kw_only=True):
    """A live session, and what its viewers bought in the window after it. Money is fen."""

    ended_at: datetime
    sales_fen: int
    viewers: int
    buyers: int
    orders: int
    revenue_fen: int


def rate_bp(part: int, whole: int) -> int | None:
    """``part`` of ``whole`` in bp, floored; None if there is nothing to be part of."""
    return part * 10_000 // whole if whole else None


def report(counts: Counts, reference_bp: int) -> Report:
    """The report of these counts. Cost is the discount used and what messages cost; M69."""
    treated_bp = rate_bp(counts.treated_buyers, counts.treated)
    control_bp = rate_bp(counts.control_buyers, counts.control)
    uplift = None
    incremental = None
    if treated_bp is not None and control_bp is not None:
        uplift = treated_bp - control_bp
        expected = counts.control_buyers * counts.treated
        incremental = (counts.treated_buyers * counts.control - expected) // counts.control
    return Report(
        counts=counts,
        treated_bp=treated_bp,
        control_bp=control_bp,
        uplift_bp=uplift,
        incremental_buyers=incremental,
        cost_fen=counts.discount_fen + counts.message_cost_fen,
        reference_bp=reference_bp,
        below_reference=treated_bp is not None and treated_bp < reference_bp,
    )
