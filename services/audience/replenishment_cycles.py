"""Purchase cycles (购买周期) of each member and category, kept from order facts; told when due.

What a member bought of a category is remembered for the last 24 days with a purchase. That is four
times what a prediction takes, so that refunds, late orders and merges find what they change, and no
more however long somebody is a customer. domain.md §2.11, §3.6, A2.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import ClassVar, Final

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from danke.events.audience_predictions import ReplenishmentDue
from danke.events.envelope import Event
from services.audience.days import day_of
from services.audience.errors import MemberMoved, OrderNotPaid
from services.audience.order_facts import OfOrder, OrderFact
from services.audience.prediction_policies import SCOPE, PredictionPolicy, policy_in_force
from services.audience.profiles import OfMember, Profile, member_key, target_of
from services.audience.replenishment import NoPrediction, Purchase, predict

REMEMBERED_DAYS: Final = 24


class Bought(msgspec.Struct, frozen=True, array_like=True):
    """What one order left a member with of one category."""

    day: date
    order_id: str
    qty: int


class PurchaseCycle(Row, frozen=True):
    """One member's purchases of one category, and what they foretell; see replenishment.py.

    Either ``why`` says that nothing can be said, or there is a due day. ``is_told``: the event of
    this very prediction went out, or its day had passed.
    """

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id", "category_id")

    merchant_id: str
    member_id: str
    category_id: str
    # By day, then order.
    bought: list[Bought]
    due_on: date | None
    trigger_on: date | None
    median_half_days: int
    intervals: int
    spread_bp: int
    confidence_bp: int
    suggested_qty: int
    why: str
    is_told: bool
    updated_at: datetime
    # What was bought before this day is forgotten, and stays so whatever comes back later.
    since_on: date | None = None


MEMBER_CYCLES: Final = Group(PurchaseCycle, ("merchant_id", "member_id"))


def quantities(fact: OrderFact) -> dict[str, int]:
    """What is left of an order by category; nothing of one refunded in full."""
    left: dict[str, int] = {}
    for line in fact.lines:
        if line.category_id:
            qty = 0 if fact.is_full_refund else max(0, line.qty - line.refunded_qty)
            left[line.category_id] = left.get(line.category_id, 0) + qty
    return left


def remembered(bought: Iterable[Bought], since_on: date | None) -> tuple[list[Bought], date | None]:
    """The purchases of the last 24 days with one, by day and order, and from which day on."""
    ordered = sorted(
        (one for one in bought if one.qty > 0 and (since_on is None or one.day >= since_on)),
        key=lambda one: (one.day, one.order_id),
    )
    days = sorted({one.day for one in ordered})
    if len(days) > REMEMBERED_DAYS:
        since_on = days[-REMEMBERED_DAYS]
        ordered = [one for one in ordered if one.day >= since_on]
    return ordered, since_on


def cycle_with(
    before: PurchaseCycle | None, key: tuple[str, str, str], bought: list[Bought],
    since_on: date | None, lead_days: int, at: datetime,
) -> PurchaseCycle:  # fmt: skip
    """The cycle with just these purchases; told already if it says what was told."""
    kept, since_on = remembered(bought, since_on)
    found = predict([Purchase(one.day, one.qty) for one in kept], lead_days)
    if isinstance(found, NoPrediction):
        return PurchaseCycle(
            *key, kept, None, None, 0, 0, 0, 0, 0, found.why, False, at, since_on
        )  # fmt: skip
    same = before is not None and (before.due_on, before.trigger_on) == (
        found.due_on, found.trigger_on,
    )  # fmt: skip
    is_told = before is not None and same and before.is_told
    return PurchaseCycle(
        *key, kept, found.due_on, found.trigger_on, found.median_half_days, found.intervals,
        found.spread_bp, found.confidence_bp, found.suggested_qty, "", is_told, at, since_on,
    )  # fmt: skip


def recount(state: State, fact: OrderFact, command: Command) -> Decision:
    """The cycles of an order's member with what is left of the order."""
    policy = policy_in_force(state, command)
    day = day_of(fact.paid_at)
    rows = []
    for category_id, qty in quantities(fact).items():
        key = (fact.merchant_id, fact.member_id, category_id)
        # A merge came between the look at the order and the locks, or in the same batch.
        if not state.knows(PurchaseCycle, key):
            raise MemberMoved(member_id=fact.member_id)
        before = state.get(PurchaseCycle, key)
        if before is None and qty == 0:
            continue
        others = [one for one in before.bought if one.order_id != fact.order_id] if before else []
        bought = [*others, Bought(day, fact.order_id, qty)]
        since_on = before.since_on if before else None
        rows.append(cycle_with(before, key, bought, since_on, policy.lead_days, command.at))
    return Decision(rows=rows)


class _OfCycles(OfMember, frozen=True, kw_only=True):
    """A command about the cycles of one member, whoever that is by now."""

    def now(self, found: State) -> str:
        """Who the member is now."""
        return target_of(found, self.merchant_id, self.member_id)


