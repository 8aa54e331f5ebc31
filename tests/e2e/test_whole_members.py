"""Sagas S9 and S10 over all services: a member with everything is merged, and leaves."""

from __future__ import annotations

from datetime import timedelta

from danke.audience.v1 import profile_pb2
from danke.audience.v1.profile_pb2_grpc import ProfileServiceStub
from danke.automation.v1 import journey_pb2
from danke.commission.v1 import account_pb2, binding_pb2
from danke.groupbuy.v1 import group_pb2
from danke.loyalty.v1 import member_pb2
from danke.wallet.v1 import punch_card_pb2 as punch
from danke.wallet.v1.punch_card_pb2_grpc import PunchCardServiceStub
from tests.e2e.lives import (
    BONUS_FEN,
    CARD_FEN,
    JOURNEY,
    L1_FEN,
    ORDER_FEN,
    POINTS,
    PRINCIPAL_FEN,
    Life,
    accompanied,
    given_back,
    joined_group,
    lived,
)
from tests.e2e.shop import AT, new_id
from tests.e2e.test_marketing import Desk, desk
from tests.e2e.test_members import leaving, merge
from tests.grpc_client import refusal

__all__ = ["desk"]  # a fixture


async def earned_fen(desk: Desk, member: str) -> int:
    """What is owed to the member as a promoter, in whatever state."""
    payee = account_pb2.Payee(kind="KIND_PROMOTER", payee_id=member)
    request = account_pb2.GetAccountRequest(payee=payee)
    account = (await desk.ask(desk.commissions.GetAccount, request)).account
    return int(account.estimated_fen + account.frozen_fen + account.available_fen)


async def promoter_of(desk: Desk, customer: str) -> str:
    request = binding_pb2.GetBindingRequest(customer_id=customer)
    return str((await desk.ask(desk.bindings.GetBinding, request)).binding.promoter_id)


async def cards_of(desk: Desk, member: str) -> list[str]:
    stub = desk.system.stub(PunchCardServiceStub)
    answer = await desk.ask(stub.ListPunchCards, punch.ListPunchCardsRequest(member_id=member))
    return [card.card_id for card in answer.cards]


async def groups_of(desk: Desk, member: str) -> list[str]:
    answer = await desk.ask(desk.groups.MyGroups, group_pb2.MyGroupsRequest(member_id=member))
    return [one.group.group_id for one in answer.groups]


async def profile_of(desk: Desk, member: str) -> profile_pb2.Profile:
    stub = desk.system.stub(ProfileServiceStub)
    request = profile_pb2.GetProfileRequest(member_id=member)
    found: profile_pb2.Profile = (await desk.ask(stub.GetProfile, request)).profile
    return found


async def on_their_way(desk: Desk, member: str) -> list[str]:
    """Where the member's journeys stand."""
    request = journey_pb2.ListEnrollmentsRequest(journey_id=JOURNEY, member_id=member)
    found = (await desk.ask(desk.enrollments.ListEnrollments, request)).enrollments
    return [f"{journey_pb2.Enrollment.State.Name(one.state)} {one.reason}" for one in found]


async def has_everything(desk: Desk, member: str, lives: list[Life]) -> None:
    """Each thing of each life is the member's, and nothing is twice."""
    now = await desk.balances(member)
    number = len(lives)
    assert (now.principal_fen, now.bonus_fen) == (PRINCIPAL_FEN * number, BONUS_FEN * number)
    # 1 point for each yuan, pending until the refund window is over.
    assert (now.points, now.pending_points) == (POINTS * number, ORDER_FEN // 100 * number)
    assert (now.orders, now.spend_fen) == (number, ORDER_FEN * number)
    assert {one.coupon_id for one in await desk.owns(member)} == {one.coupon_id for one in lives}
    assert set(await cards_of(desk, member)) == {one.card_id for one in lives}
    assert set(await groups_of(desk, member)) == {one.group_id for one in lives}
    assert await earned_fen(desk, member) == L1_FEN * number
    for life in lives:
        assert await promoter_of(desk, life.customer) == member
    profile = await profile_of(desk, member)
    assert (profile.order_count, profile.net_sales_fen) == (number, ORDER_FEN * number)
    assert profile.principal_fen == PRINCIPAL_FEN * number
    assert list(profile.consents) == ["SMS/MARKETING"]


async def test_s9_s10_a_member_with_everything_is_merged_and_leaves(desk: Desk) -> None:
    await accompanied(desk)
    old, new = await lived(desk, "1340000000"), await lived(desk, "1340000001")
    for life in (old, new):
        await has_everything(desk, life.member, [life])
    assert await on_their_way(desk, old.member) == ["STATE_RUNNING "]
    merge_id, owed = new_id(), await desk.owed_fen()
    for _repeat in range(2):
        await merge(desk, old.member, new.member, merge_id)
    await has_everything(desk, new.member, [old, new])
    assert await promoter_of(desk, new.member) == new.promoter, "the survivor's own binding stays"
    assert (await on_their_way(desk, old.member))[0].startswith("STATE_EXITED")
    assert await on_their_way(desk, new.member) == ["STATE_RUNNING "]
    assert (await desk.balances(old.member)).principal_fen == 0
    assert await desk.owed_fen() == owed, "a merge makes nobody richer"

    # Nobody leaves with money or a seat in an open group.
    refused = await refusal(desk.ask(desk.members.CloseMember, leaving(new.member)))
    assert refused.reason == "OBLIGATIONS_OPEN"
    assert "open_group=" in refused.metadata["obligations"]
    assert f"punch_card={2 * CARD_FEN}" in refused.metadata["obligations"]
    await _settled(desk, [old, new], new.member)
    owed = await desk.owed_fen()
    for _repeat in range(2):
        await desk.ask(desk.members.CloseMember, leaving(new.member))
    await desk.system.settle()

    # The person is gone, the books stay under the id.
    profile = await profile_of(desk, new.member)
    assert profile.status == profile_pb2.Profile.STATUS_CLOSED
    assert not profile.consents and profile.order_count == 2
    assert await desk.owed_fen() == owed and await earned_fen(desk, new.member) == 2 * L1_FEN
    left = await desk.balances(new.member)
    assert (left.principal_fen, left.bonus_fen, left.points, left.pending_points) == (0, 0, 0, 0)
    found = member_pb2.FindByPhoneRequest(phone="13400000011")
    assert (await refusal(desk.ask(desk.members.FindByPhone, found))).reason == "MEMBER_NOT_FOUND"
    counted = await desk.counted()
    assert (counted["MemberMerged"], counted["MemberClosed"]) == (1, 1)
    assert await desk.buried() == []


async def _settled(desk: Desk, lives: list[Life], member: str) -> None:
    """Groups are completed, what is owed is earned for good, wallet and cards hold nothing."""
    for life in lives:
        await joined_group(desk, life, life.customer)
        await given_back(desk, life.card_id)
    await desk.system.set_time(AT + timedelta(days=8))
    await desk.pay(member, new_id(), (PRINCIPAL_FEN + BONUS_FEN) * len(lives))
    await desk.system.settle()
