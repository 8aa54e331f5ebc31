"""Promotions over gRPC; ``PromotionService``."""

from __future__ import annotations

from typing import Any, cast

import asyncpg

from common.clock import Clock
from common.engine import Engine
from common.messages import about, moment, timestamp
from common.pages import next_token, page_size, page_start
from common.server import Call
from danke.coupon.v1 import promotion_pb2 as pb
from danke.coupon.v1 import template_pb2
from services.coupon import promotions
from services.coupon import store_promotions as store
from services.coupon.errors_promotions import PromotionNotFound
from services.coupon.promotion_terms import Item, PromotionKind, PromotionTerms, Step
from services.coupon.promotions import Promotion, PromotionVersion
from services.coupon.terms import FULL_BP, Scope

_SCOPE = Scope.__struct_fields__


class PromotionService:
    """Answers ``danke.coupon.v1.PromotionService``; refusals are listed in its proto."""

    def __init__(self, engine: Engine, pool: asyncpg.Pool[Any], clock: Clock) -> None:
        self.engine = engine
        self.pool = pool
        self.clock = clock

    async def SetPromotion(
        self, request: pb.SetPromotionRequest, call: Call
    ) -> pb.SetPromotionResponse:
        command = promotions.SetPromotion(
            **about(request, call, self.clock), promotion_id=request.promotion_id,
            version=request.version, name=request.name, terms=_terms_from(request.terms),
            starts_at=cast("Any", moment(request, "start_time")),
            ends_at=cast("Any", moment(request, "end_time")), active=not request.draft,
            actor=call.caller.actor,
        )  # fmt: skip
        promotion = await self.engine.run(command, call.context)
        return pb.SetPromotionResponse(promotion=_to_pb(promotion))

    async def EndPromotion(
        self, request: pb.EndPromotionRequest, call: Call
    ) -> pb.EndPromotionResponse:
        command = promotions.EndPromotion(
            **about(request, call, self.clock), promotion_id=request.promotion_id,
            actor=call.caller.actor,
        )  # fmt: skip
        promotion = await self.engine.run(command, call.context)
        return pb.EndPromotionResponse(promotion=_to_pb(promotion))

    async def GetPromotion(
        self, request: pb.GetPromotionRequest, call: Call
    ) -> pb.GetPromotionResponse:
        found: Promotion | PromotionVersion | None
        key = (call.merchant_id, request.promotion_id)
        if request.version:
            found = await store.promotion_version(self.pool, *key, request.version)
        else:
            found = await store.promotion(self.pool, *key)
        if found is None:
            raise PromotionNotFound(field="promotion_id", promotion_id=request.promotion_id)
        return pb.GetPromotionResponse(promotion=_to_pb(found))

    async def ListPromotions(
        self, request: pb.ListPromotionsRequest, call: Call
    ) -> pb.ListPromotionsResponse:
        size = page_size(request.page_size)
        (after,) = page_start(request.page_token, ("",))
        found = await store.promotions(self.pool, call.merchant_id, after, size)
        return pb.ListPromotionsResponse(
            promotions=map(_to_pb, found),
            next_page_token=next_token(found, size, lambda row: (row.promotion_id,)),
        )


def _terms_from(message: pb.PromotionTerms) -> PromotionTerms:
    kind = pb.PromotionKind.Name(message.kind).removeprefix("PROMOTION_KIND_")
    return PromotionTerms(
        kind=cast("PromotionKind", kind),
        scope=Scope(**{name: list(getattr(message.scope, name)) for name in _SCOPE}),
        steps=[
            Step(one.threshold_fen, one.threshold_qty, one.off_fen, one.discount_bp or FULL_BP)
            for one in message.steps
        ],
        repeat=message.repeat,
        cap_fen=message.cap_fen,
        threshold_fen=message.threshold_fen,
        add_on_sku_ids=list(message.add_on_sku_ids),
        price_fen=message.price_fen,
        most_qty=message.most_qty or 1,
        base="BEFORE_DISCOUNTS" if message.before_discounts else "AFTER_DISCOUNTS",
        items=[Item(one.sku_id, one.qty) for one in message.items],
        no_coupons=message.no_coupons,
        exclusive_group=message.exclusive_group,
        condition=message.condition,
    )


def _terms_to_pb(terms: PromotionTerms) -> pb.PromotionTerms:
    return pb.PromotionTerms(
        kind=f"PROMOTION_KIND_{terms.kind}",
        scope=template_pb2.Scope(**{name: getattr(terms.scope, name) for name in _SCOPE}),
        steps=[
            pb.PromotionStep(
                threshold_fen=one.threshold_fen, threshold_qty=one.threshold_qty,
                off_fen=one.off_fen, discount_bp=one.discount_bp,
            )
            for one in terms.steps
        ],
        repeat=terms.repeat,
        cap_fen=terms.cap_fen,
        threshold_fen=terms.threshold_fen,
        add_on_sku_ids=terms.add_on_sku_ids,
        price_fen=terms.price_fen,
        most_qty=terms.most_qty,
        before_discounts=terms.base == "BEFORE_DISCOUNTS",
        items=[pb.BundleItem(sku_id=one.sku_id, qty=one.qty) for one in terms.items],
        no_coupons=terms.no_coupons,
        exclusive_group=terms.exclusive_group,
        condition=terms.condition,
    )  # fmt: skip


def _to_pb(promotion: Promotion | PromotionVersion) -> pb.Promotion:
    return pb.Promotion(
        promotion_id=promotion.promotion_id,
        version=promotion.version,
        name=promotion.name,
        state=f"STATE_{promotion.state}",
        terms=_terms_to_pb(promotion.terms),
        start_time=timestamp(promotion.starts_at),
        end_time=timestamp(promotion.ends_at),
        changed_by=promotion.changed_by,
        change_time=timestamp(promotion.changed_at),
    )
