"""Punch cards for tests: sold, used, shared, by one line each."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from common.from_door import FromDoor
from services.wallet.punch_cards import BuyPunchCard, PunchCard
from services.wallet.punch_payments import PayPunchCard
from services.wallet.punch_redemptions import IssueRedeemCode, Redeem, RedeemByStaff
from services.wallet.punch_shares import (
    AcceptShare,
    SharePunchCard,
)
from services.wallet.punch_templates import Allowance, SavePunchTemplate, SetTemplateState
from services.wallet.store_punch_cards import (
    punch_card,
)
from tests.wallet.till import Till

TEN = [Allowance([], 10, 0, 15_000)]


async def sold(till: Till, member: str = "owner", **terms: Any) -> PunchCard:
    """A paid card: by default 10 visits of anything for 100 000, list price 15 000, permanent."""
    card = await ordered(till, member, **terms)
    paid: PunchCard = await till.run(
        PayPunchCard, card_id=card.card_id, payment_id=f"pay-{card.card_id}",
        amount_fen=card.price_fen, paid_at=till.at,
    )  # fmt: skip
    return paid


async def ordered(till: Till, member: str = "owner", **terms: Any) -> PunchCard:
    template_id = till.fresh()
    terms = {
        "name": "十次卡", "kind": "COUNT", "price_fen": 100_000, "allowances": TEN,
        "shareable": True, "transferable": True,
    } | terms  # fmt: skip
    if terms["kind"] == "UNLIMITED":
        terms |= {"shareable": False, "allowances": [Allowance([], 0, 0, 0)]}
    await till.run(SavePunchTemplate, template_id=template_id, **terms)
    await till.run(SetTemplateState, template_id=template_id, on_sale=True)
    card: PunchCard = await till.run(
        BuyPunchCard, member_id=member, template_id=template_id,
        pay_within=timedelta(minutes=30), store_id="A", staff_id="s1",
    )  # fmt: skip
    return card


async def use(till: Till, card: PunchCard, times: int = 1, item: str = "cut", **fields: Any) -> Any:
    """The redemption by staff, or the reason it was refused."""
    command = till.make(
        RedeemByStaff, card_id=card.card_id, item_id=item, times=times,
        **({"store_id": "A", "staff_id": "s1"} | fields),
    )  # fmt: skip
    return await till.answer(command)


async def now(till: Till, card: PunchCard) -> PunchCard:
    found = await punch_card(till.pool, "m1", card.card_id)
    assert found is not None
    return found


async def issue(till: Till, card: PunchCard, code: str, who: str = "owner", **fields: Any) -> Any:
    return await till.answer(
        till.make(
            IssueRedeemCode, card_id=card.card_id, holder_id=who,
            code_hash=FromDoor[str].of(code), **({"item_id": "cut", "times": 1} | fields),
        )
    )  # fmt: skip


async def redeem(till: Till, code: str, at: datetime | None = None, store: str = "A") -> Any:
    return await till.answer(
        till.make(Redeem, at=at or till.at, code_hash=code, store_id=store, staff_id="s1")
    )


async def offer(till: Till, card: PunchCard, cls: Any = SharePunchCard, **fields: Any) -> Any:
    given = {"owner_id": "owner", "link_hash": FromDoor[bytes].of(b"link")} | fields
    return await till.answer(till.make(cls, card_id=card.card_id, **given))


async def accept(till: Till, share: Any, who: str, link: bytes = b"link", **fields: Any) -> Any:
    return await till.answer(
        till.make(AcceptShare, share_id=share.share_id, friend_id=who, link_hash=link, **fields)
    )


async def shared(till: Till, card: PunchCard, friend: str, quota: int) -> Any:
    share = await offer(till, card, quota=quota)
    await accept(till, share, friend)
    return share


async def timer(till: Till, kind: str, ref: str) -> datetime | None:
    at: datetime | None = await till.pool.fetchval(
        "SELECT due_at FROM timers WHERE kind = $1 AND ref = $2", kind, ref
    )
    return at
