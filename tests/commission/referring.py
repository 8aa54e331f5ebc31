"""Shorthand for tests of referral."""

from __future__ import annotations

from typing import Any

from services.commission.referral_programmes import (
    ReferralProgramme,
    Reward,
    SetReferralProgramme,
    Step,
)
from services.commission.referral_rewards import LookAtReferral
from services.commission.referrals import EnrolReferred
from tests.commission.shop import MERCHANT, START, Shop


async def referral_programme(shop: Shop, **fields: Any) -> None:
    given: dict[str, Any] = {
        "merchant_id": MERCHANT,
        "programme_id": "default",
        "version": 0,
        "name": "",
        "active": True,
        "referrers": ["STAFF", "MEMBER"],
        "rewards": [
            Reward("REFERRER", "CASH", "FIRST_ORDER_COMPLETED", [Step(1, 500), Step(2, 800)]),
            Reward("NEW_MEMBER", "COUPON", "ENROLLED", [Step(1, 1)], "T1"),
        ],
        "min_order_fen": 5_000,
        "window_days": 30,
        "day_cap": 0,
        "month_cap": 0,
        "blacklist": ["bad"],
        "refund_window_days": 7,
        "changed_by": "",
        "changed_at": START,
    }
    programme = ReferralProgramme(**(given | fields))
    await shop.run(SetReferralProgramme, programme=programme, actor="ann")


async def enrol(shop: Shop, member: str, phone: str = "", referrer: str = "", **more: Any) -> Any:
    row = await shop.run(
        EnrolReferred,
        member_id=member,
        identities=[f"phone:{phone or member}"],
        phone_verified=True,
        referrer_kind="MEMBER" if referrer else "",
        referrer_id=referrer,
        **more,
    )
    await shop.run(LookAtReferral, member_id=member)
    return row
