"""Sagas S9 and S10 across wallet and loyalty: two members become one, and a member leaves."""

from __future__ import annotations

from datetime import timedelta

from danke.loyalty.v1 import member_pb2
from danke.wallet.v1 import account_pb2, payment_pb2
from tests.e2e.shop import AT, Shop, completed, line, money, new_id, paid
from tests.e2e.test_checkout import furnished
from tests.grpc_client import refusal


async def merge(shop: Shop, from_member: str, into_member: str, merge_id: str = "") -> None:
    """``into_member`` takes over ``from_member``, everywhere."""
    request = member_pb2.MergeMembersRequest(
        merge_id=merge_id or new_id(), from_member_id=from_member, into_member_id=into_member
    )
    await shop.ask(shop.members.MergeMembers, request)
    await shop.system.settle()


def leaving(member_id: str) -> member_pb2.CloseMemberRequest:
    """A member's wish to leave."""
    return member_pb2.CloseMemberRequest(
        request_id=new_id(), member_id=member_id, reason="asked for"
    )


async def test_s9_a_merge_moves_everything_and_what_comes_late_follows(shop: Shop) -> None:
    old, new = await furnished(shop, "13600000001"), await furnished(shop, "13600000002")
    unpaid = await shop.order_recharge(old, await shop.plan(50_000, tier_grant="V3"))
    order_id, merge_id = new_id(), new_id()
    payment_id = await shop.freeze(old, order_id, 10_000)
    hold_id = await shop.hold_points(old, order_id, 1_000)
    await shop.report(paid(order_id, old, [line("1", 12_345)]))
    for _repeat in range(2):
        await merge(shop, old, new, merge_id)
    both = await shop.balances(new)
    assert (both.principal_fen, both.bonus_fen, both.frozen_fen) == (60_000, 20_000, 10_000)
    assert (both.points, both.frozen_points) == (5_000, 1_000)
    assert (await shop.balances(old)).principal_fen == 0

    # What was begun before ends after it, with who remains.
    await shop.capture(payment_id)
    await shop.use_points(hold_id)
    await shop.report(completed(order_id), money(unpaid, 50_000))
    after = await shop.balances(new)
    assert (after.principal_fen, after.bonus_fen) == (60_000 - 7_500 + 50_000, 20_000 - 2_500)
    assert (after.points, after.frozen_points, after.pending_points) == (5_000, 0, 123)
    assert (after.tier_id, after.growth, after.orders) == ("V3", 123, 1)
    # The old id still leads to who remains.
    request = account_pb2.GetBalanceRequest(member_id=old)
    account = (await shop.ask(shop.accounts.GetBalance, request)).account
    assert account.merged_into == new
    counted = await shop.counted()
    assert (counted["MemberMerged"], counted["PointsMerged"]) == (1, 1)
    assert await shop.buried() == []


async def test_s9_a_chain_of_merges_told_in_any_order_ends_in_one_wallet(shop: Shop) -> None:
    first, second, third = [await furnished(shop, f"1360000001{n}") for n in range(3)]
    for old, new in ((second, third), (first, second)):
        request = member_pb2.MergeMembersRequest(
            merge_id=new_id(), from_member_id=old, into_member_id=new
        )
        answer = await shop.ask(shop.members.MergeMembers, request)
        assert answer.member.member_id == third
    await shop.system.settle()
    everything = await shop.balances(third)
    assert (everything.principal_fen, everything.bonus_fen) == (90_000, 30_000)
    assert everything.points == 9_000
    assert await shop.buried() == []


async def test_s10_a_member_leaves_once_no_money_is_left(shop: Shop) -> None:
    member = await furnished(shop, "13600000020")
    refused = await refusal(shop.ask(shop.members.CloseMember, leaving(member)))
    assert refused.reason == "OBLIGATIONS_OPEN"
    assert "wallet_principal=30000" in refused.metadata["obligations"]
    await shop.pay(member, new_id(), 40_000)
    await shop.system.settle()
    for _repeat in range(2):
        await shop.ask(shop.members.CloseMember, leaving(member))
    await shop.system.settle()
    request = account_pb2.GetBalanceRequest(member_id=member)
    account = (await shop.ask(shop.accounts.GetBalance, request)).account
    assert account.status == account_pb2.Account.STATUS_CLOSED
    left = await shop.balances(member)
    assert (left.principal_fen, left.points, left.pending_points) == (0, 0, 0)
    counted = await shop.counted()
    assert (counted["MemberClosed"], counted["PointsForfeited"]) == (1, 1)
    # The phone number is nobody's: it may enrol again, as somebody new.
    again = await shop.enrol("13600000020")
    assert again != member
    assert (await shop.balances(again)).points == 0
    assert await shop.buried() == []


async def test_s10_money_that_comes_back_after_leaving_is_kept_safe(shop: Shop) -> None:
    member = await furnished(shop, "13600000030")
    order_id = new_id()
    payment = await shop.pay(member, order_id, 40_000)
    await shop.system.settle()
    await shop.ask(shop.members.CloseMember, leaving(member))
    await shop.system.settle()
    request = payment_pb2.RefundPaymentRequest(
        payment_id=payment.payment_id, refund_id=new_id(), amount_fen=40_000
    )
    await shop.ask(shop.payments.RefundPayment, request)
    await shop.system.set_time(AT + timedelta(days=1))
    kept = await shop.balances(member)
    assert (kept.principal_fen, kept.bonus_fen) == (30_000, 10_000)
    pay = payment_pb2.PayRequest(
        request_id=new_id(), member_id=member, order_id=new_id(), amount_fen=1
    )
    refused = await refusal(shop.ask(shop.payments.Pay, pay))
    # Closed means empty; what came back waits for an operator who pays it out.
    assert refused.reason == "ACCOUNT_FROZEN"
