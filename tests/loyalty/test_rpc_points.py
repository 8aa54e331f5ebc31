"""Points through real gRPC: what callers see, whose data it is, and what events bring."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from common.clock import DevelopmentClock
from common.commands import Command
from common.consumers import Arrival
from common.service import Process
from common.verify import run_checks
from danke.events import automation, trade, wallet
from danke.events.envelope import Envelope, Event
from danke.loyalty.v1 import checkin_pb2 as checkin
from danke.loyalty.v1 import exchange_pb2 as exchange
from danke.loyalty.v1 import member_pb2
from danke.loyalty.v1 import points_pb2 as pb
from danke.loyalty.v1 import points_rule_pb2 as rule
from danke.loyalty.v1.checkin_pb2_grpc import CheckInServiceStub
from danke.loyalty.v1.exchange_pb2_grpc import ExchangeServiceStub
from danke.loyalty.v1.member_pb2_grpc import MemberServiceStub
from danke.loyalty.v1.points_pb2_grpc import PointsServiceStub
from danke.loyalty.v1.points_rule_pb2_grpc import PointsRuleServiceStub
from services.loyalty import consumers_points
from services.loyalty.main import SERVICE
from services.loyalty.store_verify_points import CHECKS
from tests.conftest import Migrated
from tests.grpc_client import metadata, refusal, running
from tests.loyalty.points_desk import cst

Loyalty = tuple[Process, grpc.aio.Channel]


@pytest.fixture
async def loyalty(migrated: Migrated, bootstrap: str) -> AsyncIterator[Loyalty]:
    dsn = await migrated("loyalty")
    async with running(SERVICE, dsn, bootstrap) as (process, channel):
        clock = process.clock
        assert isinstance(clock, DevelopmentClock)
        clock.set(cst("2026-05-01 10:00"))
        yield process, channel
        found = await run_checks(dsn, CHECKS)
        assert not [(one.check.name, one.rows) for one in found if one.rows]


async def give(channel: grpc.aio.Channel, member_id: str, points: int, source_id: str) -> Any:
    """Points of an operator."""
    return await PointsServiceStub(channel).EarnPoints(
        pb.EarnPointsRequest(
            request_id=f"give-{source_id}", member_id=member_id, points=points,
            source=pb.POINTS_SOURCE_MANUAL, source_id=source_id,
        ),
        metadata=metadata(),
    )  # fmt: skip


async def told(process: Process, number: int, event: Event) -> None:
    """Hands an event to the service's own handlers, as its consumer does."""
    envelope = Envelope(
        id=f"event-{number}", type="", source="test", subject="", time=process.clock.now(),
        key="", merchant_id="m1", sequence=number,
    )  # fmt: skip
    made = consumers_points.HANDLERS[type(event)](event, Arrival(envelope, f"new-{number}"))
    assert isinstance(made, Command)
    await process.engine.run(made)


async def later(process: Process, **delta: float) -> None:
    """Lets time pass and runs what is due."""
    clock = process.clock
    assert isinstance(clock, DevelopmentClock)
    clock.advance(timedelta(**delta))
    await process.timers.run_due()


async def test_a_checkout_holds_consumes_and_gives_back(loyalty: Loyalty) -> None:
    _process, channel = loyalty
    stub = PointsServiceStub(channel)
    await give(channel, "ann", 8_000, "s1")
    quote = await stub.QuoteDeduction(
        pb.QuoteDeductionRequest(member_id="ann", payable_fen=9_990), metadata=metadata()
    )
    assert (quote.points, quote.deduct_fen, quote.limited_by) == (4_900, 4_900, "CAP")
    request = pb.HoldPointsRequest(
        request_id="h1", member_id="ann", order_id="o1", points=quote.points
    )
    held = await stub.HoldPoints(request, metadata=metadata())
    assert await stub.HoldPoints(request, metadata=metadata()) == held
    assert held.hold.state == pb.PointsHold.STATE_HELD
    assert (held.balances.available_points, held.balances.frozen_points) == (3_100, 4_900)
    hold_id = held.hold.hold_id
    used = await stub.ConsumeHold(
        pb.ConsumeHoldRequest(request_id="c1", hold_id=hold_id), metadata=metadata()
    )
    assert used.hold.state == pb.PointsHold.STATE_CONSUMED
    back = await stub.RevertConsumed(
        pb.RevertConsumedRequest(request_id="b1", hold_id=hold_id, refund_id="r1", points=900),
        metadata=metadata(),
    )
    assert (back.points, back.balances.available_points) == (900, 4_000)
    seen = await stub.GetHold(pb.GetHoldRequest(hold_id=hold_id), metadata=metadata())
    assert seen.hold == back.hold
    late = await refusal(
        stub.ReleaseHold(
            pb.ReleaseHoldRequest(request_id="x1", hold_id=hold_id), metadata=metadata()
        )
    )
    assert (late.code, late.reason) == (
        grpc.StatusCode.FAILED_PRECONDITION, "HOLD_INVALID_STATE",
    )  # fmt: skip


