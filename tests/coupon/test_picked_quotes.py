"""Quotes with coupons that the shopper picked: used, or refused with a reason; and then locked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

import grpc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from common.service import Process
from danke.coupon.v1 import coupon_pb2, quote_pb2
from danke.coupon.v1.coupon_pb2_grpc import CouponServiceStub
from danke.coupon.v1.quote_pb2_grpc import QuoteServiceStub
from services.coupon.carts import Offer, PointsOffer, Question, Voucher
from services.coupon.claims import Claim
from services.coupon.main import SERVICE
from services.coupon.promotions import SetPromotion
from services.coupon.quote_answers import Quote
from services.coupon.quotes import quote
from services.coupon.templates import Audience, ChangeTemplateState, Limits, SetTemplate
from services.coupon.terms import Scope, Terms, Validity
from tests.conftest import Migrated
from tests.coupon.carting import full_reduction, line, promotion, question
from tests.coupon.quote_oracle import cheapest_with
from tests.coupon.test_quote_search import questions
from tests.grpc_client import metadata, refusal, running

CARTS = 60
DAY = timedelta(days=1)
MEMBER, OTHER = "u1", "u2"


@given(questions(), st.data())
@settings(max_examples=400)
def test_what_is_picked_is_used_or_refused_for_a_reason(asked: Question, data: Any) -> None:
    """As many of them as go together, at the lowest price of so many, and no other."""
    names = [one.coupon_id for one in asked.vouchers]
    picked = data.draw(st.lists(st.sampled_from([*names, "gone"]), min_size=1, unique=True))
    answer = quote(replace(asked, picked=picked))
    assert answer.is_best
    used = len(answer.coupon_ids), answer.payable_fen + answer.points_off_fen
    assert used == cheapest_with(asked, picked)
    accounted(answer, picked, names)


def accounted(answer: Quote, picked: Sequence[str], names: Sequence[str]) -> None:
    """Each coupon is used or refused; who was not picked is told so; the lines sum up."""
    why = {one.rule_id: one.reason for one in answer.rejected if one.kind == "COUPON"}
    used = set(answer.coupon_ids)
    assert used <= set(picked)
    assert why.keys() == {*picked, *names} - used
    not_picked = {name for name, reason in why.items() if reason == "NOT_PICKED"}
    assert not_picked == set(names) - set(picked)
    assert {name for name, reason in why.items() if reason == "NOT_FOUND"} == set(picked) - set(
        names
    )
    assert "NOT_BEST" not in why.values(), "a picked coupon yields to no price"
    taken = dict.fromkeys(used, 0)
    for step in answer.applied:
        if step.rule_id in taken:
            taken[step.rule_id] += step.off_fen
            assert not step.shares or sum(step.shares) == step.off_fen
    assert all(taken.values())
    for one in answer.lines:
        offs = one.price_off_fen, one.promo_off_fen, one.coupon_off_fen, one.points_off_fen
        assert min(*offs, one.net_fen) >= 0
        assert one.list_fen - sum(offs) == one.net_fen
    goods = [one.off_fen for one in answer.applied if one.step == "COUPON"]
    assert sum(one.coupon_off_fen for one in answer.lines) == sum(goods)
    assert answer.payable_fen == sum(one.net_fen for one in answer.lines) + (
        answer.shipping_fen - answer.shipping_off_fen
    )


# --- the same over gRPC, and locked ---------------------------------------------------------------

TERMS = {
    "cash": Terms(kind="CASH", face_fen=333),
    "more": Terms(kind="CASH", face_fen=1_501, exclusive_group="x"),
    "over": Terms(kind="FULL_REDUCTION", face_fen=701, threshold_fen=4_999, stackable=True),
    "tenth": Terms(
        kind="DISCOUNT", discount_bp=9_001, cap_fen=997, stackable=True, exclusive_group="x"
    ),
    "gift": Terms(kind="EXCHANGE", exchange_sku_ids=["s-a"], face_fen=900, stackable=True),
    "goods": Terms(
        kind="CASH", face_fen=211, stackable=True, scope=Scope(product_ids=["p-b", "p-c"])
    ),
    "ship": Terms(kind="SHIPPING", face_fen=500, threshold_fen=1_000),
}
OFFERS = [
    full_reduction("full", 6_007, 1_003, exclusive_group="x"),
    full_reduction("few", 2_001, 97, no_coupons=True, scope=Scope(product_ids=["p-c"])),
    promotion("free", "FREE_SHIPPING", threshold_fen=9_000),
]


class Till:
    """Where coupons are claimed, carts are priced and coupons are locked."""

    def __init__(self, process: Process, channel: grpc.aio.Channel) -> None:
        self.process = process
        self.coupons = CouponServiceStub(channel)
        self.quotes = QuoteServiceStub(channel)
        self.vouchers: list[Voucher] = []
        self._ids = count(1)

    async def run(self, kind: type[Any], **fields: Any) -> Any:
        """Runs a command with an id of its own, now."""
        given_ = {"id": f"c-{next(self._ids)}", "merchant_id": "m1", "at": datetime.now(UTC)}
        return await self.process.engine.run(kind(**given_ | fields))

    async def furnish(self) -> None:
        """Templates, a coupon of each for two members, and promotions."""
        for name, terms in TERMS.items():
            await self.run(
                SetTemplate, new_id=name, template_id=name, version=0, name="", actor="admin",
                terms=terms, validity=Validity(kind="DAYS", amount=30), audience=Audience(),
                limits=Limits(), notice_hours=0, claim_from=None, claim_until=None,
            )  # fmt: skip
            await self.run(ChangeTemplateState, template_id=name, to="ACTIVE", actor="admin")
            for member in (MEMBER, OTHER):
                found = await self.run(
                    Claim, new_id=f"{name}-{member}", template_id=name, member_id=member
                )
                if member == MEMBER:
                    self.vouchers.append(voucher(found, terms))
        for offer in OFFERS:
            await self.run(
                SetPromotion, promotion_id=offer.promotion_id, version=0, name="",
                terms=offer.terms, starts_at=datetime.now(UTC) - DAY,
                ends_at=datetime.now(UTC) + DAY, actor="admin",
            )  # fmt: skip

    async def price(self, asked: Question, picked: Sequence[str]) -> quote_pb2.QuoteResponse:
        """The quote of a cart with the coupons that were picked."""
        request = quote_pb2.QuoteRequest(
            member_id=MEMBER, shipping_fen=asked.cart.shipping_fen, coupon_ids=picked,
            points=quote_pb2.QuotePoints(points=asked.points.points),
            lines=[
                quote_pb2.QuoteLine(
                    line_id=one.line_id, sku_id=one.sku_id, qty=one.qty,
                    list_price_fen=one.list_price_fen, product_id=one.product_id,
                )
                for one in asked.cart.lines
            ],
        )  # fmt: skip
        answer: quote_pb2.QuoteResponse = await self.quotes.Quote(request, metadata=metadata())
        return answer

    def locking(self, answer: quote_pb2.QuoteResponse) -> coupon_pb2.LockRequest:
        """A new order of what was quoted."""
        number = next(self._ids)
        return coupon_pb2.LockRequest(
            request_id=f"l-{number}", order_id=f"o-{number}", member_id=MEMBER,
            quote_hash=answer.quote_hash,
            coupons=[
                coupon_pb2.LockedCoupon(coupon_id=one.coupon_id, discount_fen=one.discount_fen)
                for one in answer.coupons
            ],
        )  # fmt: skip

    async def unlock(self, order_id: str) -> None:
        """The order is not paid."""
        request = coupon_pb2.UnlockRequest(request_id=f"l-{next(self._ids)}", order_id=order_id)
        await self.coupons.Unlock(request, metadata=metadata())


def voucher(found: Any, terms: Terms) -> Voucher:
    """A coupon as the brute force sees it."""
    return Voucher(
        found.coupon_id, found.template_id, 1, terms, found.face_fen, found.valid_from,
        found.valid_to, found.claimed_at,
    )  # fmt: skip


def random_cart(rng: Random, vouchers: list[Voucher], offers: list[Offer]) -> Question:
    """One to four lines of a few fen to a hundred yuan, points, shipping."""
    lines = [
        line(rng.choice((1, 333, rng.randint(1, 6_000))), rng.randint(1, 3), name)
        for name in rng.sample("abcd", rng.randint(1, 4))
    ]
    return question(
        lines, vouchers=vouchers, offers=offers, points=PointsOffer(rng.choice((0, 1, 457))),
        shipping_fen=rng.choice((0, 1, 800)),
    )  # fmt: skip


@pytest.fixture
async def till(migrated: Migrated, bootstrap: str) -> AsyncIterator[Till]:
    async with running(SERVICE, await migrated("coupon"), bootstrap) as (process, channel):
        till = Till(process, channel)
        await till.furnish()
        yield till


async def test_what_was_quoted_for_picked_coupons_is_locked(till: Till) -> None:
    """The price is the brute force's, the hash is Lock's; a fen more is refused."""
    rng, locked = Random(20260501), 0
    names = [one.coupon_id for one in till.vouchers]
    theirs = [f"cash-{OTHER}", "gone"]
    for _ in range(CARTS):
        asked = random_cart(rng, till.vouchers, OFFERS)
        picked = rng.sample([*names, *theirs], rng.randint(1, 5))
        answer = await till.price(asked, picked)
        used = {one.coupon_id for one in answer.coupons}
        why = {one.rule_id: one.reason for one in answer.rejections if one.kind == "COUPON"}
        assert used | why.keys() == {*picked, *names}
        assert {why[name] for name in theirs if name in picked} <= {"NOT_FOUND"}
        price = len(used), answer.payable_fen + answer.points_off_fen
        assert price == cheapest_with(asked, picked)
        assert answer.payable_fen == sum(one.net_fen for one in answer.lines) + (
            answer.shipping_fen - answer.shipping_off_fen
        )
        if used:
            locked += 1
            await lock(till, answer)
    assert locked > CARTS / 2


async def lock(till: Till, answer: quote_pb2.QuoteResponse) -> None:
    """Only what was quoted is held; meanwhile a quote that insists on it says why it cannot be."""
    order, bent = till.locking(answer), till.locking(answer)
    bent.coupons[0].discount_fen += 1
    refused = await refusal(till.coupons.Lock(bent, metadata=metadata()))
    assert refused.reason == "QUOTE_CHANGED"
    await till.coupons.Lock(order, metadata=metadata())
    names = [one.coupon_id for one in order.coupons]
    again = await till.price(question([line(5_000)]), names)
    assert not again.coupons
    why = {one.rule_id: one.reason for one in again.rejections if one.rule_id in names}
    assert why == dict.fromkeys(names, "NOT_AVAILABLE")
    await till.unlock(order.order_id)
