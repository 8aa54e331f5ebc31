"""Punch cards through real gRPC, the payment topic and the timers, from sale to refund."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import grpc
import pytest

from common.consumers import Arrival
from common.service import Process
from common.verify import run_checks
from danke.events import loyalty, trade
from danke.events.envelope import Envelope
from danke.wallet.v1 import punch_card_pb2 as pb
from danke.wallet.v1 import punch_card_pb2_grpc as stubs
from services.wallet import consumers
from services.wallet.main import SERVICE
from services.wallet.store_verify_punch_cards import CHECKS
from services.wallet.timers import CodeTrimmer
from tests.conftest import Migrated
from tests.grpc_client import metadata, refusal, running
from tests.wallet.till import cst


class Shop:
    """A running wallet, and every call with a fresh request id."""

    def __init__(self, process: Process, channel: grpc.aio.Channel) -> None:
        self.process = process
        self.templates = stubs.PunchTemplateServiceStub(channel)
        self.cards = stubs.PunchCardServiceStub(channel)
        self.uses = stubs.PunchRedemptionServiceStub(channel)
        self.shares = stubs.PunchShareServiceStub(channel)
        self.number = 0

    def call(self, rpc: str, /, *, actor: str = "ann", **fields: Any) -> Any:
        """The answer of the RPC of this name, whichever service has it."""
        request = getattr(pb, f"{rpc}Request")
        if "request_id" in request.DESCRIPTOR.fields_by_name:
            self.number += 1
            fields = {"request_id": f"r{self.number}"} | fields
        services = (self.templates, self.cards, self.uses, self.shares)
        (method,) = [getattr(one, rpc) for one in services if hasattr(one, rpc)]
        return method(request(**fields), metadata=metadata(actor=actor))

    async def receive(self, handler: Any, event: Any) -> None:
        """What happens when this event arrives."""
        self.number += 1
        arrival = Arrival(
            Envelope(
                id=f"e{self.number}", type="t", source="s", subject="s", key="k", merchant_id="m1",
                time=self.process.clock.now(), sequence=1,
            ),
            f"n{self.number}",
        )  # fmt: skip
        made = handler(event, arrival)
        for command in made if isinstance(made, list) else [made]:
            await self.process.engine.run(command)

    async def sold(self, member: str = "owner", **terms: Any) -> Any:
        self.number += 1
        template_id = f"t{self.number}"
        given: dict[str, Any] = {
            "name": "十次卡", "kind": pb.PUNCH_KIND_COUNT, "price_fen": 100_000, "shareable": True,
            "transferable": True,
            "allowances": [pb.PunchAllowance(visits=10, list_visit_price_fen=15_000)],
        } | terms  # fmt: skip
        await self.call("SavePunchTemplate", template_id=template_id, **given)
        await self.call("SetPunchTemplateOnSale", template_id=template_id, on_sale=True)
        bought = await self.call("BuyPunchCard", member_id=member, template_id=template_id)
        for _ in range(2):
            await self.receive(
                consumers.payment_succeeded,
                trade.PaymentSucceeded(
                    payment_id=f"p-{template_id}", biz_type="PUNCHCARD", biz_id=bought.card.card_id,
                    amount_fen=bought.card.price_fen, paid_at=self.process.clock.now(),
                ),
            )  # fmt: skip
        return (await self.call("GetPunchCard", card_id=bought.card.card_id)).card


@pytest.fixture
async def shop(migrated: Migrated, bootstrap: str) -> AsyncIterator[Shop]:
    dsn = await migrated("wallet")
    async with running(SERVICE, dsn, bootstrap) as (process, channel):
        process.set_time(cst("2026-05-01 12:00"))
        yield Shop(process, channel)
        assert [one.check.name for one in await run_checks(dsn, CHECKS) if one.rows] == []


async def test_p4_a_code_over_the_wire(shop: Shop) -> None:
    card = await shop.sold(store_ids=["A"])
    issue: dict[str, Any] = {
        "card_id": card.card_id,
        "holder_id": "owner",
        "item_id": "cut",
        "times": 1,
    }
    shown = await shop.call("IssueRedeemCode", request_id="same", **issue)
    again = await shop.call("IssueRedeemCode", request_id="same", **issue)
    assert shown == again and len(shown.code) == 16
    stored = await shop.process.pool.fetchval("SELECT redeem_codes::text FROM redeem_codes")
    assert shown.code not in stored
    elsewhere = await refusal(shop.call("Redeem", code=shown.code, store_id="B"))
    assert elsewhere.reason == "STORE_NOT_ALLOWED"
    shop.process.set_time(cst("2026-05-01 12:00:59"))
    done = await shop.call("Redeem", code=shown.code, store_id="A")
    twice = await shop.call("Redeem", code=shown.code, store_id="A")
    assert done.redemption == twice.redemption and twice.card.remaining == 9
    late = await shop.call("IssueRedeemCode", **issue)
    shop.process.set_time(cst("2026-05-01 12:01:59"))
    expired = await refusal(shop.call("Redeem", code=late.code, store_id="A"))
    assert expired.reason == "CODE_EXPIRED"
    guessed = await refusal(shop.call("Redeem", code="0" * 16, store_id="A"))
    assert (guessed.reason, guessed.code) == ("CODE_NOT_FOUND", grpc.StatusCode.NOT_FOUND)


async def test_codes_are_forgotten_after_a_week(shop: Shop) -> None:
    card = await shop.sold()
    issue: dict[str, Any] = {
        "card_id": card.card_id,
        "holder_id": "owner",
        "item_id": "cut",
        "times": 1,
    }
    trimmer = CodeTrimmer(shop.process.pool, shop.process.clock)
    shown = await shop.call("IssueRedeemCode", **issue)
    await shop.call("Redeem", code=shown.code, store_id="A")
    shop.process.set_time(cst("2026-05-08 12:01:00"))
    assert await trimmer.run_once() == 0
    shop.process.set_time(cst("2026-05-08 12:01:01"))
    assert await trimmer.run_once() == 1
    gone = await refusal(shop.call("Redeem", code=shown.code, store_id="A"))
    assert gone.reason == "CODE_NOT_FOUND"


async def test_p3_sharing_over_the_wire(shop: Shop) -> None:
    card = await shop.sold()
    offered = await shop.call("SharePunchCard", card_id=card.card_id, owner_id="owner", quota=3)
    accept = {"share_id": offered.share.share_id, "friend_id": "F"}
    wrong = await refusal(shop.call("AcceptShare", link_token="guess", **accept))
    assert wrong.reason == "SHARE_NOT_FOUND"
    accepted = await shop.call("AcceptShare", link_token=offered.link_token, **accept)
    assert accepted.share.state == pb.PunchShare.STATE_ACCEPTED
    use = {"card_id": card.card_id, "item_id": "cut", "times": 1, "redeemer_id": "F"}
    for _ in range(3):
        await shop.call("RedeemByStaff", store_id="A", **use)
    fourth = await refusal(shop.call("RedeemByStaff", store_id="A", **use))
    assert (fourth.reason, fourth.metadata["remaining"]) == ("SHARE_QUOTA_EXCEEDED", "0")
    usage = await shop.call("ListPunchCardUsage", card_id=card.card_id, page_size=2)
    rest = await shop.call(
        "ListPunchCardUsage", card_id=card.card_id, page_size=2, page_token=usage.next_page_token
    )
    assert (len(usage.redemptions), len(rest.redemptions)) == (2, 1)
    shares = await shop.call("ListShares", card_id=card.card_id, owner_id="owner")
    assert [one.used for one in shares.shares] == [3]
    assert len((await shop.call("ListSharedWithMe", member_id="F")).shares) == 0  # used up


async def test_p1_a_refund_over_the_wire_and_the_topic(shop: Shop) -> None:
    card = await shop.sold()
    await shop.call("RedeemByStaff", card_id=card.card_id, item_id="cut", times=3, store_id="A")
    for basis, amount in ((1, 70_000), (2, 55_000)):
        quoted = await shop.call("QuotePunchRefund", card_id=card.card_id, basis=basis)
        assert quoted.amount_fen == amount
    asked = await shop.call("RequestPunchRefund", card_id=card.card_id, basis=2, reason="moved")
    refund_id = asked.refund.refund_id
    own = await refusal(shop.call("ApprovePunchRefund", refund_id=refund_id))
    assert (own.reason, own.code) == ("CHECKER_IS_MAKER", grpc.StatusCode.PERMISSION_DENIED)
    await shop.call("ApprovePunchRefund", actor="bob", refund_id=refund_id)
    for _ in range(2):
        await shop.receive(
            consumers.payment_refunded,
            trade.PaymentRefunded(
                refund_id=refund_id, payment_id="p", biz_type="PUNCHCARD", biz_id=card.card_id,
                amount_fen=55_000, status="SUCCEEDED",
            ),
        )  # fmt: skip
    done = await shop.call("GetPunchRefund", refund_id=refund_id)
    assert done.refund.state == pb.PunchRefund.STATE_REFUNDED
    assert (await shop.call("GetPunchCard", card_id=card.card_id)).card.state == (
        pb.PunchCard.STATE_REFUNDED
    )


async def test_refunds_that_wait_for_somebody_are_listed(shop: Shop) -> None:
    """Nobody decides, or tries again, what he cannot find."""
    ids = []
    for _ in range(3):
        card = await shop.sold()
        asked = await shop.call("RequestPunchRefund", card_id=card.card_id, basis=1)
        ids.append(asked.refund.refund_id)
        shop.process.set_time(shop.process.clock.now() + timedelta(seconds=1))
    for refund_id in ids[1:]:
        await shop.call("ApprovePunchRefund", actor="bob", refund_id=refund_id)
    failed = trade.PaymentRefunded(
        refund_id=ids[2], payment_id="p", biz_type="PUNCHCARD", biz_id="c", amount_fen=100_000,
        status="FAILED",
    )  # fmt: skip
    await shop.receive(consumers.payment_refunded, failed)
    for state, expected in ((0, ids), (1, ids[:1]), (3, ids[1:2]), (4, ids[2:])):
        found = await shop.call("ListOpenPunchRefunds", state=state)
        assert [one.refund_id for one in found.refunds] == expected
    first = await shop.call("ListOpenPunchRefunds", page_size=2)
    rest = await shop.call("ListOpenPunchRefunds", page_size=2, page_token=first.next_page_token)
    assert [one.refund_id for one in (*first.refunds, *rest.refunds)] == ids
    await shop.call("RejectPunchRefund", actor="bob", refund_id=ids[0])
    assert len((await shop.call("ListOpenPunchRefunds", state=1)).refunds) == 0


async def test_a_friend_sees_the_card_he_may_use(shop: Shop) -> None:
    card = await shop.sold()
    share = await shop.call("SharePunchCard", card_id=card.card_id, owner_id="owner", quota=2)

    def look(who: str) -> Any:
        own = metadata(member_id=who, actor_kind="MEMBER")
        return shop.cards.GetPunchCard(pb.GetPunchCardRequest(card_id=card.card_id), metadata=own)

    assert (await refusal(look("F"))).reason == "ACTOR_NOT_ALLOWED"
    await shop.call(
        "AcceptShare", share_id=share.share.share_id, link_token=share.link_token, friend_id="F"
    )
    assert (await look("F")).card.remaining == (await look("owner")).card.remaining == 10
    assert (await refusal(look("G"))).reason == "ACTOR_NOT_ALLOWED"
    await shop.call("RevokeShare", share_id=share.share.share_id, owner_id="owner")
    assert (await refusal(look("F"))).reason == "ACTOR_NOT_ALLOWED"


async def test_timers_close_remind_expire_and_accrue(shop: Shop) -> None:
    card = await shop.sold(valid_days=30)
    terms: dict[str, Any] = {"kind": pb.PUNCH_KIND_UNLIMITED, "allowances": [pb.PunchAllowance()]}
    unlimited = await shop.sold(
        **terms, price_fen=36_500, valid_days=365, shareable=False, transferable=False
    )
    await shop.call(
        "SavePunchTemplate", template_id="u", name="n", price_fen=1, kind=pb.PUNCH_KIND_COUNT,
        allowances=[pb.PunchAllowance(visits=1, list_visit_price_fen=1)],
    )  # fmt: skip
    await shop.call("SetPunchTemplateOnSale", template_id="u", on_sale=True)
    unpaid = await shop.call("BuyPunchCard", member_id="owner", template_id="u")
    expiring = await shop.call("ListExpiringPunchCards", within_days=31)
    assert [one.card_id for one in expiring.cards] == [card.card_id]
    shop.process.set_time(cst("2026-06-01 12:00"))
    await shop.process.timers.run_due()
    states = {
        one.card_id: (pb.PunchCard.State.Name(one.state), one.revenue_fen)
        for one in (await shop.call("ListPunchCards", member_id="owner", states=range(1, 10))).cards
    }
    assert states[card.card_id] == ("STATE_EXPIRED", 0)
    assert states[unlimited.card_id] == ("STATE_ACTIVE", 3_000)
    # Closed cards are shown to who asks for them.
    assert states[unpaid.card.card_id] == ("STATE_CLOSED", 0)
    shown = (await shop.call("ListPunchCards", member_id="owner")).cards
    assert {one.card_id for one in shown} == {card.card_id, unlimited.card_id}
    owed = await shop.call("GetPunchLiability")
    assert sum(one.owed_fen for one in owed.liabilities) == 100_000 + 33_500
    extended = await shop.call("ExtendPunchCard", card_id=card.card_id, days=10)
    assert extended.card.expire_time.ToDatetime() == (
        shop.process.clock.now() + timedelta(days=10)
    ).replace(tzinfo=None)
    await shop.call("SuspendPunchCard", card_id=card.card_id, reason=pb.SUSPENSION_REASON_LOSS)
    await shop.call("ResumePunchCard", card_id=card.card_id)


async def test_a_merge_moves_cards_and_ends_shares_with_oneself(shop: Shop) -> None:
    card = await shop.sold("old")
    offered = await shop.call("SharePunchCard", card_id=card.card_id, owner_id="old", quota=1)
    await shop.call(
        "AcceptShare", share_id=offered.share.share_id, link_token=offered.link_token,
        friend_id="new",
    )  # fmt: skip
    other = await shop.sold("friend")
    shared = await shop.call("SharePunchCard", card_id=other.card_id, owner_id="friend", quota=2)
    await shop.call(
        "AcceptShare", share_id=shared.share.share_id, link_token=shared.link_token,
        friend_id="old",
    )  # fmt: skip
    merged = loyalty.MemberMerged(
        member_id="new", merge_id="mg", from_member_id="old", into_member_id="new"
    )
    for _ in range(2):
        await shop.receive(consumers.member_merged, merged)
    mine = await shop.call("ListPunchCards", member_id="new")
    assert [one.card_id for one in mine.cards] == [card.card_id]
    assert len((await shop.call("ListPunchCards", member_id="old")).cards) == 0
    assert [
        one.share_id for one in (await shop.call("ListSharedWithMe", member_id="new")).shares
    ] == [shared.share.share_id]
    use: dict[str, Any] = {"item_id": "cut", "times": 1, "store_id": "A"}
    await shop.call("RedeemByStaff", card_id=other.card_id, redeemer_id="new", **use)
    await shop.call("RedeemByStaff", card_id=card.card_id, **use)
