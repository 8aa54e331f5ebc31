"""Records as a gateway would send them, right until a test changes them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from danke.trade.v1 import ingress_pb2 as pb

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)


def paid(event_id: str, order_id: str, **changes: Any) -> pb.OrderRecord:
    """Two lines of CNY 60 and 40, shipping of 10: 70 from the wallet, 40 in cash."""
    first = pb.PaidLine(
        line_id="l1",
        sku_id="s1",
        qty=2,
        list_price_fen=4_000,
        net_paid_fen=6_000,
        promo_off_fen=2_000,
        wallet_principal_fen=5_000,
        wallet_bonus_fen=1_000,
    )
    second = pb.PaidLine(
        line_id="l2", sku_id="s2", qty=1, list_price_fen=4_000, net_paid_fen=4_000, cash_fen=4_000
    )
    fields: dict[str, Any] = {
        "order_id": order_id,
        "member_id": "m-1",
        "channel": pb.CHANNEL_POS,
        "store_id": "store-1",
        "lines": [first, second],
        "shipping_paid_fen": 1_000,
        "payments": [
            pb.PaymentPart(method="WALLET", amount_fen=7_000, txn="pay-1"),
            pb.PaymentPart(method="WECHAT", amount_fen=4_000),
        ],
        "is_first_order": True,
        "paid_at": AT,
    }
    return pb.OrderRecord(event_id=event_id, paid=pb.OrderPaid(**(fields | changes)))


def refunded(event_id: str, order_id: str, **changes: Any) -> pb.OrderRecord:
    """One line of CNY 10 in cash."""
    fields: dict[str, Any] = {
        "order_id": order_id,
        "refund_id": "r-1",
        "lines": [pb.RefundedLine(line_id="l2", qty=1, cash_fen=1_000)],
        "refunded_at": AT,
    }
    return pb.OrderRecord(event_id=event_id, refunded=pb.OrderRefunded(**(fields | changes)))


def behaved(event_id: str, name: str, **fields: Any) -> pb.BehaviourRecord:
    """One behaviour of member m-1."""
    event = pb.Behaved(
        member_id="m-1", event_name=f"EVENT_NAME_{name.upper()}", happened_at=AT, **fields
    )
    return pb.BehaviourRecord(event_id=event_id, behaved=event)