async def test_what_could_not_be_held_is_not_offered(loyalty: Loyalty) -> None:
    """Frozen points, a frozen member: the quote says so before the customer has chosen."""
    _process, channel = loyalty
    stub, members = PointsServiceStub(channel), MemberServiceStub(channel)
    await members.Enroll(
        member_pb2.EnrollRequest(
            request_id="e1", member_id="ann", channel="ENROL_CHANNEL_MINI",
            identities=member_pb2.Identities(phone="13800000001"),
        ),
        metadata=metadata(),
    )  # fmt: skip
    await give(channel, "ann", 8_000, "s1")
    asked = pb.QuoteDeductionRequest(member_id="ann", payable_fen=9_990)

    async def quoted() -> tuple[int, int, int, str]:
        quote = await stub.QuoteDeduction(asked, metadata=metadata())
        return quote.points, quote.deduct_fen, quote.limit_points, quote.limited_by

    for number, state in enumerate((pb.SetPointsStateRequest.STATE_FROZEN,
                                    pb.SetPointsStateRequest.STATE_OPEN)):  # fmt: skip
        await stub.SetPointsState(
            pb.SetPointsStateRequest(request_id=f"f{number}", member_id="ann", state=state),
            metadata=metadata(),
        )
        expected = (0, 0, 4_900, "FROZEN") if number == 0 else (4_900, 4_900, 4_900, "CAP")
        assert await quoted() == expected
    await members.FreezeMember(
        member_pb2.FreezeMemberRequest(request_id="r1", member_id="ann", reason="risk"),
        metadata=metadata(),
    )
    assert await quoted() == (0, 0, 4_900, "FROZEN")


async def test_lists_go_page_by_page_and_balances_leave_out_what_expired(
    loyalty: Loyalty,
) -> None:
    process, channel = loyalty
    stub = PointsServiceStub(channel)
    for n in range(5):
        await stub.EarnPoints(
            pb.EarnPointsRequest(
                request_id=f"e{n}", member_id="ann", points=10 + n, expiry_days=1 + n,
                source=pb.POINTS_SOURCE_ACTIVITY, source_id=f"s{n}",
            ),
            metadata=metadata(),
        )  # fmt: skip
    found, token = [], ""
    while True:
        page = await stub.ListLots(
            pb.ListLotsRequest(member_id="ann", page_size=2, page_token=token),
            metadata=metadata(),
        )
        found += [lot.remaining_points for lot in page.lots]
        token = page.next_page_token
        if not token:
            break
    assert found == [10, 11, 12, 13, 14]
    entries = await stub.ListPointsEntries(
        pb.ListPointsEntriesRequest(member_id="ann", page_size=3), metadata=metadata()
    )
    assert len(entries.entries) == 3 and entries.next_page_token
    clock = process.clock
    assert isinstance(clock, DevelopmentClock)
    clock.advance(timedelta(days=1))  # the timer has not run
    now = await stub.GetPoints(pb.GetPointsRequest(member_id="ann"), metadata=metadata())
    assert (now.balances.available_points, now.next_expiring_points) == (50, 11)
    assert now.next_expire_time.ToDatetime(UTC) == cst("2026-05-03")
    await process.timers.run_due()
    again = await stub.GetPoints(pb.GetPointsRequest(member_id="ann"), metadata=metadata())
    assert again == now


async def test_members_reach_only_their_own_points(loyalty: Loyalty) -> None:
    _process, channel = loyalty
    stub = PointsServiceStub(channel)
    await give(channel, "ann", 100, "s1")
    held = await stub.HoldPoints(
        pb.HoldPointsRequest(request_id="h1", member_id="ann", order_id="o1", points=10),
        metadata=metadata(),
    )
    bob = metadata(member_id="bob", actor_kind="MEMBER")
    hold_id = held.hold.hold_id
    calls = [
        stub.GetPoints(pb.GetPointsRequest(member_id="ann"), metadata=bob),
        stub.GetHold(pb.GetHoldRequest(hold_id=hold_id), metadata=bob),
        stub.ConsumeHold(pb.ConsumeHoldRequest(request_id="c", hold_id=hold_id), metadata=bob),
        CheckInServiceStub(channel).CheckIn(
            checkin.CheckInRequest(request_id="k", member_id="ann"), metadata=bob
        ),
    ]
    assert [(await refusal(call)).code for call in calls] == [
        grpc.StatusCode.PERMISSION_DENIED
    ] * len(calls)
    other = await stub.GetPoints(pb.GetPointsRequest(member_id="ann"), metadata=metadata("m2"))
    assert other.balances.available_points == 0


