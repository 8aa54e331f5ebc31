"""Promotions, quotes, fission and packs through real gRPC, a real Postgres and a real broker."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest

from common.service import Process
from danke.coupon.v1 import coupon_pb2, fission_pb2, pack_pb2, promotion_pb2, quote_pb2
from danke.coupon.v1.coupon_pb2_grpc import CouponServiceStub
from danke.coupon.v1.fission_pb2_grpc import FissionServiceStub
from danke.coupon.v1.pack_pb2_grpc import PackServiceStub
from danke.coupon.v1.promotion_pb2_grpc import PromotionServiceStub
from danke.coupon.v1.quote_pb2_grpc import QuoteServiceStub
from services.coupon.claims import Claim
from services.coupon.main import SERVICE
from services.coupon.packs import PayPack
from services.coupon.templates import Audience, ChangeTemplateState, Limits, SetTemplate
from services.coupon.terms import Terms, Validity
from tests.conftest import Migrated
from tests.grpc_client import metadata, refusal, running

Shop = tuple[Process, grpc.aio.Channel]
MEMBER = metadata(member_id="u1")


@pytest.fixture
async def shop(migrated: Migrated, bootstrap: str) -> AsyncIterator[Shop]:
    async with running(SERVICE, await migrated("coupon"), bootstrap) as started:
        process, _channel = started
        about: dict[str, Any] = {"merchant_id": "m1", "at": datetime.now(UTC)}
        template = SetTemplate(
            id="t-1", new_id="t-1", template_id="t1", version=0, name="", actor="admin",
            terms=Terms(kind="FULL_REDUCTION", face_fen=1_500, threshold_fen=20_000),
            validity=Validity(kind="DAYS", amount=30), audience=Audience(), limits=Limits(),
            notice_hours=0, claim_from=None, claim_until=None, **about,
        )  # fmt: skip
        await process.engine.run(template)
        active = ChangeTemplateState(
            id="t-2", template_id="t1", to="ACTIVE", actor="admin", **about
        )
        await process.engine.run(active)
        await process.engine.run(
            Claim(id="t-3", new_id="c1", template_id="t1", member_id="u1", **about)
        )
        yield started


async def full_reduction(channel: grpc.aio.Channel) -> promotion_pb2.Promotion:
    request = promotion_pb2.SetPromotionRequest(
        request_id="p-1", promotion_id="f", name="满 200 减 20",
        terms=promotion_pb2.PromotionTerms(
            kind=promotion_pb2.PROMOTION_KIND_FULL_REDUCTION,
            steps=[promotion_pb2.PromotionStep(threshold_fen=20_000, off_fen=2_000)],
            condition="channel == 'MINI'",
        ),
    )  # fmt: skip
    request.start_time.FromDatetime(datetime.now(UTC) - timedelta(days=1))
    request.end_time.FromDatetime(datetime.now(UTC) + timedelta(days=1))
    answer = await PromotionServiceStub(channel).SetPromotion(request, metadata=metadata())
    promotion: promotion_pb2.Promotion = answer.promotion
    return promotion


def cart(**fields: Any) -> quote_pb2.QuoteRequest:
    """X1's."""
    lines = [
        quote_pb2.QuoteLine(line_id="a", sku_id="sa", qty=1, list_price_fen=20_000),
        quote_pb2.QuoteLine(line_id="b", sku_id="sb", qty=1, list_price_fen=5_000),
    ]
    points = quote_pb2.QuotePoints(points=1_000)
    return quote_pb2.QuoteRequest(
        member_id="u1", lines=lines, shipping_fen=1_000, points=points, **fields
    )


