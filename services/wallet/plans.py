"""Recharge plans (充值方案): pay X, get bonus, points, coupons, a tier and growth."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Literal

import msgspec

from common.commands import Command, Decision
from common.rows import Read, Row, State
from danke.events.wallet import GiftCoupon, GiftsToRevoke
from services.wallet.errors import PlanChanged
from services.wallet.policies import Promised

PlanState = Literal["ON_SALE", "OFF_SALE"]


class Terms(msgspec.Struct, frozen=True):
    """What one recharge gives, as it was promised when it was sold. Amounts in fen."""

    bonus_fen: int = 0
    gift_points: int = 0
    gift_coupons: list[GiftCoupon] = []
    # The tier the member is lifted to at least; empty for none.
    tier_grant: str = ""
    growth: int = 0
    plan_id: str = ""
    plan_version: int = 0
    # Of refunds; None in what was sold before it was noted.
    promised: Promised | None = None

    @property
    def gifts(self) -> GiftsToRevoke:
        """What other services gave because of it, to be revoked with it."""
        return GiftsToRevoke(self.gift_points, self.gift_coupons, self.tier_grant, self.growth)


class Plan(Row, frozen=True):
    """One offer. Changing it changes what is sold from then on, never what was sold."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "plan_id")

    merchant_id: str
    plan_id: str
    version: int
    name: str
    state: PlanState
    pay_fen: int
    bonus_fen: int
    gift_points: int
    gift_coupons: list[GiftCoupon]
    tier_grant: str
    growth: int
    # Where it is sold; empty means everywhere, online included.
    store_ids: list[str]
    # From inclusive, to exclusive; None is unbounded.
    on_sale_from: datetime | None
    on_sale_to: datetime | None
    changed_by: str
    changed_at: datetime

    def on_sale(self, at: datetime, store_id: str) -> bool:
        """Whether it is sold at this moment in this store."""
        started = self.on_sale_from is None or at >= self.on_sale_from
        ended = self.on_sale_to is not None and at >= self.on_sale_to
        here = not self.store_ids or store_id in self.store_ids
        return self.state == "ON_SALE" and started and not ended and here

    @property
    def terms(self) -> Terms:
        """What a recharge sold now promises."""
        return Terms(
            self.bonus_fen,
            self.gift_points,
            self.gift_coupons,
            self.tier_grant,
            self.growth,
            self.plan_id,
            self.version,
        )


class SetPlan(Command, frozen=True, kw_only=True):
    """Creates a plan (``version`` 0) or replaces the one whose ``version`` was read.

    Refuses PLAN_CHANGED if another editor was faster. domain.md M16, M17.
    """

    RESULT: ClassVar[type] = Plan

    plan_id: str
    version: int
    name: str
    pay_fen: int
    state: PlanState = "ON_SALE"
    bonus_fen: int = 0
    gift_points: int = 0
    gift_coupons: list[GiftCoupon] = []  # noqa: RUF012
    tier_grant: str = ""
    growth: int = 0
    store_ids: list[str] = []  # noqa: RUF012
    on_sale_from: datetime | None = None
    on_sale_to: datetime | None = None
    actor: str

    def lane(self) -> str:
        return f"plan:{self.plan_id}"

    def reads(self, found: State) -> Iterable[Read]:
        return ((Plan, (self.merchant_id, self.plan_id)),)

    def decide(self, state: State) -> Decision:
        current = state.get(Plan, (self.merchant_id, self.plan_id))
        version = current.version if current else 0
        if self.version != version:
            raise PlanChanged(version=version)
        plan = Plan(
            merchant_id=self.merchant_id,
            plan_id=self.plan_id,
            version=version + 1,
            name=self.name,
            state=self.state,
            pay_fen=self.pay_fen,
            bonus_fen=self.bonus_fen,
            gift_points=self.gift_points,
            gift_coupons=self.gift_coupons,
            tier_grant=self.tier_grant,
            growth=self.growth,
            store_ids=self.store_ids,
            on_sale_from=self.on_sale_from,
            on_sale_to=self.on_sale_to,
            changed_by=self.actor,
            changed_at=self.at,
        )
        return Decision(result=plan, rows=[plan])
