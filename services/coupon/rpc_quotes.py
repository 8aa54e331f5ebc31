"""Quotes over gRPC; ``QuoteService``. It reads what a price depends on; quotes.py decides."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg
from msgspec.structs import replace

from common.clock import Clock
from common.messages import moment, own
from common.server import Call
from danke.coupon.v1 import quote_pb2 as pb
from services.coupon import line_refunds, store, store_promotions, thresholds
from services.coupon.carts import (
    Cart,
    CartLine,
    Offer,
    PointsOffer,
    Question,
    Shopper,
    Voucher,
)
from services.coupon.coupon_secrets import CouponSecrets
from services.coupon.coupons import Coupon
from services.coupon.errors import CouponNotFound
from services.coupon.errors_promotions import DuplicateLine, PromotionNotFound
from services.coupon.first_orders import is_first
from services.coupon.quote_answers import Applied, LinePrice, Quote, Rejected
from services.coupon.quotes import digest, quote
from services.coupon.terms import FULL_BP, Terms

TTL: Final = timedelta(minutes=10)
# Of those that end soonest; more coupons than these nobody can be shown.
MOST_VOUCHERS: Final = 200


class QuoteService:
    """Answers ``danke.coupon.v1.QuoteService``."""

    def __init__(self, pool: asyncpg.Pool[Any], clock: Clock, secrets: CouponSecrets) -> None:
        self.pool = pool
        self.clock = clock
        self.secrets = secrets

    async def Quote(self, request: pb.QuoteRequest, call: Call) -> pb.QuoteResponse:
        own(call, request.member_id)
        asked = await self._question(request, call)
        answer = quote(asked)
        response = _answer(answer)
        # What a member's own token says of prices and tiers binds nobody.
        if call.caller.member_id is None:
            # The seal holds whole seconds, so the answer says no more than that.
            until = (asked.at + TTL).replace(microsecond=0)
            response.quote_hash = self.secrets.seal(
                call.merchant_id, request.member_id,
                [(one.coupon_id, one.discount_fen) for one in response.coupons],
                digest(asked, answer), until,
            )  # fmt: skip
            response.expire_time.FromDatetime(until)
        return response

    async def QuoteRefund(
        self, request: pb.QuoteRefundRequest, call: Call
    ) -> pb.QuoteRefundResponse:
        own(call, request.order.member_id)
        order, at = request.order, moment(request, "order_time")
        assert at is not None, "Bug: the proto requires it"
        _must_be_distinct(order)
        used = {one.promotion_id: one.version for one in request.promotions}
        known = await store_promotions.used_promotions(self.pool, call.merchant_id, used)
        missing = used.keys() - {one.promotion_id for one in known}
        if missing:
            raise PromotionNotFound(field="promotions", promotion_id=min(missing))
        wanted = list(order.coupon_ids)
        found = await store.named(self.pool, call.merchant_id, order.member_id, wanted)
        lost = set(wanted) - {one.coupon_id for one, _terms in found}
        if lost:
            raise CouponNotFound(field="order.coupon_ids", coupon_id=min(lost))
        asked = Question(
            merchant_id=call.merchant_id,
            at=at,
            cart=_cart(order),
            shopper=await self._shopper(order, call, at),
            # They are used by now; then they were not.
            vouchers=[replace(_voucher(*pair), state="AVAILABLE") for pair in found],
            offers=[
                Offer(one.promotion_id, one.version, one.terms, one.starts_at, one.ends_at)
                for one in known
            ],
            points=_points(order.points),
            picked=wanted,
        )
        answer = line_refunds.refund(
            asked,
            [
                line_refunds.Returned(one.line_id, one.net_fen, one.returned_qty)
                for one in request.lines
            ],
            request.refunded_fen,
        )
        return pb.QuoteRefundResponse(
            refund_fen=answer.refund_fen, add_on_lost_fen=answer.add_on_lost_fen,
            policy=f"PARTIAL_REFUND_POLICY_{answer.policy}",
        )  # fmt: skip

    async def SuggestThreshold(
        self, request: pb.SuggestThresholdRequest, call: Call
    ) -> pb.SuggestThresholdResponse:
        found = thresholds.suggest(
            [thresholds.Period(one.orders, one.sales_fen, one.weight) for one in request.periods],
            request.uplift_bp or thresholds.UPLIFT_BP,
            request.off_bp or thresholds.OFF_BP,
            request.round_fen or thresholds.ROUND_FEN,
        )
        return pb.SuggestThresholdResponse(
            anchor_fen=found.anchor_fen, threshold_fen=found.threshold_fen, off_fen=found.off_fen
        )

    async def _question(self, request: pb.QuoteRequest, call: Call) -> Question:
        now = self.clock.now()
        _must_be_distinct(request)
        found = await self._coupons(request, call, now)
        offers = await store_promotions.active_promotions(self.pool, call.merchant_id, now)
        return Question(
            merchant_id=call.merchant_id,
            at=now,
            cart=_cart(request),
            shopper=replace(
                await self._shopper(request, call, now),
                first_order_taken=await self._is_taken(request, call, found, now),
            ),
            vouchers=[_voucher(*pair) for pair in found],
            offers=[promotion.offer for promotion in offers],
            points=_points(request.points),
            picked=None if request.no_coupons else list(request.coupon_ids) or None,
        )

    async def _coupons(
        self, request: pb.QuoteRequest, call: Call, now: datetime
    ) -> list[tuple[Coupon, Terms]]:
        """What the member could use, and what was named: that needs a reason if it cannot be."""
        if request.no_coupons:
            return []
        who = self.pool, call.merchant_id, request.member_id
        found = await store.usable(*who, now, MOST_VOUCHERS)
        found += await self._held(request, call, now)
        if request.coupon_ids:
            known = {one.coupon_id for one, _terms in found}
            named = await store.named(*who, list(request.coupon_ids))
            found += [pair for pair in named if pair[0].coupon_id not in known]
        return found

    async def _held(
        self, request: pb.QuoteRequest, call: Call, now: datetime
    ) -> list[tuple[Coupon, Terms]]:
        """What the cart's own order holds: for it these coupons are free."""
        if not request.order_id:
            return []
        lock = await store.order_lock(self.pool, call.merchant_id, request.order_id)
        if lock is None or lock.state != "LOCKED" or now >= lock.expires_at:
            return []
        ids = [one.coupon_id for one in lock.coupons]
        held = await store.named(self.pool, call.merchant_id, request.member_id, ids)
        return [(replace(coupon, state="AVAILABLE"), terms) for coupon, terms in held]

    async def _is_taken(
        self, request: pb.QuoteRequest, call: Call, found: list[tuple[Coupon, Terms]], now: datetime
    ) -> bool:
        """Whether Lock would refuse a first-order coupon, as another order has one; M45."""
        if not any(terms.first_order_only for _coupon, terms in found):
            return False
        known = await store.standing(self.pool, call.merchant_id, request.member_id)
        if known is None or known.first_order_id in ("", request.order_id):
            return False
        lock = await store.order_lock(self.pool, call.merchant_id, known.first_order_id)
        verified = await store.verified_for(self.pool, call.merchant_id, known.first_order_id)
        return is_first(lock, verified, now)

    async def _shopper(self, request: pb.QuoteRequest, call: Call, at: datetime) -> Shopper:
        """What the caller says of the shopper, if it may; what is known of him, else.

        Whether it is his first order is asked as of ``at``: what he paid later does not count.
        """
        known = await store.standing(self.pool, call.merchant_id, request.member_id)
        trusted = call.caller.member_id is None
        tier_id = request.shopper.tier_id if trusted else ""
        first = known is None or known.first_paid_at is None or known.first_paid_at >= at
        segments = dict.fromkeys(request.shopper.segment_ids if trusted else ())
        segments |= dict.fromkeys(known.segment_ids if known else ())
        return Shopper(
            request.member_id,
            tier_id or (known.tier_id if known else ""),
            list(segments),
            first,
            first,
        )