async def test_x1_is_quoted_and_locked_by_its_hash(shop: Shop) -> None:
    _process, channel = shop
    await full_reduction(channel)
    quoted = await QuoteServiceStub(channel).Quote(cart(), metadata=metadata())
    assert [one.net_fen for one in quoted.lines] == [16_400, 4_100]
    assert (quoted.payable_fen, quoted.points_used, quoted.is_best) == (21_500, 1_000, True)
    assert [(one.step, one.version) for one in quoted.steps] == [
        ("FULL_REDUCTION", 1), ("COUPON", 1), ("POINTS", 0),
    ]  # fmt: skip
    coupons = [
        coupon_pb2.LockedCoupon(coupon_id=one.coupon_id, discount_fen=one.discount_fen)
        for one in quoted.coupons
    ]
    lock = coupon_pb2.LockRequest(
        request_id="l-1", order_id="o1", member_id="u1", coupons=coupons,
        quote_hash=quoted.quote_hash,
    )  # fmt: skip
    lock.coupons[0].discount_fen += 1
    refused = await refusal(CouponServiceStub(channel).Lock(lock, metadata=metadata()))
    assert refused.reason == "QUOTE_CHANGED"
    lock.coupons[0].discount_fen -= 1
    await CouponServiceStub(channel).Lock(lock, metadata=metadata())
    again = await QuoteServiceStub(channel).Quote(
        cart(coupon_ids=[coupons[0].coupon_id]), metadata=metadata()
    )
    assert not again.coupons


async def test_a_members_own_token_gets_a_price_but_no_hash(shop: Shop) -> None:
    _process, channel = shop
    quoted = await QuoteServiceStub(channel).Quote(cart(), metadata=MEMBER)
    assert quoted.payable_fen == 20_000 + 5_000 + 1_000 - 1_500 - 1_000
    assert not quoted.quote_hash
    coupon = coupon_pb2.LockedCoupon(coupon_id=quoted.coupons[0].coupon_id, discount_fen=9_999)
    lock = coupon_pb2.LockRequest(request_id="l", order_id="o", member_id="u1", coupons=[coupon])
    refused = await refusal(CouponServiceStub(channel).Lock(lock, metadata=MEMBER))
    assert refused.reason == "QUOTE_NEEDED"
    refused = await refusal(
        QuoteServiceStub(channel).Quote(cart(), metadata=metadata(member_id="u2"))
    )
    assert refused.reason == "ACTOR_NOT_ALLOWED"


async def test_a_quote_and_a_lock_agree_on_the_first_order(shop: Shop) -> None:
    """M45: while one order holds a first-order coupon, a quote offers no other; then it does."""
    process, channel = shop
    about: dict[str, Any] = {"merchant_id": "m1", "at": datetime.now(UTC)}
    template = SetTemplate(
        id="f-1", new_id="f-1", template_id="f", version=0, name="", actor="admin",
        terms=Terms(kind="CASH", face_fen=9_000, first_order_only=True),
        validity=Validity(kind="DAYS", amount=30), audience=Audience(), limits=Limits(),
        notice_hours=0, claim_from=None, claim_until=None, **about,
    )  # fmt: skip
    await process.engine.run(template)
    active = ChangeTemplateState(id="f-2", template_id="f", to="ACTIVE", actor="admin", **about)
    await process.engine.run(active)
    for name in ("f1", "f2"):
        claim = Claim(id=f"claim-{name}", new_id=name, template_id="f", member_id="u1", **about)
        await process.engine.run(claim)
    coupons, quotes = CouponServiceStub(channel), QuoteServiceStub(channel)

    async def locked(order_id: str, coupon_id: str) -> None:
        one = coupon_pb2.LockedCoupon(coupon_id=coupon_id, discount_fen=9_000)
        lock = coupon_pb2.LockRequest(
            request_id=f"l-{order_id}-{coupon_id}", order_id=order_id, member_id="u1", coupons=[one]
        )
        await coupons.Lock(lock, metadata=metadata())

    async def reasons() -> dict[str, str]:
        answer = await quotes.Quote(cart(coupon_ids=["f2"]), metadata=MEMBER)
        used = {one.coupon_id: "" for one in answer.coupons}
        return used | {one.rule_id: one.reason for one in answer.rejections}

    assert (await reasons())["f2"] == ""
    await locked("o1", "f1")
    assert (await reasons())["f2"] == "FIRST_ORDER_ONLY"
    assert (await refusal(locked("o2", "f2"))).reason == "NOT_ELIGIBLE"
    unlock = coupon_pb2.UnlockRequest(request_id="x", order_id="o1")
    await coupons.Unlock(unlock, metadata=metadata())
    assert (await reasons())["f2"] == ""
    await locked("o2", "f2")
    assert (await reasons())["f2"] == "NOT_AVAILABLE"
    # The order itself is priced anew with what it holds, and its lock stands.
    own = await quotes.Quote(cart(order_id="o2", coupon_ids=["f2"]), metadata=metadata())
    assert [(one.coupon_id, one.discount_fen) for one in own.coupons] == [("f2", 9_000)]
    other = await quotes.Quote(cart(order_id="o1"), metadata=MEMBER)
    assert [one.reason for one in other.rejections if one.rule_id == "f1"] == ["FIRST_ORDER_ONLY"]


