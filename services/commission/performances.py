"""Guides' performance (业绩): rows, never running balances; months are append-only.

An order counts as SALES for the guide who sold it, as EXCLUSIVE for the guide whose customer it
is, and once as STORE for the store; its refunds are negative rows in the month of the refund. D10.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

import msgspec

from common.rows import Row
from danke.events.commission import GuidePerformanceRecorded
from services.commission.days import month

PerformanceKind = Literal["SALES", "EXCLUSIVE", "STORE"]


class Performance(Row, frozen=True):
    """One line of the performance ledger. Append-only."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "performance_id")

    merchant_id: str
    performance_id: str
    kind: PerformanceKind
    # Empty for STORE.
    guide_id: str
    store_id: str
    source_id: str
    order_id: str
    # Empty for the order itself.
    refund_id: str
    # Goods after all discounts, by whatever method they were paid; negative for a refund.
    amount_fen: int
    channel: str
    period: str
    at: datetime


class Credited(msgspec.Struct, frozen=True):
    """Whom an order's performance counts for."""

    merchant_id: str
    source_id: str
    order_id: str
    sales_guide_id: str
    exclusive_guide_id: str
    # Where the sale was made, and where the exclusive guide belongs.
    store_id: str
    exclusive_store_id: str
    channel: str


def performances(of: Credited, amount_fen: int, refund_id: str, at: datetime) -> list[Performance]:
    """The rows an order or a refund adds."""
    if amount_fen == 0:
        return []
    wanted: list[tuple[PerformanceKind, str, str]] = []
    if of.sales_guide_id:
        wanted.append(("SALES", of.sales_guide_id, of.store_id))
    if of.exclusive_guide_id:
        wanted.append(("EXCLUSIVE", of.exclusive_guide_id, of.exclusive_store_id))
    if of.store_id:
        wanted.append(("STORE", "", of.store_id))
    suffix = f"@{refund_id}" if refund_id else ""
    period = month(at)
    return [
        Performance(
            of.merchant_id, f"{of.source_id}/{kind}{suffix}", kind, guide_id, store_id,
            of.source_id, of.order_id, refund_id, amount_fen, of.channel, period, at,
        )
        for kind, guide_id, store_id in wanted
    ]  # fmt: skip


def recorded(rows: list[Performance]) -> list[GuidePerformanceRecorded]:
    """What is told of rows that count for a guide."""
    return [
        GuidePerformanceRecorded(
            guide_id=row.guide_id,
            kind=row.kind,
            order_id=row.order_id,
            refund_id=row.refund_id,
            amount_fen=row.amount_fen,
            channel=row.channel,
            store_id=row.store_id,
            period=row.period,
        )
        for row in rows
        if row.kind != "STORE"
    ]
