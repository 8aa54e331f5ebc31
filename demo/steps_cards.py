"""Punch cards and payment passwords in the replay, through the wallet's doors."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence

from danke.wallet.v1 import pay_password_pb2, punch_card_pb2
from demo import rules
from demo.doors import Doors
from demo.plan import Household, Visit
from demo.stubs import Stubs


async def offer_card(doors: Doors, stubs: Stubs) -> None:
    """Puts the card on sale."""
    card = rules.COFFEE
    request = punch_card_pb2.SavePunchTemplateRequest(
        request_id=f"save-{card.template_id}",
        template_id=card.template_id,
        name=card.name,
        kind=punch_card_pb2.PUNCH_KIND_COUNT,
        price_fen=card.price_fen,
        allowances=[
            punch_card_pb2.PunchAllowance(
                item_ids=[card.item_id],
                visits=card.visits,
                list_visit_price_fen=card.list_visit_price_fen,
            )
        ],
    )
    await doors.call(stubs.templates, "SavePunchTemplate", request)
    on_sale = punch_card_pb2.SetPunchTemplateOnSaleRequest(
        request_id=f"sell-{card.template_id}", template_id=card.template_id, on_sale=True
    )
    await doors.call(stubs.templates, "SetPunchTemplateOnSale", on_sale)


async def buy_cards(doors: Doors, stubs: Stubs, visits: Sequence[Visit]) -> None:
    """Takes cards off the shelf; they work once their payment is confirmed."""
    answers = await doors.each(
        stubs.cards,
        "BuyPunchCard",
        (
            punch_card_pb2.BuyPunchCardRequest(
                request_id=f"card-{visit.household.household_id}",
                member_id=visit.household.member_id,
                template_id=rules.COFFEE.template_id,
                store_id=str(visit.basket.store_id),
            )
            for visit in visits
        ),
    )
    for visit, answer in zip(visits, answers):
        visit.household.card_id = answer.card.card_id


async def drink(doors: Doors, stubs: Stubs, visits: Iterable[Visit]) -> None:
    """A code shown and redeemed per coffee; one card after the other in its own order."""
    by_card: defaultdict[str, list[Visit]] = defaultdict(list)
    for visit in visits:
        by_card[visit.household.card_id].append(visit)
    await asyncio.gather(*(_drink(doors, stubs, coffees) for coffees in by_card.values()))


async def _drink(doors: Doors, stubs: Stubs, visits: Iterable[Visit]) -> None:
    for visit in visits:
        basket_id = visit.basket.basket_id
        issue = punch_card_pb2.IssueRedeemCodeRequest(
            request_id=f"code-{basket_id}",
            card_id=visit.household.card_id,
            holder_id=visit.household.member_id,
            item_id=rules.COFFEE.item_id,
            times=1,
        )
        issued = await doors.call(stubs.redemptions, "IssueRedeemCode", issue)
        redeem = punch_card_pb2.RedeemRequest(
            request_id=f"redeem-{basket_id}",
            code=issued.code,
            store_id=str(visit.basket.store_id),
        )
        await doors.call(stubs.redemptions, "Redeem", redeem)


async def set_passwords(doors: Doors, stubs: Stubs, households: Iterable[Household]) -> None:
    """Sets each payment password, then what may be paid without it."""
    await asyncio.gather(*(_set_password(doors, stubs, household) for household in households))


async def _set_password(doors: Doors, stubs: Stubs, household: Household) -> None:
    first = pay_password_pb2.SetPayPasswordRequest(
        request_id=f"password-{household.household_id}",
        member_id=household.member_id,
        password=rules.PASSWORD,
    )
    await doors.call(stubs.passwords, "SetPayPassword", first)
    free = pay_password_pb2.SetPasswordFreeRequest(
        request_id=f"free-{household.household_id}",
        member_id=household.member_id,
        password=rules.PASSWORD,
        txn_fen=rules.FREE_TXN_FEN,
        day_fen=rules.FREE_DAY_FEN,
    )
    await doors.call(stubs.passwords, "SetPasswordFree", free)