async def _recalc(process: Process) -> None:
    """Coupon c2, as c1 but of a template whose kept goods are priced anew."""
    about: dict[str, Any] = {"merchant_id": "m1", "at": datetime.now(UTC)}
    await process.engine.run(
        SetTemplate(
            id="t-4", new_id="t-4", template_id="t2", version=0, name="", actor="admin",
            terms=Terms(kind="FULL_REDUCTION", face_fen=1_500, threshold_fen=20_000,
                        on_partial_refund="RECALC"),
            validity=Validity(kind="DAYS", amount=30), audience=Audience(), limits=Limits(),
            notice_hours=0, claim_from=None, claim_until=None, **about,
        )
    )  # fmt: skip
    await process.engine.run(
        ChangeTemplateState(id="t-5", template_id="t2", to="ACTIVE", actor="admin", **about)
    )
    await process.engine.run(
        Claim(id="t-6", new_id="c2", template_id="t2", member_id="u1", **about)
    )


@pytest.mark.parametrize(("coupon_id", "policy", "back"), [("c1", 1, 4_100), ("c2", 2, 3_500)])
async def test_a_returned_line_s_refund_is_quoted(
    shop: Shop, coupon_id: str, policy: int, back: int
) -> None:
    """X1's line b comes back: its share, or what the kept 18 000 no longer earn less."""
    process, channel = shop
    await _recalc(process)
    await full_reduction(channel)
    stub, order = QuoteServiceStub(channel), cart(coupon_ids=[coupon_id])
    quoted = await stub.Quote(order, metadata=metadata())
    lock = coupon_pb2.LockRequest(
        request_id="l-1", order_id="o1", member_id="u1", quote_hash=quoted.quote_hash,
        coupons=[coupon_pb2.LockedCoupon(coupon_id=coupon_id, discount_fen=1_500)],
    )  # fmt: skip
    await CouponServiceStub(channel).Lock(lock, metadata=metadata())
    await CouponServiceStub(channel).Use(
        coupon_pb2.UseRequest(request_id="l-2", order_id="o1"), metadata=metadata()
    )
    request = quote_pb2.QuoteRefundRequest(
        order=order, promotions=[quote_pb2.UsedPromotion(promotion_id="f", version=1)],
        lines=[
            quote_pb2.ReturnedLine(line_id=one.line_id, net_fen=one.net_fen)
            for one in quoted.lines
        ],
    )  # fmt: skip
    request.order_time.FromDatetime(datetime.now(UTC))
    # The promotion's end and later edits change nothing: the order's version is asked for.
    await PromotionServiceStub(channel).EndPromotion(
        promotion_pb2.EndPromotionRequest(request_id="p-2", promotion_id="f"), metadata=metadata()
    )
    request.lines[1].returned_qty = 1
    first = await stub.QuoteRefund(request, metadata=metadata())
    assert (first.policy, first.refund_fen) == (policy, back)
    request.lines[0].returned_qty, request.refunded_fen = 1, back
    assert (await stub.QuoteRefund(request, metadata=metadata())).refund_fen == 20_500 - back
    request.lines[0].returned_qty = 2
    assert (await refusal(stub.QuoteRefund(request, metadata=metadata()))).reason == (
        "RETURNED_TOO_MANY"
    )
    request.promotions[0].version = 9
    assert (await refusal(stub.QuoteRefund(request, metadata=metadata()))).reason == (
        "PROMOTION_NOT_FOUND"
    )
    other = metadata(member_id="u2")
    assert (await refusal(stub.QuoteRefund(request, metadata=other))).reason == "ACTOR_NOT_ALLOWED"