class CountPurchase(_OfCycles, frozen=True, kw_only=True):
    """An order was paid: its categories were bought again. Refuses ORDER_NOT_PAID."""

    order_id: str
    categories: tuple[str, ...]

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield OrderFact, (self.merchant_id, self.order_id)
        yield PredictionPolicy, (self.merchant_id, SCOPE)
        member = self.now(found)
        for category_id in self.categories:
            yield PurchaseCycle, (self.merchant_id, member, category_id)

    def decide(self, state: State) -> Decision:
        profile = self.profile(state)
        fact = state.get(OrderFact, (self.merchant_id, self.order_id))
        if fact is None or profile is None:
            raise OrderNotPaid(order_id=self.order_id)
        # Who left is foretold nothing; an order told twice with two members stays with the first.
        if profile.status == "CLOSED" or fact.member_id != profile.member_id:
            return Decision()
        return recount(state, fact, self)


class CountReturn(OfOrder, frozen=True, kw_only=True):
    """Something of an order came back. Refuses ORDER_NOT_PAID."""

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield PredictionPolicy, (self.merchant_id, SCOPE)
        fact = found.get(OrderFact, (self.merchant_id, self.order_id))
        if fact is not None:
            for category_id in quantities(fact):
                yield PurchaseCycle, (self.merchant_id, fact.member_id, category_id)

    def decide(self, state: State) -> Decision:
        fact = self.fact(state)
        profile = state.get(Profile, (self.merchant_id, fact.member_id))
        if profile is not None and profile.status == "CLOSED":
            return Decision()
        return recount(state, fact, self)


def united_cycles_reads(merchant_id: str) -> Iterable[Read]:
    """What ``united_cycles`` needs besides the cycles of both."""
    yield PredictionPolicy, (merchant_id, SCOPE)


def united_cycles(
    state: State, command: Command, from_member: str, into_member: str
) -> tuple[list[Row], list[tuple[type[Row], tuple[str, ...]]]]:
    """Two members are one: what both bought of a category is one rhythm. Saga S9."""
    merchant = command.merchant_id
    policy = policy_in_force(state, command)
    theirs = {one.category_id: one for one in state.group(MEMBER_CYCLES, (merchant, into_member))}
    rows: list[Row] = []
    for cycle in state.group(MEMBER_CYCLES, (merchant, from_member)):
        before = theirs.get(cycle.category_id)
        both = [cycle, before] if before else [cycle]
        bought = {one.order_id: one for each in both for one in each.bought}
        # Either may have forgotten what was before its day: only from the later on all is known.
        since_on = max((one.since_on for one in both if one.since_on), default=None)
        key = (merchant, into_member, cycle.category_id)
        rows.append(
            cycle_with(before, key, list(bought.values()), since_on, policy.lead_days, command.at)
        )
    return rows, forgotten_cycles(state, merchant, from_member)


def forgotten_cycles(
    state: State, merchant_id: str, member_id: str
) -> list[tuple[type[Row], tuple[str, ...]]]:
    """The keys of all of a member's cycles, to be deleted."""
    return [
        (PurchaseCycle, (merchant_id, member_id, cycle.category_id))
        for cycle in state.group(MEMBER_CYCLES, (merchant_id, member_id))
    ]


class ForgetCycles(_OfCycles, frozen=True, kw_only=True):
    """The member left: nothing is foretold of them any more."""

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield MEMBER_CYCLES, (self.merchant_id, self.now(found))

    def decide(self, state: State) -> Decision:
        self.profile(state)  # or MEMBER_MOVED
        member = self.now(state)
        self.group_of(state, MEMBER_CYCLES, member)  # or MEMBER_MOVED
        return Decision(deletes=forgotten_cycles(state, self.merchant_id, member))


class TellReplenishment(Command, frozen=True, kw_only=True):
    """Tells of these members' and categories' predictions whose day has come, once each.

    One whose due day has passed is let go: nobody is reminded of what was needed long ago, and a
    history that is read in does not send coupons.
    """

    # How many were told or let go.
    RESULT: ClassVar[type] = int

    cycles: tuple[tuple[str, str], ...]

    def lane(self) -> str:
        return "replenishment"

    def keys(self, found: State) -> Sequence[str]:
        return sorted({member_key(member) for member, _ in self.cycles})

    def reads(self, found: State) -> Iterable[Read]:
        for member, category in self.cycles:
            yield PurchaseCycle, (self.merchant_id, member, category)

    def decide(self, state: State) -> Decision:
        today = day_of(self.at)
        rows: list[Row] = []
        events: list[Event] = []
        for member, category in self.cycles:
            cycle = state.get(PurchaseCycle, (self.merchant_id, member, category))
            if cycle is None or cycle.is_told or cycle.due_on is None or cycle.trigger_on is None:
                continue
            if cycle.trigger_on > today:
                continue
            rows.append(replace(cycle, is_told=True))
            if cycle.due_on >= today:
                events.append(
                    ReplenishmentDue(
                        member_id=member,
                        category_id=category,
                        due_date=cycle.due_on,
                        confidence=cycle.confidence_bp,
                        suggested_qty=cycle.suggested_qty,
                    )
                )
        return Decision(result=len(rows), rows=rows, events=events)