async def test_what_is_malformed_is_named(loyalty: Loyalty) -> None:
    _process, channel = loyalty
    stub = PointsServiceStub(channel)
    bad = await refusal(
        stub.HoldPoints(
            pb.HoldPointsRequest(request_id="", member_id="a b", order_id="o1", points=0),
            metadata=metadata(),
        )
    )
    assert bad.code == grpc.StatusCode.INVALID_ARGUMENT
    assert {"request_id", "member_id", "points"} <= set(bad.fields)
    order = pb.EarnPointsRequest(
        request_id="e1", member_id="ann", points=1, source=pb.POINTS_SOURCE_ORDER, source_id="o1"
    )
    assert (await refusal(stub.EarnPoints(order, metadata=metadata()))).fields == ["source"]


async def test_rules_check_ins_games_and_birthdays(loyalty: Loyalty) -> None:
    process, channel = loyalty
    rules = PointsRuleServiceStub(channel)
    for name, kind, terms in (
        ("daily", rule.POINTS_RULE_KIND_CHECK_IN, {"ladder": [5, 10], "make_up_days": 3}),
        ("wheel", rule.POINTS_RULE_KIND_GAME, {"daily_cap_points": 50}),
        ("birthday", rule.POINTS_RULE_KIND_BIRTHDAY, {"points": 88}),
    ):
        asked = rule.PointsRule(
            rule_id=name, kind=kind, state=rule.PointsRule.STATE_ACTIVE, **terms
        )
        request = rule.SetPointsRuleRequest(request_id=name, rule=asked)
        made = await rules.SetPointsRule(request, metadata=metadata())
        assert made.rule.version == 1
    assert len((await rules.ListPointsRules(
        rule.ListPointsRulesRequest(), metadata=metadata())).rules) == 3  # fmt: skip
    checkins = CheckInServiceStub(channel)
    done = await checkins.CheckIn(
        checkin.CheckInRequest(request_id="k1", member_id="ann"), metadata=metadata()
    )
    assert (done.check_in.day, done.check_in.streak, done.check_in.points) == ("2026-05-01", 1, 5)
    twice = await refusal(
        checkins.CheckIn(
            checkin.CheckInRequest(request_id="k2", member_id="ann"), metadata=metadata()
        )
    )
    assert twice.reason == "ALREADY_CHECKED_IN"
    seen = await checkins.GetCheckInStatus(
        checkin.GetCheckInStatusRequest(member_id="ann"), metadata=metadata()
    )
    assert (seen.checked_in_today, seen.next_points) == (True, 10)
    cards = await checkins.GrantMakeUpCards(
        checkin.GrantMakeUpCardsRequest(request_id="g1", member_id="ann", cards=1),
        metadata=metadata(),
    )
    assert cards.make_up_cards == 1
    made_up = await checkins.MakeUpCheckIn(
        checkin.MakeUpCheckInRequest(request_id="u1", member_id="ann", day="2026-04-30"),
        metadata=metadata(),
    )
    assert made_up.check_in.streak == 1
    seen = await checkins.GetCheckInStatus(
        checkin.GetCheckInStatusRequest(member_id="ann"), metadata=metadata()
    )
    assert (seen.recent_days, seen.make_up_days) == (["2026-04-30", "2026-05-01"], 3)
    stub = PointsServiceStub(channel)
    game = await stub.ReportGameResult(
        pb.ReportGameResultRequest(
            request_id="p1", member_id="ann", game_id="wheel", round_id="g1", points=60
        ),
        metadata=metadata(),
    )
    assert (game.won_points, game.points) == (60, 50)
    await stub.SetBirthday(
        pb.SetBirthdayRequest(request_id="d1", member_id="ann", month=5, day=1),
        metadata=metadata(),
    )
    await later(process, seconds=1)
    seen_points = await stub.GetPoints(pb.GetPointsRequest(member_id="ann"), metadata=metadata())
    assert seen_points.balances.available_points == 5 + 5 + 50 + 88


