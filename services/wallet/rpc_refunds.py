"""What a refund of an order gives back to the wallet; ``danke.wallet.v1.RefundPreviewService``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from common.refund_previews import RefundPreviews, Told, effect
from common.service import Kit
from danke.events import wallet as events
from danke.refund.v1 import plan_pb2
from danke.wallet.v1 import refund_pb2 as pb
from services.wallet import consumers


def refund_previews(kit: Kit[Any]) -> RefundPreviews:
    """The wallet's part of a refund's plan; saga S4."""
    told: Told = {events.WalletPaymentRefunded: _refunded}
    return RefundPreviews(kit, consumers.handlers(kit), told, pb.PreviewRefundResponse)


def _refunded(event: events.WalletPaymentRefunded) -> Iterable[plan_pb2.RefundEffect]:
    rule = "SAME_LOTS_LAST_TAKEN_FIRST"
    yield from effect(
        "WALLET_PRINCIPAL", event.principal_fen, "FEN", event.payment_id, rule,
        "Principal goes back to the lots the payment took it from.",
    )  # fmt: skip
    yield from effect(
        "WALLET_BONUS", event.bonus_fen, "FEN", event.payment_id, rule,
        "Bonus goes back to the lots the payment took it from.",
    )  # fmt: skip