async def test_bad_carts_are_refused(shop: Shop) -> None:
    _process, channel = shop
    twice = cart()
    twice.lines[1].line_id = "a"
    refused = await refusal(QuoteServiceStub(channel).Quote(twice, metadata=metadata()))
    assert refused.reason == "DUPLICATE_LINE"


async def test_promotions_are_set_found_and_ended(shop: Shop) -> None:
    _process, channel = shop
    stub = PromotionServiceStub(channel)
    made = await full_reduction(channel)
    assert made.version == 1
    one = await stub.GetPromotion(
        promotion_pb2.GetPromotionRequest(promotion_id="f", version=1), metadata=metadata()
    )
    assert one.promotion == made
    await stub.EndPromotion(
        promotion_pb2.EndPromotionRequest(request_id="p-2", promotion_id="f"), metadata=metadata()
    )
    listed = await stub.ListPromotions(promotion_pb2.ListPromotionsRequest(), metadata=metadata())
    assert [promotion.state for promotion in listed.promotions] == [
        promotion_pb2.Promotion.STATE_ENDED
    ]
    bad = promotion_pb2.SetPromotionRequest(
        request_id="p-3", promotion_id="g", terms=made.terms, start_time=made.start_time,
        end_time=made.end_time,
    )  # fmt: skip
    bad.terms.condition = "goods_fen +"
    refused = await refusal(stub.SetPromotion(bad, metadata=metadata()))
    assert refused.reason == "CONDITION_INVALID"


async def test_a_threshold_is_suggested(shop: Shop) -> None:
    _process, channel = shop
    found = await QuoteServiceStub(channel).SuggestThreshold(
        quote_pb2.SuggestThresholdRequest(
            periods=[quote_pb2.SalesPeriod(orders=100, sales_fen=1_000_000)]
        ),
        metadata=metadata(),
    )
    assert (found.anchor_fen, found.threshold_fen, found.off_fen) == (10_000, 12_000, 1_200)


async def test_a_group_is_opened_helped_and_seen(shop: Shop) -> None:
    _process, channel = shop
    stub = FissionServiceStub(channel)
    request = fission_pb2.SetFissionActivityRequest(
        request_id="a-1", activity_id="f1",
        terms=fission_pb2.FissionTerms(
            kind=fission_pb2.FISSION_KIND_UNLOCK, template_id="t1", helpers_needed=1,
        ),
    )  # fmt: skip
    request.start_time.FromDatetime(datetime.now(UTC) - timedelta(days=1))
    request.end_time.FromDatetime(datetime.now(UTC) + timedelta(days=1))
    await stub.SetFissionActivity(request, metadata=metadata())
    opening = fission_pb2.OpenFissionRequest(request_id="o-1", activity_id="f1", member_id="u1")
    group = (await stub.OpenFission(opening, metadata=MEMBER)).group
    helping = fission_pb2.HelpFissionRequest(
        request_id="h-1", group_id=group.group_id, helper_id="u2"
    )
    refused = await refusal(stub.HelpFission(helping, metadata=MEMBER))
    assert refused.reason == "ACTOR_NOT_ALLOWED"
    done = (await stub.HelpFission(helping, metadata=metadata(member_id="u2"))).group
    assert done.state == fission_pb2.FissionGroup.STATE_REWARDED
    seen = await stub.GetFission(
        fission_pb2.GetFissionRequest(group_id=group.group_id), metadata=metadata()
    )
    assert [(one.helper_id, one.is_new) for one in seen.helps] == [("u2", True)]
    lists = fission_pb2.ListFissionsRequest(member_id="u1", page_size=1)
    mine = await stub.ListFissions(lists, metadata=MEMBER)
    assert list(mine.groups) == [seen.group]
    lists.page_token = mine.next_page_token
    assert not (await stub.ListFissions(lists, metadata=MEMBER)).groups
    for activity_id, found in (("f1", 1), ("f2", 0)):
        of_it = fission_pb2.ListFissionsRequest(member_id="u1", activity_id=activity_id)
        assert len((await stub.ListFissions(of_it, metadata=metadata())).groups) == found
    other = await refusal(stub.ListFissions(lists, metadata=metadata(member_id="u2")))
    assert other.reason == "ACTOR_NOT_ALLOWED"
    stop = fission_pb2.StopFissionRequest(request_id="s-1", group_id=group.group_id)
    refused = await refusal(stub.StopFission(stop, metadata=metadata()))
    assert refused.reason == "FISSION_GROUP_CLOSED"
    listed = await stub.ListFissionActivities(
        fission_pb2.ListFissionActivitiesRequest(), metadata=metadata()
    )
    assert len(listed.activities) == 1
    ending = fission_pb2.EndFissionActivityRequest(request_id="e-1", activity_id="f1")
    await stub.EndFissionActivity(ending, metadata=metadata())


