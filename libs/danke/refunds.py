"""One plan for a refund: what every service says that it would do, asked at the same time.

    plan = await refund_plan(channels, OrderRefund(order_id=…, refund_id=…, lines=…), metadata)

Nothing is written. When the order system then reports the same refund as ``OrderRefunded``, each
service does what it said, unless something came between. What services cause in each other by their
events is not in the plan: a gift's coupons when an upgrade is undone, a leader's commission when
the reward is reversed. The effect that causes it is.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import grpc

from danke.commission.v1 import refund_pb2 as commission
from danke.commission.v1.refund_pb2_grpc import RefundPreviewServiceStub as CommissionStub
from danke.coupon.v1 import refund_pb2 as coupon
from danke.coupon.v1.refund_pb2_grpc import RefundPreviewServiceStub as CouponStub
from danke.groupbuy.v1 import refund_pb2 as groupbuy
from danke.groupbuy.v1.refund_pb2_grpc import RefundPreviewServiceStub as GroupbuyStub
from danke.loyalty.v1 import refund_pb2 as loyalty
from danke.loyalty.v1.refund_pb2_grpc import RefundPreviewServiceStub as LoyaltyStub
from danke.refund.v1.plan_pb2 import OrderRefund, RefundAsset, RefundEffect, RefundRefusal
from danke.wallet.v1 import refund_pb2 as wallet
from danke.wallet.v1.refund_pb2_grpc import RefundPreviewServiceStub as WalletStub

Metadata = Sequence[tuple[str, str]]

_DOORS: Final[Mapping[str, tuple[Any, Any]]] = {
    "wallet": (WalletStub, wallet.PreviewRefundRequest),
    "loyalty": (LoyaltyStub, loyalty.PreviewRefundRequest),
    "coupon": (CouponStub, coupon.PreviewRefundRequest),
    "commission": (CommissionStub, commission.PreviewRefundRequest),
    "groupbuy": (GroupbuyStub, groupbuy.PreviewRefundRequest),
}
SERVICES: Final = tuple(_DOORS)


@dataclass(frozen=True)
class RefundPlan:
    """What a refund would do, by service, in the order of ``SERVICES``."""

    refund: OrderRefund
    effects: Mapping[str, Sequence[RefundEffect]]
    # What would not take effect, or would wait. Nothing here: the plan is whole.
    refusals: Mapping[str, Sequence[RefundRefusal]]

    @property
    def totals(self) -> Mapping[str, int]:
        """The sum of each asset's effects, by its name without the prefix: ``WALLET_BONUS``."""
        totals: Counter[str] = Counter()
        for found in self.effects.values():
            for effect in found:
                totals[RefundAsset.Name(effect.asset).removeprefix("REFUND_ASSET_")] += (
                    effect.amount
                )
        return dict(totals)

    @property
    def cash_fen(self) -> int:
        """What the payment channels are to pay back: the order system's own part."""
        shipping = self.refund.shipping_refund_fen - self.refund.shipping_wallet_fen
        return sum(line.cash_fen for line in self.refund.lines) + shipping

    @property
    def wallet_fen(self) -> int:
        """What the refund asks of the wallet; principal and bonus of the totals sum to it."""
        return sum(line.wallet_fen for line in self.refund.lines) + self.refund.shipping_wallet_fen


async def refund_plan(
    channels: Mapping[str, grpc.aio.Channel],
    refund: OrderRefund,
    metadata: Metadata,
    *,
    timeout_s: float = 5.0,
) -> RefundPlan:
    """Asks every service of ``channels`` (names as in ``SERVICES``) and puts the answers together.

    Raises the ``grpc.aio.AioRpcError`` of a service that does not answer: half a plan is none. A
    merchant without some service leaves its channel out.
    """
    asked = [name for name in SERVICES if name in channels]

    async def ask(name: str) -> Any:
        stub, request = _DOORS[name]
        return await stub(channels[name]).PreviewRefund(
            request(refund=refund), metadata=metadata, timeout=timeout_s
        )

    answers = await asyncio.gather(*map(ask, asked))
    found = dict(zip(asked, answers, strict=True))
    return RefundPlan(
        refund,
        {name: tuple(answer.effects) for name, answer in found.items()},
        {name: tuple(answer.refusals) for name, answer in found.items() if answer.refusals},
    )