def _must_be_distinct(request: pb.QuoteRequest) -> None:
    names = [line.line_id for line in request.lines]
    if len(set(names)) != len(names):
        raise DuplicateLine(field="lines")


def _voucher(coupon: Coupon, terms: Terms) -> Voucher:
    return Voucher(
        coupon.coupon_id, coupon.template_id, coupon.terms_version, terms, coupon.face_fen,
        coupon.valid_from, coupon.valid_to, coupon.claimed_at,
        coupon.ref if coupon.source == "BATCH" else "", coupon.state,
    )  # fmt: skip


def _cart(request: pb.QuoteRequest) -> Cart:
    return Cart(
        [
            CartLine(
                line_id=line.line_id,
                sku_id=line.sku_id,
                qty=line.qty,
                list_price_fen=line.list_price_fen,
                product_id=line.product_id,
                category_id=line.category_id,
                tier_price_fen=line.tier_price_fen if line.HasField("tier_price_fen") else None,
                tier_rule=line.tier_rule,
                activity_price_fen=(
                    line.activity_price_fen if line.HasField("activity_price_fen") else None
                ),
                activity_rule=line.activity_rule,
                add_on_of=line.add_on_of,
                no_promotions=line.no_promotions,
                no_coupons=line.no_coupons,
            )
            for line in request.lines
        ],
        request.shipping_fen,
        request.channel or "MINI",
        request.store_id,
        request.tier_bp or FULL_BP,
        request.tier_rule,
    )