async def test_an_exchange_from_offer_to_done(loyalty: Loyalty) -> None:
    _process, channel = loyalty
    stub = ExchangeServiceStub(channel)
    await give(channel, "ann", 300, "s1")
    item = exchange.ExchangeItem(
        item_id="mug", kind=exchange.EXCHANGE_KIND_GIFT, points=100, stock=2,
        state=exchange.ExchangeItem.STATE_ON_OFFER,
    )  # fmt: skip
    await stub.SetExchangeItem(
        exchange.SetExchangeItemRequest(request_id="i1", item=item), metadata=metadata()
    )
    free = exchange.ExchangeItem(
        item_id="air", kind=exchange.EXCHANGE_KIND_GIFT,
        state=exchange.ExchangeItem.STATE_ON_OFFER,
    )  # fmt: skip
    refused = await refusal(
        stub.SetExchangeItem(
            exchange.SetExchangeItemRequest(request_id="i2", item=free), metadata=metadata()
        )
    )
    assert refused.reason == "RULE_INVALID"
    made = await stub.ExchangeGift(
        exchange.ExchangeGiftRequest(request_id="g1", member_id="ann", item_id="mug", quantity=2),
        metadata=metadata(),
    )
    assert made.available_points == 100
    done = await stub.CompleteExchange(
        exchange.CompleteExchangeRequest(request_id="d1", exchange_id=made.exchange.exchange_id),
        metadata=metadata(),
    )
    assert done.exchange.state == exchange.Exchange.STATE_DONE
    mine = await stub.ListExchanges(
        exchange.ListExchangesRequest(member_id="ann"), metadata=metadata()
    )
    assert list(mine.exchanges) == [done.exchange]
    (offered,) = (
        await stub.ListExchangeItems(exchange.ListExchangeItemsRequest(), metadata=metadata())
    ).items
    assert (offered.taken, offered.stock) == (2, 2)


async def test_orders_and_recharges_bring_points_and_the_books_say_what_is_owed(
    loyalty: Loyalty,
) -> None:
    process, channel = loyalty
    now = process.clock.now()
    line = trade.PaidLine(
        line_id="A", sku_id="a", qty=1, list_price_fen=20_000, net_paid_fen=16_400,
        wallet_principal_fen=5_721, wallet_bonus_fen=1_907, cash_fen=8_772,
    )  # fmt: skip
    paid = trade.OrderPaid(
        order_id="o1", member_id="ann", channel="MINI", lines=[line], paid_at=now
    )
    completed = trade.OrderCompleted(order_id="o1", completed_at=now)
    recharged = wallet.RechargeSucceeded(
        member_id="ann", recharge_id="c1", plan_id="", store_id="", staff_id="", payment_id="p1",
        paid_fen=100_000, bonus_fen=20_000, gift_points=500, gift_coupons=[], tier_grant="V3",
        growth=0, credited_at=now,
    )  # fmt: skip
    for number, event in enumerate((paid, completed, recharged, paid, completed, recharged)):
        await told(process, number, event)
    stub = PointsServiceStub(channel)
    seen = await stub.GetPoints(pb.GetPointsRequest(member_id="ann"), metadata=metadata())
    assert (seen.balances.available_points, seen.balances.pending_points) == (500, 144)
    assert seen.next_maturing_points == 144
    assert seen.next_mature_time == stamp(now + timedelta(days=7))
    await later(process, days=7)
    refunded = trade.OrderRefunded(
        order_id="o1", refund_id="r1", refunded_at=process.clock.now(), is_full_cumulative=True,
        lines=[trade.RefundedLine(line_id="A", cash_fen=8_772, wallet_fen=7_628)],
    )  # fmt: skip
    for number in (10, 11):
        await told(process, number, refunded)
    books = await PointsRuleServiceStub(channel).GetPointsLiability(
        rule.GetPointsLiabilityRequest(
            start_time=stamp(now), end_time=stamp(now + timedelta(days=30))
        ),
        metadata=metadata(),
    )
    assert (books.issued_points, books.revoked_points) == (644, 144)
    assert (books.outstanding_points, books.outstanding_worth_fen) == (500, 500)
    assert [one.points for one in books.by_expiry] == [500]


def stamp(at: datetime) -> Timestamp:
    """A time on the wire."""
    message = Timestamp()
    message.FromDatetime(at)
    return message


async def test_what_a_journey_asks_for_is_given_once_per_action(loyalty: Loyalty) -> None:
    process, channel = loyalty
    for number, action_id in enumerate(("a", "a", "b")):
        event = automation.PointsGrantRequested(
            action_id=action_id, member_id="ann", source_kind="JOURNEY", source_id="j", points=30
        )
        await told(process, number, event)
    found = await PointsServiceStub(channel).GetPoints(
        pb.GetPointsRequest(member_id="ann"), metadata=metadata()
    )
    assert found.balances.available_points == 60
