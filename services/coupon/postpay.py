"""Post-payment coupons (支付有礼): what an order's payment brings; C15, M40, parity §1.5.

The merchant's rules say which paid orders bring which coupons. They are promised grants of source
ORDER; a full refund takes back what is unused.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from common.commands import Command, Decision
from common.errors import NotYet
from common.rows import Group, Read, Row, State
from common.timers import Timer
from services.coupon.errors import PostPayRuleChanged
from services.coupon.grants import GRANT_TIMER, GRANTS_FOR, Grant, RevokeGrants
from services.coupon.order_locks import OrderLock

_MOMENT = timedelta(microseconds=1)


class PostPayRule(Row, frozen=True):
    """Orders like this bring ``quantity`` coupons of a template."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "rule_id")

    merchant_id: str
    rule_id: str
    version: int
    state: Literal["ACTIVE", "OFF"]
    template_id: str
    quantity: int
    # What was paid at least, in fen.
    min_paid_fen: int
    # An empty list is all of them.
    channels: list[str]
    store_ids: list[str]
    first_order_only: bool
    changed_by: str
    changed_at: datetime


ACTIVE_RULES = Group(
    PostPayRule,
    ("merchant_id", "state"),
    holds=lambda rule: rule.state == "ACTIVE",
    order=lambda rule: rule.rule_id,
)


class SetPostPayRule(Command, frozen=True, kw_only=True):
    """Makes a rule (``version`` 0) or changes the one that was read as ``version``.

    Refuses POST_PAY_RULE_CHANGED.
    """

    RESULT: ClassVar[type] = PostPayRule

    rule_id: str
    version: int
    active: bool
    template_id: str
    quantity: int
    min_paid_fen: int
    channels: list[str]
    store_ids: list[str]
    first_order_only: bool
    actor: str

    def lane(self) -> str:
        return f"rule:{self.rule_id}"

    def reads(self, found: State) -> Iterable[Read]:
        return ((PostPayRule, (self.merchant_id, self.rule_id)),)

    def decide(self, state: State) -> Decision:
        old = state.get(PostPayRule, (self.merchant_id, self.rule_id))
        if (old.version if old else 0) != self.version:
            raise PostPayRuleChanged(version=old.version if old else 0)
        rule = PostPayRule(
            self.merchant_id, self.rule_id, self.version + 1, "ACTIVE" if self.active else "OFF",
            self.template_id, self.quantity, self.min_paid_fen, self.channels, self.store_ids,
            self.first_order_only, self.actor, self.at,
        )  # fmt: skip
        return Decision(result=rule, rows=[rule])


class RewardOrder(Command, frozen=True, kw_only=True):
    """An order was paid: promises what the rules give for it. The grants follow at once by timer.

    The promise is made here, under the order's lock; keeping it needs the template's. An order
    whose full refund came first brings nothing, one that was rewarded nothing more.
    """

    order_id: str
    member_id: str
    channel: str
    store_id: str
    paid_fen: int
    first_order: bool

    def lane(self) -> str:
        return self.order_id

    def keys(self, found: State) -> tuple[str, ...]:
        return (f"reward:{self.order_id}", f"order:{self.order_id}")

    def reads(self, found: State) -> Iterable[Read]:
        yield OrderLock, (self.merchant_id, self.order_id)
        yield ACTIVE_RULES, (self.merchant_id, "ACTIVE")
        yield GRANTS_FOR, (self.merchant_id, "ORDER", self.order_id)

    def decide(self, state: State) -> Decision:
        rows: list[Row] = []
        lock = state.get(OrderLock, (self.merchant_id, self.order_id))
        if lock is not None and lock.state == "RETURNED":
            return Decision()
        if state.group(GRANTS_FOR, (self.merchant_id, "ORDER", self.order_id)):
            return Decision()  # told of again, under another id
        for place, rule in enumerate(state.group(ACTIVE_RULES, (self.merchant_id, "ACTIVE"))):
            if not self._fits(rule):
                continue
            grant_id = f"ORDER:{self.order_id}:{rule.rule_id}"
            rows.append(
                Grant(
                    self.merchant_id, grant_id, rule.template_id, self.member_id, rule.quantity,
                    "ORDER", self.order_id, "PENDING", [], [], "", 0, self.at, True,
                )
            )  # fmt: skip
            due = self.at + place * _MOMENT
            rows.append(Timer(self.merchant_id, GRANT_TIMER, grant_id, due))
        return Decision(rows=rows)

    def _fits(self, rule: PostPayRule) -> bool:
        return (
            self.paid_fen >= rule.min_paid_fen
            and (not rule.channels or self.channel in rule.channels)
            and (not rule.store_ids or self.store_id in rule.store_ids)
            and (self.first_order or not rule.first_order_only)
        )


class RevokeOrderGrants(RevokeGrants, frozen=True, kw_only=True):
    """What an order brought is taken back, as it was fully refunded; C15, saga S4.

    While the order holds coupons and its payment is not known, what it brings is still to come:
    waits for it as the return of its coupons does. domain.md §2.14, out of order.
    """

    @property
    def order_id(self) -> str:
        """The order: it is what the grants are for."""
        return self.ref.removeprefix("order:")

    def keys(self, found: State) -> list[str]:
        return [f"order:{self.order_id}", *super().keys(found)]

    def reads(self, found: State) -> Iterable[Read]:
        yield OrderLock, (self.merchant_id, self.order_id)
        yield from super().reads(found)

    def decide(self, state: State) -> Decision:
        lock = state.get(OrderLock, (self.merchant_id, self.order_id))
        if lock is not None and lock.state not in ("USED", "RETURNED"):
            raise NotYet(order_id=self.order_id)
        return super().decide(state)