def _points(message: pb.QuotePoints) -> PointsOffer:
    return PointsOffer(
        message.points,
        message.fen_per_100_points or 100,
        message.max_bp or FULL_BP,
        message.multiple_of or 1,
    )


def _answer(answer: Quote) -> pb.QuoteResponse:
    return pb.QuoteResponse(
        lines=map(_line, answer.lines),
        steps=map(_step, answer.applied),
        rejections=map(_rejection, answer.rejected),
        hints=[
            pb.QuoteHint(
                kind=one.kind, rule_id=one.rule_id, gap_fen=one.gap_fen, gap_qty=one.gap_qty,
                off_fen=one.off_fen,
            )
            for one in answer.hints
        ],
        coupons=[
            pb.QuotedCoupon(coupon_id=name, discount_fen=answer.coupon_discount(name))
            for name in answer.coupon_ids
        ],
        list_fen=answer.list_fen,
        price_off_fen=answer.price_off_fen,
        promo_off_fen=answer.promo_off_fen,
        coupon_off_fen=answer.coupon_off_fen,
        points_off_fen=answer.points_off_fen,
        points_used=answer.points_used,
        goods_fen=answer.goods_fen,
        shipping_fen=answer.shipping_fen,
        shipping_off_fen=answer.shipping_off_fen,
        payable_fen=answer.payable_fen,
        is_best=answer.is_best,
    )  # fmt: skip


def _line(one: LinePrice) -> pb.QuoteLinePrice:
    return pb.QuoteLinePrice(
        line_id=one.line_id, list_fen=one.list_fen, price_off_fen=one.price_off_fen,
        promo_off_fen=one.promo_off_fen, coupon_off_fen=one.coupon_off_fen,
        points_off_fen=one.points_off_fen, net_fen=one.net_fen,
    )  # fmt: skip


def _step(one: Applied) -> pb.QuoteStep:
    return pb.QuoteStep(
        step=one.step, rule_id=one.rule_id, version=one.version, off_fen=one.off_fen,
        base_fen=one.base_fen, threshold_fen=one.threshold_fen, share_fens=one.shares,
        template_id=one.template_id,
    )  # fmt: skip


def _rejection(one: Rejected) -> pb.QuoteRejection:
    return pb.QuoteRejection(
        kind=one.kind, rule_id=one.rule_id, version=one.version, reason=one.reason,
        gap_fen=one.gap_fen, gap_qty=one.gap_qty, conflicts_with=one.conflicts_with,
    )  # fmt: skip