async def test_a_pack_is_bought_and_found(shop: Shop) -> None:
    _process, channel = shop
    stub = PackServiceStub(channel)
    await stub.SetPackOffer(
        pack_pb2.SetPackOfferRequest(
            request_id="k-1", offer_id="p1", price_fen=990,
            items=[pack_pb2.PackItem(template_id="t1", quantity=2, after_days=7)],
        ),
        metadata=metadata(),
    )  # fmt: skip
    buying = pack_pb2.BuyPackRequest(request_id="k-2", offer_id="p1", member_id="u1")
    pack = (await stub.BuyPack(buying, metadata=MEMBER)).pack
    found = await stub.GetPack(pack_pb2.GetPackRequest(pack_id=pack.pack_id), metadata=MEMBER)
    assert found.pack == pack
    refused = await refusal(
        stub.GetPack(
            pack_pb2.GetPackRequest(pack_id=pack.pack_id), metadata=metadata(member_id="u2")
        )
    )
    assert refused.reason == "ACTOR_NOT_ALLOWED"
    mine = await stub.ListPacks(pack_pb2.ListPacksRequest(member_id="u1"), metadata=MEMBER)
    assert list(mine.packs) == [pack]
    offers = await stub.ListPackOffers(
        pack_pb2.ListPackOffersRequest(on_sale_only=True), metadata=MEMBER
    )
    assert [offer.offer_id for offer in offers.offers] == ["p1"]
    refused = await refusal(
        stub.RefundPack(
            pack_pb2.RefundPackRequest(request_id="k-3", pack_id=pack.pack_id),
            metadata=metadata(),
        )
    )
    assert refused.reason == "PACK_STATE_INVALID"


async def test_a_pack_s_money_that_is_on_its_way_back_is_listed(shop: Shop) -> None:
    process, channel = shop
    stub = PackServiceStub(channel)
    items = [pack_pb2.PackItem(template_id="t1", quantity=2)]
    offer = pack_pb2.SetPackOfferRequest(request_id="k-1", offer_id="p", price_fen=99, items=items)
    await stub.SetPackOffer(offer, metadata=metadata())
    packs = []
    for number in range(2):
        buying = pack_pb2.BuyPackRequest(request_id=f"b{number}", offer_id="p", member_id="u1")
        packs.append((await stub.BuyPack(buying, metadata=MEMBER)).pack.pack_id)
        pay = PayPack(
            id=f"p{number}", new_id="", merchant_id="m1", at=process.clock.now(),
            pack_id=packs[number], payment_id=f"pay{number}", amount_fen=99,
            paid_at=process.clock.now(),
        )  # fmt: skip
        await process.engine.run(pay)
    asked = pack_pb2.RefundPackRequest(request_id="r", pack_id=packs[1])
    refund = (await stub.RefundPack(asked, metadata=metadata())).pack
    assert (refund.refund_fen, refund.asked_fen) == (99, 99)
    request = pack_pb2.ListOpenPackRefundsRequest(page_size=1)
    listed = await stub.ListOpenPackRefunds(request, metadata=metadata())
    assert list(listed.packs) == [refund]
    request.page_token = listed.next_page_token
    assert not (await stub.ListOpenPackRefunds(request, metadata=metadata())).packs
    own = await refusal(stub.ListOpenPackRefunds(request, metadata=MEMBER))
    assert own.reason == "ACTOR_NOT_ALLOWED"
