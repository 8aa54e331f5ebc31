"""A member with something in every service: what a merge, a closing and a replay have to meet."""

from __future__ import annotations

from dataclasses import dataclass

from danke.automation.v1 import journey_pb2
from danke.groupbuy.v1 import group_pb2
from danke.loyalty.v1 import points_pb2
from danke.trade.v1 import ingress_pb2 as trade
from danke.wallet.v1 import punch_card_pb2 as punch
from danke.wallet.v1.punch_card_pb2_grpc import PunchCardServiceStub, PunchTemplateServiceStub
from tests.e2e.mall import created
from tests.e2e.shop import AT, completed, line, new_id, paid
from tests.e2e.test_marketing import Desk

# What the lived life leaves: P and B in fen, points, and commission at 10 % for whom it is due.
PRINCIPAL_FEN, BONUS_FEN, POINTS = 30_000, 10_000, 3_000
ORDER_FEN = 20_000
L1_FEN = 2_000
PRICE_FEN = 6_900
VISITS = 10
CARD_FEN = 10_000
JOURNEY = "accompany"


@dataclass(frozen=True)
class Life:
    """One member's life, by the ids of what is in it."""

    member: str
    # Who brought the member, and whom the member brought.
    promoter: str
    customer: str
    coupon_id: str
    card_id: str
    # Open, with the member's paid seat alone in it.
    activity_id: str
    group_id: str
    seat_id: str


async def accompanied(desk: Desk) -> None:
    """From now on who enrols is on their way in a journey for a month."""
    definition = journey_pb2.JourneyDefinition(
        trigger=journey_pb2.Trigger(kind="OCCURRENCE_KIND_MEMBER_ENROLLED"),
        steps=[journey_pb2.Step(step_id="month", wait=journey_pb2.Wait(seconds=30 * 86_400))],
    )
    save = journey_pb2.UpsertJourneyRequest(journey_id=JOURNEY, definition=definition)
    await desk.ask(desk.journeys.UpsertJourney, save)
    activate = journey_pb2.ActivateJourneyRequest(journey_id=JOURNEY, version=1)
    await desk.ask(desk.journeys.ActivateJourney, activate)


async def lived(desk: Desk, phones: str) -> Life:
    """A life in full, with its events settled; ``phones`` are the first ten digits of three."""
    promoter, member, customer = [await desk.joined(f"{phones}{n}") for n in range(3)]
    await desk.recharge(member, PRINCIPAL_FEN, bonus_fen=BONUS_FEN)
    given = points_pb2.EarnPointsRequest(
        member_id=member, source="POINTS_SOURCE_MANUAL", source_id=new_id(), points=POINTS
    )
    await desk.ask(desk.points.EarnPoints, given)
    coupon_id = await desk.claim(member)
    card_id = await _carded(desk, member)
    await desk.bind(member, promoter)
    await desk.bind(customer, member)
    for buyer in (member, customer):
        await _bought(desk, buyer)
    activity_id = await desk.activity(PRICE_FEN)
    seat = await _seated(desk, member, activity_id)
    await desk.system.settle()
    return Life(
        member, promoter, customer, coupon_id, card_id, activity_id, seat.group_id, seat.seat_id
    )


async def joined_group(desk: Desk, life: Life, member: str) -> None:
    """Somebody takes the group's other seat and pays it: the group is complete."""
    join = group_pb2.JoinGroupRequest(
        activity_id=life.activity_id, group_id=life.group_id, member_id=member,
        order_id=new_id(), sku_id="tea", qty=1,
    )  # fmt: skip
    await _seat_paid(desk, (await desk.ask(desk.groups.JoinGroup, join)).seat)
    await desk.system.settle()


async def _bought(desk: Desk, buyer: str) -> None:
    order_id, lines = new_id(), [line("1", ORDER_FEN)]
    order = created(order_id, buyer, lines)
    await desk.report(order, paid(order_id, buyer, lines), completed(order_id), settle=False)
    await desk.system.settle()


async def _carded(desk: Desk, member: str) -> str:
    """A punch card (次卡) that is paid; its id."""
    cards = desk.system.stub(PunchCardServiceStub)
    templates = desk.system.stub(PunchTemplateServiceStub)
    save = punch.SavePunchTemplateRequest(
        template_id=new_id(), name="ten cuts", kind="PUNCH_KIND_COUNT", price_fen=CARD_FEN,
        allowances=[punch.PunchAllowance(visits=VISITS, list_visit_price_fen=1_500)],
    )  # fmt: skip
    await desk.ask(templates.SavePunchTemplate, save)
    on_sale = punch.SetPunchTemplateOnSaleRequest(template_id=save.template_id, on_sale=True)
    await desk.ask(templates.SetPunchTemplateOnSale, on_sale)
    buy = punch.BuyPunchCardRequest(member_id=member, template_id=save.template_id)
    card = (await desk.ask(cards.BuyPunchCard, buy)).card
    await desk.report(
        trade.PaymentSucceeded(
            payment_id=new_id(), biz_type="BIZ_TYPE_PUNCHCARD", biz_id=card.card_id,
            amount_fen=CARD_FEN, paid_at=AT,
        )
    )  # fmt: skip
    return str(card.card_id)


async def given_back(desk: Desk, card_id: str) -> None:
    """An unused punch card's money is asked for, granted by another, and paid back."""
    cards = desk.system.stub(PunchCardServiceStub)
    ask = punch.RequestPunchRefundRequest(
        card_id=card_id, basis="PUNCH_REFUND_BASIS_CONSUMER_REASON"
    )
    refund = (await desk.ask(cards.RequestPunchRefund, ask)).refund
    grant = punch.ApprovePunchRefundRequest(refund_id=refund.refund_id)
    await desk.ask(cards.ApprovePunchRefund, grant, actor="checker")
    await desk.report(
        trade.PaymentRefunded(
            refund_id=refund.refund_id, payment_id=refund.payment_id,
            biz_type="BIZ_TYPE_PUNCHCARD", biz_id=card_id, amount_fen=refund.amount_fen,
            status="REFUND_STATUS_SUCCEEDED", refunded_at=AT,
        )
    )  # fmt: skip


async def _seated(desk: Desk, member: str, activity_id: str) -> group_pb2.Seat:
    opening = group_pb2.OpenGroupRequest(
        activity_id=activity_id, member_id=member, order_id=new_id(), sku_id="tea", qty=1
    )
    seat: group_pb2.Seat = (await desk.ask(desk.groups.OpenGroup, opening)).seat
    await _seat_paid(desk, seat)
    return seat


async def _seat_paid(desk: Desk, seat: group_pb2.Seat) -> None:
    confirm = group_pb2.ConfirmSeatPaidRequest(
        seat_id=seat.seat_id, payment_id=new_id(), amount_fen=seat.amount_fen
    )
    await desk.ask(desk.groups.ConfirmSeatPaid, confirm)
